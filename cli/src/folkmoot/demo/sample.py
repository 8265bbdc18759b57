"""The sample: conversations of seven companies that belong together. All made up."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from folkmoot_ingest.domain.submission import ITEM_SUBMITTED

FILE = Path(__file__).with_name("sample.json")
VOCABULARY = Path(__file__).with_name("vocabulary.ttl")
BEGUN = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said, ready to be published as a company."""

    company: str
    event: dict[str, Any]


def sample() -> Iterator[Said]:
    """Yield the sample, conversation by conversation."""
    for thread in json.loads(FILE.read_text()):
        first = f"{thread['conversation']}#1"
        for number, message in enumerate(thread["messages"], 1):
            yield said(
                thread,
                message,
                native_id=f"{thread['conversation']}#{number}",
                published=BEGUN + timedelta(minutes=message["minutes"]),
                in_reply_to=first if number > 1 else None,
            )


def fresh(now: datetime) -> Said:
    """Return a message that was said just now, unlike any before."""
    thread = {
        "company": "sable",
        "source": "chat.sable.example",
        "tool": "slack",
        "kind": "message",
        "conversation": "C-sre/live",
        "title": "",
        "visibility": ["everyone"],
    }
    text = (
        "The wildcard certificate on the status page is renewed, by DNS-01 this time. "
        "Thanks to everybody who wrote their incident down. #tls"
    )
    message = {"author": "Marek Nowak", "text": text}
    return said(thread, message, native_id=f"live/{now.timestamp():.6f}", published=now)


def said(
    thread: dict[str, Any],
    message: dict[str, Any],
    *,
    native_id: str,
    published: datetime,
    in_reply_to: str | None = None,
) -> Said:
    """Return a message of a conversation as the CloudEvent that submits it."""
    author = message["author"]
    data = {
        "tool": thread["tool"],
        "kind": thread["kind"],
        "native_id": native_id,
        "conversation": thread["conversation"],
        "in_reply_to": in_reply_to,
        "author": {"id": author.split()[0].lower(), "name": author},
        "title": thread["title"] or None,
        "text": message["text"],
        "published": published.isoformat(),
        "visibility": thread["visibility"],
        "permalink": f"https://{thread['source']}/{native_id.replace('#', '/')}",
    }
    event = {
        "specversion": "1.0",
        "id": f"{thread['source']}/{native_id}",
        "source": thread["source"],
        "type": ITEM_SUBMITTED,
        "subject": native_id,
        "data": {name: value for name, value in data.items() if value is not None},
    }
    return Said(thread["company"], event)
