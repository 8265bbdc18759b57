"""MongoDB out: one module per collection that search-index owns."""
