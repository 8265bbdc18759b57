"""A batch as the unit of work; a poison record in it costs only itself."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from opentelemetry.trace import Span

from folkmoot_chassis import failpoints
from folkmoot_chassis.dead_letters import Failure, RawRecord, dead_letter, inbox_id
from folkmoot_chassis.decoding import Decoded, Handler, Undecodable
from folkmoot_chassis.failures import (
    Permanent,
    has_outgrown,
    is_duplicate_key,
    is_transient,
)
from folkmoot_chassis.fuse import Fuse
from folkmoot_chassis.health import Progress
from folkmoot_chassis.inbox import Inbox
from folkmoot_chassis.messages import Message
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.retry import Backoff
from folkmoot_chassis.telemetry import Telemetry, context_of, fail
from folkmoot_chassis.traces import trace_id
from folkmoot_chassis.transactions import Cause, Transaction, Transactor

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Exhausted(Exception):  # noqa: N818  a state, not an error of anybody
    """A passing failure did not pass in time; the batch must be read again."""


class Blown(Exception):  # noqa: N818  a state, not an error of anybody
    """Too much failed: the rest of the batch must wait for whoever mends it."""


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """Settles batches: every record takes effect, is known already, or is set aside."""

    service: str
    transactor: Transactor
    inbox: Inbox
    telemetry: Telemetry
    metrics: Metrics
    backoff: Backoff
    fuses: Mapping[str, Fuse]
    stopping: asyncio.Event
    progress: Progress

    async def settle(
        self, batch: Sequence[Decoded], bad: Sequence[Undecodable]
    ) -> None:
        """Settle a batch; returns once nothing of it is left to do.

        Raises Exhausted where a passing failure outlasted every try, and Blown where
        so much fails that the fault must be on this side.
        """
        for undecodable in bad:
            await self._set_aside(undecodable.record, undecodable.failure)
        if batch:
            with self.telemetry.receive([d.message for d in batch]):
                await self._bisect(batch)

    async def _bisect(self, batch: Sequence[Decoded], tries: int = 1) -> None:
        """Handle a batch; where it fails for good, find the record that is to blame.

        Where it outgrows its transaction, halves of it may fit.
        """
        try:
            await self._persistently(
                lambda known: self._handle(batch, look=known), several=len(batch) > 1
            )
        except (Exhausted, Blown):
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, only one is to blame
            if len(batch) > 1:
                if has_outgrown(error):
                    logger.warning(
                        "a batch outgrew its transaction and is halved",
                        extra={"count": len(batch)},
                    )
                middle = len(batch) // 2
                await self._bisect(batch[:middle], tries + 1)
                await self._bisect(batch[middle:], tries + 1)
                return
            only = batch[0]
            failure = Failure(error, _reason(error), tries, only.message.traceparent)
            await self._set_aside(only.record, failure)
        else:
            for topic, count in Counter(d.message.topic for d in batch).items():
                self.fuses[topic].passed(count)

    async def _persistently(
        self, work: Callable[[bool], Awaitable[T]], *, several: bool = False
    ) -> T:
        """Try until it works, fails for good, or has been tried often enough.

        `work` is told whether to look for known records first: the first try takes
        them all for new, as they nearly always are, and leaves it to the inbox's
        unique index to object. Work on `several` records that outgrows its transaction
        is not tried again as it is, for each try may last as long as MongoDB lets it.
        Of a single one that is believed only when every try ended so: a failover ends
        transactions too.
        """
        outgrown = 0
        for attempt in range(1, self.backoff.attempts + 1):
            self.progress.stamp()
            try:
                return await work(attempt > 1)
            except Exception as error:
                last = attempt == self.backoff.attempts
                if not is_transient(error) or (last and is_duplicate_key(error)):
                    raise
                if has_outgrown(error) and not self.stopping.is_set():
                    outgrown += 1
                    if several or 1 < outgrown == self.backoff.attempts:
                        raise
                if last or self.stopping.is_set():
                    raise Exhausted from error
                self.metrics.retries.labels(type(error).__name__).inc()
                logger.warning(
                    "a batch failed for now: %s",
                    type(error).__name__,
                    extra={"attempt": attempt},
                )
            await asyncio.sleep(self.backoff.wait(attempt))
        raise AssertionError("a backoff has at least one attempt")

    async def _handle(self, batch: Sequence[Decoded], *, look: bool) -> None:
        spans: list[Span] = []
        fresh = [self._traced(decoded, spans) for decoded in _once(batch)]

        async def work(tx: Transaction) -> Sequence[Decoded]:
            new = await self._unknown(fresh, tx) if look else fresh
            if new:
                tx.causes = _causes(new)
                await self.inbox.add(
                    [d.message.identity for d in new], tx.now, tx.session
                )
                for handler, messages in _by_handler(new):
                    await handler(messages, tx)
            return new

        try:
            failpoints.hit("consumer.before_transaction")
            handled = await self.transactor.run_once(work)
        except BaseException as error:
            for span in spans:
                fail(span, error)
            raise
        finally:
            for span in spans:
                span.end()
        self._count(batch, handled)

    def _traced(self, decoded: Decoded, spans: list[Span]) -> Decoded:
        """Return a record whose message continues the span of its own processing."""
        span = self.telemetry.start_process(decoded.message)
        if span is None:
            return decoded
        spans.append(span)
        message = decoded.message._replace(traceparent=context_of(span))
        return decoded._replace(message=message)

    async def _unknown(
        self, batch: Sequence[Decoded], tx: Transaction
    ) -> Sequence[Decoded]:
        ids = [d.message.identity for d in batch]
        seen = await self.inbox.seen(ids, tx.session)
        return [d for d in batch if d.message.identity not in seen]

    def _count(self, batch: Sequence[Decoded], handled: Sequence[Decoded]) -> None:
        now = datetime.now(UTC)
        total = Counter(decoded.message.topic for decoded in batch)
        for topic, messages in _by_topic(handled).items():
            self.metrics.handled.labels(topic, "handled").inc(len(messages))
            total[topic] -= len(messages)
            self.metrics.event_age.labels(topic).observe_all(
                [(now - message.time).total_seconds() for message in messages]
            )
            self.metrics.chain_age.labels(topic).observe_all(
                [(now - message.begun).total_seconds() for message in messages]
            )
        for topic, known in total.items():
            self.metrics.inbox_duplicates.labels(topic).inc(known)

    async def _set_aside(self, record: RawRecord, failure: Failure) -> None:
        """Put one record among the dead letters, once."""

        async def work(tx: Transaction) -> bool:
            known = inbox_id(record)
            if await self.inbox.seen([known], tx.session):
                return False
            await self.inbox.add([known], tx.now, tx.session)
            tx.outgoing.append(
                dead_letter(record, failure, service=self.service, at=tx.now)
            )
            failpoints.hit("dead_letter.before_commit")
            return True

        if not await self._persistently(lambda _: self.transactor.run_once(work)):
            # Read again, it tells nothing new: counted once more, it would blow the
            # fuse anew at each start, and nobody could get past it.
            self.metrics.inbox_duplicates.labels(record.topic).inc()
            return
        self.metrics.dead_letters.labels(record.topic, failure.reason).inc()
        self.metrics.handled.labels(record.topic, "dead_lettered").inc()
        logger.error(
            "a record was set aside: %s",
            type(failure.error).__name__,
            extra={
                "topic": record.topic,
                "partition": record.partition,
                "offset": record.offset,
                "reason": failure.reason,
                "trace": trace_id(failure.traceparent),
            },
        )
        self.fuses[record.topic].failed()
        if self.fuses[record.topic].blown:
            raise Blown


def _reason(error: Exception) -> str:
    """Say in a word why the only record of a batch cannot be handled."""
    if isinstance(error, Permanent):
        return error.reason
    return "outgrown-transaction" if has_outgrown(error) else "handler-error"


def _once(batch: Sequence[Decoded]) -> list[Decoded]:
    """Keep the first of each event, for a batch may hold a record twice."""
    first: dict[str, Decoded] = {}
    for decoded in batch:
        first.setdefault(decoded.message.identity, decoded)
    return list(first.values())


def _causes(batch: Sequence[Decoded]) -> dict[str, Cause]:
    """Say what an event about each key follows from: the last message of that key.

    News outweigh what is told again: announced as a replay, they would reach nobody.
    """
    causes: dict[str, Cause] = {}
    for message in (decoded.message for decoded in batch):
        before = causes.get(message.key)
        if before is None or before.replay or not message.replay:
            cause = Cause(message.traceparent, message.begun, message.replay)
            causes[message.key] = cause
    return causes


def _by_topic(batch: Sequence[Decoded]) -> dict[str, list[Message[Any]]]:
    grouped: dict[str, list[Message[Any]]] = {}
    for decoded in batch:
        grouped.setdefault(decoded.message.topic, []).append(decoded.message)
    return grouped


def _by_handler(
    batch: Sequence[Decoded],
) -> list[tuple[Handler, list[Message[Any]]]]:
    """Give each handler its messages together, in their order."""
    grouped: dict[Handler, list[Message[Any]]] = {}
    for decoded in batch:
        grouped.setdefault(decoded.handler, []).append(decoded.message)
    return list(grouped.items())
