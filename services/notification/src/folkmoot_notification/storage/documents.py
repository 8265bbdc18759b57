"""Notifications as MongoDB documents."""

from dataclasses import fields

from folkmoot_chassis.mongo import Document

from folkmoot_notification.domain.notifications import Excerpt, Notification, Reason

EXCERPT = tuple(field.name for field in fields(Excerpt))

BLANK: Document = {
    "excerpt.author_id": "",
    "excerpt.author_name": "",
    "excerpt.title": None,
    "excerpt.snippet": "",
    "excerpt.permalink": None,
    "excerpt.visibility": [],
}
"""What is left of a retracted item's content. No principal at all may see it."""


def excerpt_document(excerpt: Excerpt) -> Document:
    """Return an excerpt as it is stored."""
    document = {name: getattr(excerpt, name) for name in EXCERPT}
    document["visibility"] = list(excerpt.visibility)
    return document


def reason_documents(notification: Notification) -> list[Document]:
    """Return the reasons as they are stored."""
    return [
        {
            "subscription_id": reason.subscription_id,
            "kind": reason.kind,
            "expression": reason.expression,
        }
        for reason in notification.reasons
    ]


def to_document(notification: Notification, position: int) -> Document:
    """Return a notification as it is stored."""
    return {
        "_id": notification.id,
        "person": notification.person,
        "company": notification.company,
        "excerpt": excerpt_document(notification.excerpt),
        "reasons": reason_documents(notification),
        "endpoints": list(notification.endpoints),
        "traceparent": notification.traceparent,
        "created": notification.created,
        "read": notification.read,
        "position": position,
    }


def from_document(document: Document) -> Notification:
    """Return a stored notification."""
    shown = {name: document["excerpt"][name] for name in EXCERPT}
    shown["visibility"] = tuple(shown["visibility"])
    return Notification(
        id=document["_id"],
        person=document["person"],
        company=document["company"],
        excerpt=Excerpt(**shown),
        reasons=tuple(Reason(**reason) for reason in document["reasons"]),
        endpoints=tuple(document["endpoints"]),
        traceparent=document["traceparent"],
        created=document["created"],
        read=document["read"],
        position=document["position"],
    )
