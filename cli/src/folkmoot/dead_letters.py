"""Dead letters as an operator sees them: which are open, and what was done with them.

Kafka cannot take one record out of a topic, so decisions are events of their own, in a
compacted topic beside the dead letters.
"""

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from folkmoot_chassis import cloudevents
from folkmoot_chassis.dead_letters import (
    AT,
    ATTEMPTS,
    ERROR,
    LEFT_OUT,
    ORIGIN_TOPIC,
    REASON,
    SERVICE,
    original_headers,
)
from folkmoot_chassis.traces import new_traceparent
from folkmoot_events import (
    TOPICS,
    DeadLetterDiscarded,
    DeadLetterReplayed,
)
from folkmoot_events.dead_letters import TOPIC

from folkmoot.remote import RemoteError
from folkmoot.streams import producer, read_all

Decision = DeadLetterReplayed | DeadLetterDiscarded


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that was set aside."""

    record: Any
    decision: str | None = None

    @property
    def id(self) -> str:
        """`<dead letter topic>/<partition>/<offset>`."""
        record = self.record
        return f"{record.topic}/{record.partition}/{record.offset}"

    def header(self, name: str) -> str:
        """Return a header's text, or nothing."""
        found = dict(self.record.headers).get(name) or b""
        return found.decode("utf-8", "backslashreplace")

    def summary(self) -> dict[str, Any]:
        """Return what a list shows of it."""
        return {
            "id": self.id,
            "service": self.header(SERVICE),
            "topic": self.header(ORIGIN_TOPIC),
            "reason": self.header(REASON),
            "error": self.header(ERROR),
            "attempts": self.header(ATTEMPTS),
            "at": self.header(AT),
            "event": self.header("ce_id"),
            "type": self.header("ce_type"),
            "trace": self.header("traceparent")[3:35],
            "decision": self.decision,
        }


def topics() -> list[str]:
    """Return every dead letter topic."""
    return [name for topic in TOPICS for name in topic.dead_letters.values()]


async def dead_letters() -> list[DeadLetter]:
    """Return all dead letters, oldest first, with what was decided of each."""
    decided: dict[str, str] = {}
    for record in await read_all([TOPIC]):
        type_ = dict(record.headers).get("ce_type", b"").decode()
        decided[(record.key or b"").decode()] = type_.split(".")[2]
    found = [DeadLetter(record) for record in await read_all(topics())]
    return [DeadLetter(one.record, decided.get(one.id)) for one in found]


async def replay(letters: Sequence[DeadLetter]) -> list[DeadLetterReplayed]:
    """Put records back where they came from, bytes, key and headers as they were.

    The inbox of each consumer lets one take effect once, however often it is replayed.
    Raises RemoteError for one that was too large to be kept.
    """
    for letter in letters:
        if letter.header(LEFT_OUT):
            raise RemoteError(f"{letter.id} holds no record: it was too large to keep")
    done: list[DeadLetterReplayed] = []
    async with producer() as client:
        for letter in letters:
            record = letter.record
            sent = await client.send_and_wait(
                letter.header(ORIGIN_TOPIC),
                record.value,
                record.key,
                headers=original_headers(record.headers),
            )
            decision = DeadLetterReplayed(
                dead_letter_id=letter.id,
                decided=datetime.now(UTC),
                decided_by=getpass.getuser(),
                replayed_to=f"{sent.topic}/{sent.partition}/{sent.offset}",
            )
            await _decide(client, decision)
            done.append(decision)
    return done


async def discard(letters: Sequence[DeadLetter], reason: str) -> None:
    """Give records up, and say why."""
    async with producer() as client:
        for letter in letters:
            await _decide(
                client,
                DeadLetterDiscarded(
                    dead_letter_id=letter.id,
                    decided=datetime.now(UTC),
                    decided_by=getpass.getuser(),
                    reason=reason,
                ),
            )


async def _decide(client: Any, decision: Decision) -> None:  # noqa: ANN401  untyped
    attributes = {
        "id": str(uuid4()),
        "source": "/folkmoot/command-line",
        "specversion": "1.0",
        "type": decision.type,
        "subject": decision.key,
        "time": decision.decided.isoformat(),
    }
    await client.send_and_wait(
        decision.topic,
        decision.model_dump_json().encode(),
        decision.key.encode(),
        headers=cloudevents.encode(attributes, new_traceparent()),
    )
