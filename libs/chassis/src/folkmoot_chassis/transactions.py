"""One MongoDB transaction: the effect, the inbox entry and the outbox records."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar

from pymongo.errors import PyMongoError

from folkmoot_chassis import failpoints
from folkmoot_chassis.clock import Clock, SystemClock
from folkmoot_chassis.cloudevents import Origin
from folkmoot_chassis.failures import Permanent, is_transient
from folkmoot_chassis.messages import EventModel
from folkmoot_chassis.mongo import (
    MAJORITY_WRITES,
    PRIMARY,
    SNAPSHOT,
    Session,
)
from folkmoot_chassis.outbox import Outbox, Outgoing, Pack
from folkmoot_chassis.retry import Backoff
from folkmoot_chassis.sessions import Sessions
from folkmoot_chassis.traces import current_traceparent, valid

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Cause(NamedTuple):
    """What an outgoing event follows from: the trace and the chain to continue."""

    traceparent: str
    begun: datetime
    replay: bool


@dataclass(slots=True)
class Transaction:
    """A unit of work that is under way.

    Pass `session` to every storage call. `publish` appends to the outbox; the record
    is sent only once the transaction has committed.
    """

    session: Session
    source: str
    now: datetime
    limit: int
    causes: Mapping[str, Cause] = field(default_factory=dict)
    outgoing: list[Outgoing] = field(default_factory=list)
    callbacks: list[Callable[[], None]] = field(default_factory=list)
    origin: Origin = field(init=False)

    def __post_init__(self) -> None:
        """Encode once what all events of the transaction say."""
        self.origin = Origin(self.source, self.now)

    def publish(
        self,
        event: EventModel,
        *,
        traceparent: str | None = None,
        key: str | None = None,
    ) -> None:
        """Announce an event with this transaction.

        It continues the trace of the incoming message with the same key, or the given
        one, or the current span. `key` says the aggregate's id where the caller has
        it at hand. Raises Permanent where the event is too large to be published.
        """
        key = key or event.key
        cause = self.causes.get(key)
        # A stranger may have written it: no relay must ever stumble over it.
        trace = valid(traceparent) or (
            cause.traceparent if cause else current_traceparent()
        )
        value = event.model_dump_json(exclude_none=True).encode()
        if len(value) > self.limit:
            raise Permanent(
                f"{event.type} would be {len(value)} bytes, {self.limit} are allowed",
                reason="oversize",
            )
        subject = key.encode()
        headers = self.origin.headers(
            event.type,
            subject,
            cause.begun.isoformat() if cause else self.origin.now,
            trace,
            replay=cause is not None and cause.replay,
        )
        self.outgoing.append(Outgoing(event.topic, subject, value, headers, trace))

    def on_commit(self, callback: Callable[[], None]) -> None:
        """Call `callback` once the transaction has committed."""
        self.callbacks.append(callback)


class Transactor:
    """Runs units of work, each in a transaction of its own."""

    def __init__(
        self,
        sessions: Sessions,
        outbox: Outbox,
        *,
        source: str,
        limit: int,
        committed: Callable[[Sequence[Pack]], None],
        clock: Clock | None = None,
    ) -> None:
        self._sessions = sessions
        self._outbox = outbox
        self._source = source
        self._limit = limit
        self._committed = committed
        self._backoff = Backoff()
        self._clock = clock or SystemClock()

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Commit what `work` does; it runs again after a passing failure.

        Raises what `work` raised last, with nothing of it in effect.
        """
        attempt = 1
        while True:
            try:
                return await self.run_once(work)
            except Exception as error:
                if attempt >= self._backoff.attempts or not is_transient(error):
                    raise
            await asyncio.sleep(self._backoff.wait(attempt))
            attempt += 1

    async def run_once(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Try once to commit what `work` does."""
        async with self._sessions.session() as session:
            session.start_transaction(
                read_concern=SNAPSHOT,
                write_concern=MAJORITY_WRITES,
                read_preference=PRIMARY,
            )
            transaction = Transaction(
                session, self._source, self._clock.now(), self._limit
            )
            try:
                result = await work(transaction)
                packs = await self._flush(transaction)
                failpoints.hit("transaction.before_commit")
                await self._commit(session)
            except BaseException:
                if session.delegate.in_transaction:
                    await session.abort_transaction()
                raise
            failpoints.hit("transaction.after_commit")
        for callback in transaction.callbacks:
            try:
                callback()
            except Exception:
                # It is committed: raised on, this would pass for the work's failure.
                logger.exception("a callback failed after its commit")
        if packs:
            self._committed(packs)
        return result

    async def _flush(self, transaction: Transaction) -> Sequence[Pack]:
        if not transaction.outgoing:
            return ()
        return await self._outbox.add(
            transaction.outgoing, transaction.now, transaction.session
        )

    async def _commit(self, session: Session) -> None:
        """Commit; an unknown outcome is asked again, which is safe by design."""
        for last in (False, False, True):
            try:
                await session.commit_transaction()
            except PyMongoError as error:
                if last or not error.has_error_label("UnknownTransactionCommitResult"):
                    raise
            else:
                return
