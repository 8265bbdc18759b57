"""Fixtures: services, run in this process or as processes of their own."""
