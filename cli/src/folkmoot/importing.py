"""Send an archive to ingest: in batches, again where it was cut short, never twice."""

import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from folkmoot_ingest.domain.http_binding import BATCHED, MAX_EVENT
from folkmoot_ingest.domain.submission import ITEM_SUBMITTED
from folkmoot_ingest.gateways.archives import Entry, Rejected, Submitted

from folkmoot.local.secret_files import make_private
from folkmoot.remote import Remote

BATCH = 200
BATCH_BYTES = 2 * 1024 * 1024
MEDIA_TYPE = BATCHED

Out = tuple[Entry, bytes]
"""What was read, and the event that it is sent as: none of what is rejected."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where an archive goes: its source, and who may read it (None: its company)."""

    source: str
    visibility: tuple[str, ...] | None = None


@dataclass(slots=True)
class Tally:
    """What became of an archive so far."""

    read: int = 0
    resumed: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    rejected: list[dict[str, str]] = field(default_factory=list)
    unread: int = 0

    def note(self, outcome: str) -> None:
        """Count one outcome."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def refuse(self, what: Rejected) -> None:
        """Keep what could not be taken, and why."""
        self.unread += what.unread
        told = {"input": what.input, "location": what.location, "reason": what.reason}
        self.rejected.append(told)


class Checkpoint:
    """How many entries of an archive were acknowledged, kept over a kill.

    An archive is read in the same order each time, so a number is enough. It holds for
    the same files with the same sizes alone; it is forgotten once the import is whole.
    """

    def __init__(self, folder: Path, name: str) -> None:
        digest = hashlib.sha256(name.encode()).hexdigest()[:24]
        self._file = folder / f"{digest}.json"

    def load(self) -> int:
        """Return how many entries need not be sent again."""
        try:
            return int(json.loads(self._file.read_text())["acknowledged"])
        except (FileNotFoundError, ValueError, KeyError):
            return 0

    def save(self, acknowledged: int) -> None:
        """Remember that this many entries are done."""
        make_private(self._file.parent)
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({"acknowledged": acknowledged}))
        fresh.replace(self._file)

    def forget(self) -> None:
        """Begin anew the next time."""
        self._file.unlink(missing_ok=True)


def fingerprint(path: str) -> str:
    """Return a name for an archive that changes when its files do."""
    if path == "-":
        return "-"
    root = Path(path)
    within = (Path(where, name) for where, _, names in os.walk(path) for name in names)
    seen = hashlib.sha256()
    for file in sorted(within) if root.is_dir() else [root]:
        with suppress(OSError):  # gone by now: reading will tell
            facts = file.stat()
            if stat.S_ISREG(facts.st_mode):
                told = f"{file}\0{facts.st_size}\0{facts.st_mtime_ns}\n"
                seen.update(os.fsencode(told))
    return seen.hexdigest()


def send_archive(
    entries: Iterable[Entry],
    remote: Remote,
    *,
    target: Target,
    checkpoint: Checkpoint | None,
    tell: Callable[[Tally], None],
) -> Tally:
    """Send every entry that was not acknowledged before and return what became of it.

    One batch is under way while the next is read; batches keep the archive's order.
    """
    tally = Tally(resumed=checkpoint.load() if checkpoint else 0)
    fresh = _written(_after(entries, tally.resumed), target)
    tally.read = tally.resumed
    pending: tuple[Future[list[dict[str, Any]]], list[Out]] | None = None
    with ThreadPoolExecutor(1) as sender:
        for batch in _batches(fresh):
            events = [event for _, event in batch if event]
            sent = sender.submit(_send, remote, events)
            if pending:
                _settle(*pending, tally, checkpoint)
                tell(tally)
            pending = (sent, batch)
        if pending:
            _settle(*pending, tally, checkpoint)
            tell(tally)
    if checkpoint:
        checkpoint.forget()
    return tally


def _after(entries: Iterable[Entry], done: int) -> Iterator[Entry]:
    """Leave out what was acknowledged before.

    An input that cannot be read now, and could then, shifts all that follows it: from
    there on everything is sent again, which has no effect on what is known.
    """
    for entry in entries:
        if done and not (isinstance(entry, Rejected) and entry.unread):
            done -= 1
        else:
            done = 0
            yield entry


def _written(entries: Iterable[Entry], target: Target) -> Iterator[Out]:
    """Write each event as it is sent; one that no request may hold is rejected."""
    for entry in entries:
        if isinstance(entry, Rejected):
            yield entry, b""
            continue
        told = event_of(entry, target)
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        if len(event := text.encode()) <= MAX_EVENT:
            yield entry, event
        else:
            reason = f"{len(event)} bytes as an event, which may hold {MAX_EVENT}"
            yield Rejected(entry.input, entry.submission.native_id, reason), b""


def _batches(read: Iterable[Out]) -> Iterator[list[Out]]:
    """Cut where one more would make a request too long, in bytes or in events."""
    batch: list[Out] = []
    size = 0
    for entry, event in read:
        if len(batch) == BATCH or size + len(event) > BATCH_BYTES:
            yield batch
            batch, size = [], 0
        batch.append((entry, event))
        size += len(event)
    if batch:
        yield batch


def _settle(
    sent: Future[list[dict[str, Any]]],
    batch: list[Out],
    tally: Tally,
    checkpoint: Checkpoint | None,
) -> None:
    results = iter(sent.result())
    for entry, _ in batch:
        tally.read += 1
        if isinstance(entry, Rejected):
            tally.refuse(entry)
            continue
        result = next(results)
        if "problem" in result:
            problem = result["problem"]
            reason = problem.get("detail") or problem.get("title", "")
            tally.refuse(Rejected(entry.input, entry.submission.native_id, reason))
        else:
            tally.note(result["outcome"])
    # An input that is read the next time shifts all that follows it.
    if checkpoint and not tally.unread:
        checkpoint.save(tally.read)


def _send(remote: Remote, events: list[bytes]) -> list[dict[str, Any]]:
    if not events:
        return []
    answer = remote.call(
        "POST",
        "/v1/events",
        content=b"[" + b",".join(events) + b"]",
        headers={"content-type": MEDIA_TYPE},
        accept=(422,),
    )
    said = answer.json()
    # The refusal of a lone event is the whole answer.
    results: list[dict[str, Any]] = said.get("results") or [{"problem": said}]
    return results


def event_of(entry: Submitted, target: Target) -> dict[str, Any]:
    """Return the CloudEvent that submits an item; its id depends on its content."""
    data = entry.submission.model_dump(mode="json", exclude_defaults=True)
    data.setdefault("text", "")
    if target.visibility:
        data.setdefault("visibility", list(target.visibility))
    content = json.dumps(data, ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(f"{target.source}\n{content}".encode()).hexdigest()
    return {
        "specversion": "1.0",
        "id": digest[:32],
        "source": target.source,
        "type": ITEM_SUBMITTED,
        "subject": entry.submission.native_id,
        "data": data,
    }
