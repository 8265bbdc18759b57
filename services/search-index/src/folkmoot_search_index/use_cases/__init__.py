"""What search-index does, one verb a module."""
