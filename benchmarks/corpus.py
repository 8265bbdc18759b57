"""Real conversations as the events that a publisher would send."""

import gzip
import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from folkmoot_ingest.domain import identity as ids

CORPUS = "corpora/zulip_lean_A.jsonl.gz"
SOURCE = "bench.example"
PROBE = "probe"

Data = dict[str, Any]
"""What is said of an item by whoever submits it."""


def corpus_file() -> Path:
    """Return the corpus, or end with a plain reason."""
    folder = os.environ.get("FOLKMOOT_CORPORA")
    if not folder or not (Path(folder) / CORPUS).exists():
        sys.exit(f"FOLKMOOT_CORPORA must name a folder with {CORPUS}")
    return Path(folder) / CORPUS


def submissions(
    count: int, *, run: str, probe_every: int = 0, skip: int = 0
) -> Iterator[Data]:
    """Yield the data of `count` submitted items, each new to this `run`.

    They are of the messages after the first `skip`. Where the corpus has fewer, it is
    said again: items are new, their words are not.
    Every `probe_every`-th is of another tool, so that a search can watch for it.
    """
    with gzip.open(corpus_file(), "rt", encoding="utf-8") as lines:
        for number, line in enumerate(islice(_for_ever(lines), skip, skip + count)):
            message = json.loads(line)
            probe = probe_every and number % probe_every == 0
            yield {
                "tool": PROBE if probe else "zulip",
                "native_id": f"{run}-{number}",
                "conversation": f"{run}-{message['thread_id']}",
                "author": {"id": message["author"], "name": message["author"]},
                "title": message["title"],
                "text": message["text"][:20_000],
                "published": message["created_at"],
                "visibility": ["everyone"],
            }


def _for_ever(lines: Any) -> Iterator[str]:  # noqa: ANN401  a text file that can seek
    while True:
        yield from lines
        lines.seek(0)


def item_id(native_id: str) -> str:
    """Return the id that ingest gives to an item of the benchmark."""
    return ids.item_id("north", SOURCE, native_id)


def date(data: Data, at: float) -> None:
    """Let an item say that it was published at a moment of the monotonic clock."""
    ago = timedelta(seconds=time.monotonic() - at)
    data["published"] = (datetime.now(UTC) - ago).isoformat()


def record_of(data: Data) -> dict[str, Any]:
    """Return what a Kafka producer is handed for a submitted item (binary mode)."""
    name = data["native_id"].encode()
    return {
        "value": json.dumps(data, ensure_ascii=False).encode(),
        "key": name,
        "headers": [
            ("ce_specversion", b"1.0"),
            ("ce_id", name),
            ("ce_source", SOURCE.encode()),
            ("ce_type", b"folkmoot.item.submitted.v1"),
            ("content-type", b"application/json"),
        ],
    }


def event(data: Data) -> dict[str, Any]:
    """Return a submitted item as a structured CloudEvent."""
    return {
        "specversion": "1.0",
        "id": data["native_id"],
        "source": SOURCE,
        "type": "folkmoot.item.submitted.v1",
        "data": data,
    }
