"""What ingest does, one verb a module."""
