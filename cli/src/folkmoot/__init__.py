"""The command folkmoot."""
