"""Folkmoot ingest: captures conversations from every tool, unedited."""
