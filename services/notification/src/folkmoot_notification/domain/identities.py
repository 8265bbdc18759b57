"""Ids that come out the same however often they are made."""

import hashlib


def notification_id(person: str, item_id: str) -> str:
    """Return the id of what tells one person of one item: there is never a second."""
    return f"ntf_{_digest(person, item_id)}"


def delivery_id(endpoint_id: str, item_id: str) -> str:
    """Return the id of what tells one endpoint of one item (its `webhook-id`)."""
    return f"msg_{_digest(endpoint_id, item_id)}"


def subscription_id(person: str, key: str) -> str:
    """Return the id of what a person creates under an idempotency key."""
    return f"sub_{_digest(person, key)}"


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
