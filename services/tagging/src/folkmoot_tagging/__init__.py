"""Folkmoot tagging: says what each item is about, and why."""
