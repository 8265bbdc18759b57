"""Folkmoot search-index: one search across all tools."""
