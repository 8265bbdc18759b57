"""What happens to `documents`: the change stream of `changes`, an entry a transaction.

Read with raw commands: the driver's own cursor hands events over one by one, each
across a thread.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any

from bson import Timestamp, json_util
from bson.int64 import Int64
from folkmoot_chassis.mongo import Database, Session
from pymongo.errors import OperationFailure, PyMongoError

from folkmoot_search_index.domain.documents import Change
from folkmoot_search_index.ports import ChangeBatch, Position, PositionLost
from folkmoot_search_index.storage.documents import CHANGES, COLLECTION
from folkmoot_search_index.storage.mapping import document_of
from folkmoot_search_index.storage.recent import RecentChanges

BATCH = 1000
"""Documents that are read at a time."""

EVENTS = 4
"""Transactions that are told of at a time; each holds up to a batch of documents."""

WAIT_MS = 150
"""How long the server holds an answer back when nothing is new."""

LOST = {
    286,  # ChangeStreamHistoryLost: the log of operations begins later
    280,  # ChangeStreamFatalError: the position is in no log
    260,  # InvalidResumeToken
    *(2, 9, 14, 15),  # BadValue, FailedToParse, TypeMismatch, Overflow: not a token
}

PIPELINE = [
    # What has expired was told of long ago.
    {"$match": {"operationType": {"$ne": "delete"}}},
    {"$project": {"operationType": 1, "fullDocument": 1, "clusterTime": 1}},
]


class MongoDocumentChanges:
    """What happens to `documents`, from any position on."""

    def __init__(self, database: Database, recent: RecentChanges | None = None) -> None:
        self._database = database
        self._recent = recent or RecentChanges()

    async def position(self) -> Position:
        """Return a position before which everything is seen by a scan begun now.

        The causally consistent read waits until a majority has come as far as that.
        """
        client = self._database.client
        async with await client.start_session(causal_consistency=True) as session:
            hello = await self._database.command("hello", session=session)
            await self._database[COLLECTION].find_one({}, {"_id": 1}, session=session)
        return json_util.dumps({"startAtOperationTime": hello["operationTime"]})

    async def scan(self) -> AsyncGenerator[Sequence[Change], None]:
        """Yield everything that is held now, in batches, in the order of ids."""
        after = ""
        while True:
            found = self._database[COLLECTION].find({"_id": {"$gt": after}})
            stored = await found.sort("_id", 1).limit(BATCH).to_list(BATCH)
            if not stored:
                return
            after = stored[-1]["_id"]
            yield [Change(each["_id"], document_of(each)) for each in stored]

    async def follow(self, position: Position) -> AsyncGenerator[ChangeBatch, None]:
        """Yield what changed after `position`, for ever; raises PositionLost."""
        client = self._database.client
        try:
            async with (
                await client.start_session(causal_consistency=False) as session,
                aclosing(self._stream(position, session)) as stream,
            ):
                async for batch in stream:
                    yield batch
        except OperationFailure as error:
            if error.code in LOST:
                raise PositionLost(str(error)) from error
            raise

    async def _stream(
        self, position: Position, session: Session
    ) -> AsyncGenerator[ChangeBatch, None]:
        stage = {"$changeStream": _resume(position)}
        options = self._database.codec_options  # a raw command forgets time zones
        reply = await self._database.command(
            {
                "aggregate": CHANGES,
                "pipeline": [stage, *PIPELINE],
                "cursor": {"batchSize": EVENTS},
                "readConcern": {"level": "majority"},
            },
            codec_options=options,
            session=session,
        )
        cursor, events = reply["cursor"], reply["cursor"]["firstBatch"]
        opening = True
        try:
            while True:
                token = {"resumeAfter": cursor["postBatchResumeToken"]}
                changes = await self._changes(events)
                # The answer that opens a stream may be empty though there is news.
                if changes or not opening:
                    more = len(events) == EVENTS
                    yield ChangeBatch(changes, json_util.dumps(token), more=more)
                opening = False
                reply = await self._database.command(
                    {
                        "getMore": Int64(cursor["id"]),
                        "collection": CHANGES,
                        "batchSize": EVENTS,
                        "maxTimeMS": WAIT_MS,
                    },
                    codec_options=options,
                    session=session,
                )
                cursor, events = reply["cursor"], reply["cursor"]["nextBatch"]
        finally:
            await self._close(cursor["id"], session)

    async def _changes(self, events: Sequence[Mapping[str, Any]]) -> list[Change]:
        """Return what events mean; what is not in memory any more is read."""
        changes: list[Change] = []
        for event in events:
            kind = event["operationType"]
            if kind != "insert":
                raise PositionLost(f"the collection met with {kind}")
            entry = event["fullDocument"]
            known = self._recent.take(entry["_id"])
            changes += known or await self._read(entry, event["clusterTime"])
        return changes

    async def _read(self, entry: Mapping[str, Any], at: Timestamp) -> list[Change]:
        """Read what others have stored, or this process in an earlier life.

        It may be newer than the change that asks for it: the next change tells so. It
        is never older, not even where the next primary answers, for the read waits
        until that one has come as far as the change.
        """
        ids = [*entry["first"], *entry["again"]]
        client = self._database.client
        async with await client.start_session(causal_consistency=True) as session:
            session.advance_operation_time(at)
            found = self._database[COLLECTION].find(
                {"_id": {"$in": ids}}, session=session
            )
            stored = {each["_id"]: each for each in await found.to_list(len(ids))}
        if len(stored) < len(ids):
            raise PositionLost("entries are gone, which nobody here takes away")
        first = len(entry["first"])
        return [
            Change(id_, document_of(stored[id_]), first=place < first)
            for place, id_ in enumerate(ids)
        ]

    async def _close(self, cursor_id: int, session: Session) -> None:
        """Spare the server the wait for its time-out; a failure must hide no other.

        A cancellation least of all: the task would be taken for failed and restarted.
        """
        with suppress(PyMongoError):
            await self._database.command(
                {"killCursors": CHANGES, "cursors": [Int64(cursor_id)]},
                session=session,
            )


def _resume(position: Position) -> dict[str, Any]:
    try:
        where: dict[str, Any] = json_util.loads(position)
        moment = where.get("startAtOperationTime")
    except (ValueError, AttributeError, TypeError) as error:
        raise PositionLost("the position is not one of ours") from error
    if isinstance(moment, Timestamp) or "resumeAfter" in where:
        return where
    raise PositionLost("the position is not one of ours")
