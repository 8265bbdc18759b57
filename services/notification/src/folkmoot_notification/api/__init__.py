"""HTTP in: what notification answers."""
