"""MongoDB out: one module per collection that tagging owns."""
