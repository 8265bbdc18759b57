"""The rules of search-index: pure, no I/O."""
