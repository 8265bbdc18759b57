"""Zulip's own export: `realm.json` with the people and streams, `messages-*.json`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from folkmoot_ingest.gateways.archives import json_files, markup
from folkmoot_ingest.gateways.archives.entries import (
    MISSHAPEN,
    Entry,
    Rejected,
    entry,
    misshapen,
)
from folkmoot_ingest.gateways.archives.inputs import Input, Inputs

REALM = "realm.json"
MESSAGES = re.compile(r"(.*/)?messages-\d+\.json")
DIRECT, STREAM, GROUP = 1, 2, 3
"""Kinds of recipient."""


@dataclass(slots=True)
class _Realm:
    """Who is who in an export, as far as its messages refer to it."""

    url: str = ""
    people: dict[int, dict[str, Any]] = field(default_factory=dict)
    streams: dict[int, dict[str, Any]] = field(default_factory=dict)
    recipients: dict[int, dict[str, Any]] = field(default_factory=dict)
    subscribers: dict[int, set[int]] = field(default_factory=dict)


def find(inputs: Inputs) -> Input | None:
    """Return the file that tells a Zulip export, if it is there."""
    ends = (f for f in inputs.files if f.name.rpartition("/")[2] == REALM)
    return next(ends, None)


def read(inputs: Inputs, realm_file: Input) -> Iterator[Entry]:
    """Read the messages of an export."""
    document = json_files.load(realm_file)
    if isinstance(document, Rejected):
        yield document
        return
    realm = _realm(document)
    for file in inputs.files:
        if MESSAGES.fullmatch(file.name):
            yield from _messages(file, realm)


def _messages(file: Input, realm: _Realm) -> Iterator[Entry]:
    document = json_files.load(file)
    if isinstance(document, Rejected):
        yield document
        return
    messages = document.get("zerver_message") if isinstance(document, dict) else None
    for found in json_files.objects(file.name, messages):
        if isinstance(found, Rejected):
            yield found
            continue
        place, message = found
        try:
            fields = _fields(message, realm)
        except MISSHAPEN as error:
            yield misshapen(file.name, place, "a message of Zulip", error)
        else:
            yield entry(file.name, place, fields)


def _realm(document: object) -> _Realm:
    realm = _Realm()
    for row in json_files.rows(document, "zerver_realm"):
        realm.url = str(row.get("url") or row.get("uri") or row.get("host") or "")
    for table in ("userprofile", "userprofile_mirrordummy", "userprofile_crossrealm"):
        for row in json_files.rows(document, f"zerver_{table}"):
            realm.people[row.get("id", 0)] = row
    for row in json_files.rows(document, "zerver_stream"):
        realm.streams[row.get("id", 0)] = row
    for row in json_files.rows(document, "zerver_recipient"):
        realm.recipients[row.get("id", 0)] = row
    for row in json_files.rows(document, "zerver_subscription"):
        if row.get("active", True):
            people = realm.subscribers.setdefault(row.get("recipient", 0), set())
            people.add(row.get("user_profile", 0))
    return realm


def _fields(message: dict[str, Any], realm: _Realm) -> dict[str, Any]:
    recipient = realm.recipients[message["recipient"]]
    sender = int(message["sender"])
    marked = markup.render(message.get("rendered_content") or "")
    edited = message.get("last_edit_time")
    in_stream = recipient["type"] == STREAM
    topic = message["subject"] if in_stream else None
    return {
        "tool": "zulip",
        "kind": "message",
        "native_id": str(int(message["id"])),
        "conversation": _conversation(message, recipient, topic),
        "author": {"id": str(sender), "name": _name(realm.people.get(sender), sender)},
        "title": topic or None,
        "text": message["content"],
        "links": marked.links,
        "mentions": marked.mentions,
        "published": _moment(message["date_sent"]),
        "edited": edited and _moment(edited),
        "visibility": _visibility(message, recipient, realm),
        "permalink": f"{realm.url}/#narrow/near/{message['id']}"
        if realm.url.startswith("http")
        else None,
    }


def _conversation(
    message: dict[str, Any], recipient: dict[str, Any], topic: str | None
) -> str:
    """Name the topic of a stream, or the people who talk to one another."""
    if topic is not None:
        return f"{recipient['type_id']}/{topic}"
    if recipient["type"] == DIRECT:
        low, high = sorted((int(message["sender"]), int(recipient["type_id"])))
        return f"direct/{low}-{high}"
    return f"direct/{recipient['id']}"


def _visibility(
    message: dict[str, Any], recipient: dict[str, Any], realm: _Realm
) -> list[str] | None:
    """Keep what was said in private to those who were there, by their addresses."""
    if recipient["type"] == STREAM:
        stream = realm.streams[recipient["type_id"]]
        if not stream.get("invite_only"):
            return None
    people = {int(message["sender"])} | realm.subscribers.get(recipient["id"], set())
    if recipient["type"] == DIRECT:
        people.add(int(recipient["type_id"]))
    return [f"person:{_address(realm.people.get(who), who)}" for who in sorted(people)]


def _address(person: dict[str, Any] | None, number: int) -> str:
    row = person or {}
    told = row.get("delivery_email") or row.get("email")
    return str(told).lower() if told else f"zulip-{number}"


def _name(person: dict[str, Any] | None, number: int) -> str:
    return str((person or {}).get("full_name") or number)


def _moment(value: float | str) -> datetime:
    """Read a time: seconds since 1970, or text where a converter wrote it."""
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    return datetime.fromtimestamp(value, UTC)
