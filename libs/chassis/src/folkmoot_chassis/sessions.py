"""The sessions of this replica: no transaction outlives whoever began it.

A client that is killed within a transaction, or loses sight of the server, leaves it
open there for a minute, unless the server is told otherwise. Meanwhile whoever wants to
write the same documents meets a write conflict: above all the one who comes back to do
the same work again. So every session is noted before its first transaction. It is ended
by the same process once the server answers again, by the replica's next life, or by
another replica when this one has shown no sign of life for some time.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection

from bson.binary import UUID_SUBTYPE, Binary
from pymongo.errors import ConnectionFailure

from folkmoot_chassis.mongo import Client, Database, Document, Session

COLLECTION = "sessions"
MOST = 100
"""More than a process ever holds: the driver uses the latest of them again first."""


class Sessions:
    """Begins sessions in which transactions are run.

    `silence` is in seconds: a replica that was not seen for so long is taken for dead.
    """

    def __init__(
        self, client: Client, database: Database, owner: str, silence: float = 10.0
    ) -> None:
        self._client = client
        self._database = database
        self._collection = database[COLLECTION]
        self._owner = owner
        self._silence = silence
        self._noted: set[bytes] = set()
        self._doubtful: set[bytes] = set()

    async def prepare(self) -> None:
        """End what an earlier process of this replica left open."""
        await self._bury({"_id": self._owner})
        self._noted.clear()

    async def watch(self) -> None:
        """Show signs of life, and end the sessions of replicas that show none."""
        gone_since: Document = {
            "$subtract": ["$$NOW", int(self._silence * 1000)],
        }
        while True:
            seen = await self._collection.update_one(
                {"_id": self._owner}, {"$currentDate": {"seen": True}}
            )
            if not seen.matched_count:
                self._noted.clear()  # whoever took us for dead ended them all
            await self._bury({"$expr": {"$lt": ["$seen", gone_since]}})
            await asyncio.sleep(self._silence / 3)

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """Begin a session for a transaction, and see to it that both end."""
        await self._end_doubtful()
        async with await self._client.start_session() as session:
            own = bytes(session.delegate.session_id["id"])
            await self._note(own)
            try:
                yield session
            except ConnectionFailure:
                # The word that it is aborted may not have reached the server.
                self._doubtful.add(own)
                raise

    async def _end_doubtful(self) -> None:
        if doubtful := set(self._doubtful):
            await self._end(doubtful)
            self._doubtful -= doubtful

    async def _note(self, session_id: bytes) -> None:
        if session_id in self._noted:
            return
        await self._collection.update_one(
            {"_id": self._owner},
            {
                "$push": {"sessions": {"$each": [session_id], "$slice": -MOST}},
                "$currentDate": {"seen": True},
            },
            upsert=True,
        )
        self._noted.add(session_id)

    async def _bury(self, whom: Document) -> None:
        """End the sessions of some replicas and forget them."""
        for dead in await self._collection.find(whom).to_list(None):
            await self._end(dead["sessions"])
            await self._collection.delete_one(
                {"_id": dead["_id"], "seen": dead.get("seen")}
            )

    async def _end(self, sessions: Collection[bytes]) -> None:
        """End sessions with all that is open in them; a user may always end their own.

        That of another replica, too: all of them are the same user.
        """
        named = [{"id": Binary(session, UUID_SUBTYPE)} for session in sessions]
        await self._database.command({"killSessions": named})
