"""MongoDB out: one module per collection that notification owns."""
