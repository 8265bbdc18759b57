"""Send an archive to ingest: in batches, again where it was cut short, never twice."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from folkmoot_ingest.domain.submission import ITEM_SUBMITTED
from folkmoot_ingest.gateways.archives import Entry, Rejected, Submitted

from folkmoot.remote import Remote

BATCH = 200
BATCH_BYTES = 2 * 1024 * 1024
MEDIA_TYPE = "application/cloudevents-batch+json"


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

    def note(self, outcome: str) -> None:
        """Count one outcome."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def refuse(self, input_: str, location: str, reason: str) -> None:
        """Keep what could not be taken, and why."""
        self.rejected.append({"input": input_, "location": location, "reason": reason})


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
        self._file.parent.mkdir(parents=True, exist_ok=True)
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
    files = sorted(root.rglob("*")) if root.is_dir() else [root]
    stats = [(f, f.stat()) for f in files if f.is_file()]
    seen = hashlib.sha256()
    for file, stat in stats:
        seen.update(f"{file}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
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
    fresh = islice(entries, tally.resumed, None)
    tally.read = tally.resumed
    pending: tuple[Future[list[dict[str, Any]]], list[Entry]] | None = None
    with ThreadPoolExecutor(1) as sender:
        for batch in _batches(fresh):
            good = [entry for entry in batch if isinstance(entry, Submitted)]
            sent = sender.submit(_send, remote, good, target)
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


def _batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        batch.append(entry)
        if isinstance(entry, Submitted):
            size += len(entry.submission.text)
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _settle(
    sent: Future[list[dict[str, Any]]],
    batch: list[Entry],
    tally: Tally,
    checkpoint: Checkpoint | None,
) -> None:
    results = iter(sent.result())
    for entry in batch:
        tally.read += 1
        if isinstance(entry, Rejected):
            tally.refuse(entry.input, entry.location, entry.reason)
            continue
        result = next(results)
        if "problem" in result:
            problem = result["problem"]
            reason = problem.get("detail") or problem.get("title", "")
            tally.refuse(entry.input, entry.submission.native_id, reason)
        else:
            tally.note(result["outcome"])
    if checkpoint:
        checkpoint.save(tally.read)


def _send(
    remote: Remote, good: list[Submitted], target: Target
) -> list[dict[str, Any]]:
    if not good:
        return []
    body = [event_of(entry, target) for entry in good]
    answer = remote.call(
        "POST",
        "/v1/events",
        content=json.dumps(body, ensure_ascii=False).encode(),
        headers={"content-type": MEDIA_TYPE},
        accept=(422,),
    )
    results: list[dict[str, Any]] = answer.json()["results"]
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
