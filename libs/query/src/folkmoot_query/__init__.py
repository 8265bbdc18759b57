"""A query language: text to a syntax tree, evaluated on any mapping of fields."""
