"""What tagging does, one verb a module."""
