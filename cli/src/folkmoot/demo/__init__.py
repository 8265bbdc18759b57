"""The demonstration: seven companies' conversations, and a walk through."""
