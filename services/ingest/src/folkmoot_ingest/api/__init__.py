"""HTTP in: what ingest answers."""
