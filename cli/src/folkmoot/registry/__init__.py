"""The schema registry: published schemas, and the gate that keeps them readable."""
