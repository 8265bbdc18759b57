"""Other outside worlds of ingest."""
