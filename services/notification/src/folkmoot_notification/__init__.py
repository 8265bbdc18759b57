"""Folkmoot notification: tells people what they asked to be told."""
