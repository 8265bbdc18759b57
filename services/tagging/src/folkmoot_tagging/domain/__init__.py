"""The rules of tagging: pure, no I/O."""
