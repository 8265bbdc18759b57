"""Delivery plumbing for event-driven services on Kafka and MongoDB.

Knows records, transactions and traces, and nothing of what they mean.
"""
