"""Other outside worlds of tagging."""
