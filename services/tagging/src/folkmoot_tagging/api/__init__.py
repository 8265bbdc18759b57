"""HTTP in: what tagging answers."""
