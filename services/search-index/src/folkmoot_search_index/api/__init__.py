"""HTTP in: what search-index answers."""
