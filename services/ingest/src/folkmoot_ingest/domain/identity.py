"""Deterministic ids and hashes: the same thing twice is one thing."""

import hashlib
import json

from folkmoot_events import Item


def item_id(company: str, source: str, native_id: str) -> str:
    """Name an item of a source for the whole system."""
    return "itm_" + _digest(company, source, native_id)


def conversation_id(company: str, source: str, native_id: str) -> str:
    """Name a conversation of a source for the whole system."""
    return "cnv_" + _digest(company, source, native_id)


def person_id(source: str, native_id: str) -> str:
    """Name somebody as the source knows them."""
    return f"{source}/{native_id}"


_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def content_hash(item: Item) -> str:
    """Hash what a source can change of an item: anybody who holds it can recompute it.

    Left out: times, names of people (they belong to the people) and ids that cannot
    change without making it another item.
    """
    content = {
        "kind": item.kind,
        "conversation": item.conversation_id,
        "in_reply_to": item.in_reply_to,
        "author": item.author.id,
        "title": item.title,
        "text": item.text,
        "language": item.language,
        "links": [[link.url, link.expanded, link.title] for link in item.links],
        "mentions": [person.id for person in item.mentions],
        "hashtags": item.hashtags,
        "attachments": [
            [file.url, file.name, file.media_type, file.size]
            for file in item.attachments
        ],
        "visibility": item.visibility,
        "permalink": item.permalink,
    }
    return "sha256:" + hashlib.sha256(_CANONICAL.encode(content).encode()).hexdigest()


TOMBSTONE = "sha256:" + hashlib.sha256(b"retracted").hexdigest()
"""Stands for the content of an item that was withdrawn."""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
