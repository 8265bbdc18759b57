"""The topics of Folkmoot, made on a broker."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaConnectionError, for_code
from folkmoot_events import TOPICS, Topic
from folkmoot_events.topics import DEAD_LETTER_MAX_BYTES, DEAD_LETTER_RETENTION_MS

from folkmoot.local.errors import LocalError

NO_ERROR, TOPIC_EXISTS = 0, 36
POLL = 0.05
OUTSIDE = "outside"
"""Who publishes what is no service's of ours."""
IN_SYNC = 2
"""Of three replicas and more, so many have a record before it is acknowledged."""


class TopicsError(LocalError):
    """The broker would not make topics; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One topic to make."""

    name: str
    partitions: int
    configs: dict[str, str]


def plans(
    topics: Iterable[Topic] = TOPICS, partitions: int | None = None
) -> list[Plan]:
    """Return the topics to make: those declared, and the dead letters of each.

    `partitions` overrides what the topics declare.
    """
    made = []
    for topic in topics:
        count = partitions or topic.partitions
        made.append(Plan(topic.name, count, _configs(topic)))
        made += [
            Plan(name, count, _dead_letter_configs())
            for name in topic.dead_letters.values()
        ]
    return made


def _configs(topic: Topic) -> dict[str, str]:
    kept = (
        {"cleanup.policy": "compact"}
        if topic.retention_ms is None
        else {"cleanup.policy": "delete", "retention.ms": str(topic.retention_ms)}
    )
    # The broker then unpacks what strangers send, and measures it again before it keeps
    # it: no small batch of theirs becomes gigabytes in whoever reads it.
    unpacked = (
        {"compression.type": "uncompressed"} if topic.publisher == OUTSIDE else {}
    )
    return {**kept, **unpacked, "max.message.bytes": str(topic.max_bytes)}


def _dead_letter_configs() -> dict[str, str]:
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(DEAD_LETTER_RETENTION_MS),
        "max.message.bytes": str(DEAD_LETTER_MAX_BYTES),
    }


async def create_topics(
    bootstrap: str,
    wanted: Iterable[Plan],
    *,
    replicas: int = 1,
    limit: float = 30,
    security: Mapping[str, Any] | None = None,
) -> list[str]:
    """Make the topics that do not exist yet and return their names.

    Returns once the broker describes them all: a consumer that starts earlier fails.
    `limit` is in seconds; `security` is what aiokafka is told of trust and identity.
    """
    wanted = list(wanted)
    async with _connected(bootstrap, limit, security) as admin:
        made = await _create(admin, wanted, replicas)
        await _until(lambda: _described(admin, wanted))
        return made


async def require_partitions(
    bootstrap: str,
    wanted: Iterable[Plan],
    *,
    limit: float = 30,
    security: Mapping[str, Any] | None = None,
) -> None:
    """Raise TopicsError where a topic that exists has fewer partitions than are wanted.

    Replicas that count on them would read nothing.
    """
    partitions = {plan.name: plan.partitions for plan in wanted}
    async with _connected(bootstrap, limit, security) as admin:
        described = await admin.describe_topics(list(partitions))
    there = {topic["topic"]: len(topic["partitions"]) for topic in described}
    short = [name for name, count in partitions.items() if there[name] < count]
    if short:
        first = short[0]
        raise TopicsError(
            f"{len(short)} topics exist with fewer partitions than are wanted: {first} "
            f"has {there[first]} of {partitions[first]}; add partitions to them while "
            "nothing is published, or want fewer"
        )


async def delete_topics(
    bootstrap: str, names: Iterable[str], *, limit: float = 30
) -> None:
    """Delete topics, and return once the broker knows none of them any more."""
    names = set(names)
    async with _connected(bootstrap, limit) as admin:
        await admin.delete_topics(sorted(names & set(await admin.list_topics())))
        await _until(lambda: _unknown(admin, names))


@asynccontextmanager
async def _connected(
    bootstrap: str, limit: float, security: Mapping[str, Any] | None = None
) -> AsyncIterator[AIOKafkaAdminClient]:
    """Yield a client for some seconds; raises TopicsError when they are over."""
    try:
        async with asyncio.timeout(limit):
            admin = await _connect(bootstrap, security or {})
            try:
                yield admin
            finally:
                await admin.close()
    except TimeoutError as error:
        late = f"Kafka at {bootstrap} did not do it within {limit:g} s"
        raise TopicsError(late) from error


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    while not await condition():  # noqa: ASYNC110  the broker tells nobody
        await asyncio.sleep(POLL)


async def _unknown(admin: AIOKafkaAdminClient, names: set[str]) -> bool:
    return not names & set(await admin.list_topics())


async def _connect(bootstrap: str, security: Mapping[str, Any]) -> AIOKafkaAdminClient:
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **security)
        try:
            await admin.start()
        except KafkaConnectionError:
            await admin.close()
            await asyncio.sleep(0.2)
        else:
            return admin


async def _create(
    admin: AIOKafkaAdminClient, wanted: list[Plan], replicas: int
) -> list[str]:
    known = set(await admin.list_topics())
    missing = [plan for plan in wanted if plan.name not in known]
    if not missing:
        return []
    answer = await admin.create_topics(
        [
            NewTopic(
                plan.name,
                plan.partitions,
                replicas,
                topic_configs=plan.configs | _durability(replicas),
            )
            for plan in missing
        ]
    )
    # aiokafka raises nothing: a refusal stands in the answer (name, code, message).
    refused = [
        f"{name}: {for_code(code).__name__}: {' '.join(str(r) for r in rest)}"
        for name, code, *rest in answer.topic_errors
        if code not in (NO_ERROR, TOPIC_EXISTS)
    ]
    if refused:
        raise TopicsError("; ".join(refused))
    return [plan.name for plan in missing]


def _durability(replicas: int) -> dict[str, str]:
    """Return what keeps an acknowledged record while one broker is lost.

    By the broker's own default the leader alone would have to have it.
    """
    return {"min.insync.replicas": str(IN_SYNC)} if replicas > IN_SYNC else {}


async def _described(admin: AIOKafkaAdminClient, wanted: list[Plan]) -> bool:
    """Tell whether every topic has a leader for each of its partitions."""
    described = await admin.describe_topics([plan.name for plan in wanted])
    return all(
        topic["error_code"] == NO_ERROR
        and topic["partitions"]
        and all(
            partition["error_code"] == NO_ERROR and partition["leader"] >= 0
            for partition in topic["partitions"]
        )
        for topic in described
    )
