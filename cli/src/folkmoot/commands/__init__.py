"""The subcommands of `folkmoot`, one module each; see folkmoot.app."""
