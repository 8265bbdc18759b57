"""Real Kafka, real MongoDB and the four services on one machine, without Docker."""
