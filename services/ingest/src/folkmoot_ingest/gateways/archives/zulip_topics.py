"""Zulip archives of topics: `<stream id>-<stream>/<topic>.json`, content in HTML."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from folkmoot_ingest.gateways.archives import json_files, markup
from folkmoot_ingest.gateways.archives.entries import (
    MISSHAPEN,
    Entry,
    Rejected,
    entry,
    misshapen,
)
from folkmoot_ingest.gateways.archives.inputs import Input

_FOLDER = re.compile(r"(\d+)-(.*)")


def read(file: Input) -> Iterator[Entry]:
    """Read the messages of a topic.

    The name of the stream's folder may change while its number stays, so the number
    alone names the conversation. Authors are known by name only, and so are mentions.
    """
    document = json_files.load(file)
    if isinstance(document, Rejected):
        yield document
        return
    path = PurePosixPath(file.name)
    topic = topic_name(path.stem)
    stream = stream_of(path.parent.name)
    for found in json_files.objects(file.name, document):
        if isinstance(found, Rejected):
            yield found
            continue
        place, message = found
        try:
            fields = _fields(message, f"{stream}/{topic}", topic)
        except MISSHAPEN as error:
            yield misshapen(file.name, place, "a message of Zulip", error)
        else:
            yield entry(file.name, place, fields)


def stream_of(folder: str) -> str:
    """Return the number of a stream, or the folder's name where it has none."""
    numbered = _FOLDER.fullmatch(folder)
    return numbered[1] if numbered else folder


def newest(file: Input) -> float:
    """Return when the last message of a topic was sent, seconds since 1970."""
    found = json_files.objects(file.name, json_files.load(file))
    messages = (each[1] for each in found if not isinstance(each, Rejected))
    sent = [message.get("timestamp") for message in messages]
    return max((t for t in sent if isinstance(t, int | float)), default=0)


def topic_name(encoded: str) -> str:
    """Undo Zulip's encoding of a topic in a link: `.` for `%`."""
    return unquote(encoded.replace(".", "%"))


def _fields(message: dict[str, Any], conversation: str, topic: str) -> dict[str, Any]:
    content = markup.render(message["content"])
    author = message["sender_full_name"]
    return {
        "tool": "zulip",
        "kind": "message",
        "native_id": str(int(message["id"])),
        "conversation": conversation,
        "author": {"id": author, "name": author},
        "title": topic,
        "text": content.text,
        "links": content.links,
        "mentions": [{"id": m["name"], "name": m["name"]} for m in content.mentions],
        "published": datetime.fromtimestamp(message["timestamp"], UTC),
    }
