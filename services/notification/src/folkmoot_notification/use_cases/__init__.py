"""What notification does, one verb a module."""
