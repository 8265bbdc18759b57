"""MongoDB out: one module per collection that ingest owns."""
