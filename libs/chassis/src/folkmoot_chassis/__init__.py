"""Delivery plumbing for event-driven services on Kafka and MongoDB."""
