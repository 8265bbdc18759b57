"""Other outside worlds of search-index."""
