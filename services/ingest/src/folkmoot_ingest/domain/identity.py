"""Deterministic ids and hashes: the same thing twice is one thing."""

import hashlib
from typing import NamedTuple

from folkmoot_events import Attachment, Item, Link, PersonRef
from pydantic_core import to_json


def item_id(company: str, source: str, native_id: str) -> str:
    """Name an item of a source for the whole system."""
    return "itm_" + _digest(company, source, native_id)


def conversation_id(company: str, source: str, native_id: str) -> str:
    """Name a conversation of a source for the whole system."""
    return "cnv_" + _digest(company, source, native_id)


def person_id(source: str, native_id: str) -> str:
    """Name somebody as the source knows them."""
    return f"{source}/{native_id}"


class Content(NamedTuple):
    """What a source can change of an item, but for its times.

    Left out are ids that cannot change without making it another item.
    """

    kind: str
    conversation_id: str
    in_reply_to: str | None
    author: PersonRef
    title: str | None
    text: str
    language: str | None
    links: tuple[Link, ...]
    mentions: tuple[PersonRef, ...]
    hashtags: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    visibility: tuple[str, ...]
    permalink: str | None


def content_hash(content: Content | Item) -> str:
    """Hash what a source can change: anybody who holds an item can recompute it.

    Names of people are left out: they belong to the people. The hash is of JSON in
    UTF-8, keys in order, without white space; these bytes never change, for the record
    holds their hashes. Raises ValueError where half of a surrogate pair cannot be
    written so.
    """
    said = {
        "attachments": [
            (file.url, file.name, file.media_type, file.size)
            for file in content.attachments
        ],
        "author": content.author.id,
        "conversation": content.conversation_id,
        "hashtags": content.hashtags,
        "in_reply_to": content.in_reply_to,
        "kind": content.kind,
        "language": content.language,
        "links": [(link.url, link.expanded, link.title) for link in content.links],
        "mentions": [person.id for person in content.mentions],
        "permalink": content.permalink,
        "text": content.text,
        "title": content.title,
        "visibility": content.visibility,
    }
    return "sha256:" + hashlib.sha256(to_json(said)).hexdigest()


TOMBSTONE = "sha256:" + hashlib.sha256(b"retracted").hexdigest()
"""Stands for the content of an item that was withdrawn."""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
