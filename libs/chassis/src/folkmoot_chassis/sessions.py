"""The sessions of this replica, so that no transaction outlives the process that died.

A client that is killed within a transaction leaves it open on the server, for a minute
unless the server is told otherwise. Meanwhile whoever wants to write the same documents
meets a write conflict: above all the replica itself, which has come back to do the same
work again. So every session is noted before its first transaction, and the next life of
the replica ends those of the one before.
"""

from typing import Protocol

from bson.binary import UUID_SUBTYPE, Binary

from folkmoot_chassis.mongo import Client, Database, Session

COLLECTION = "sessions"
MOST = 100
"""More than a process ever holds: the driver uses the latest of them again first."""


class SessionSource(Protocol):
    """Begins sessions: the driver's client, or `Sessions`."""

    async def start_session(self) -> Session:
        """Begin a session."""
        ...


class Sessions:
    """Begins sessions in which transactions are run."""

    def __init__(self, client: Client, database: Database, owner: str) -> None:
        self._client = client
        self._database = database
        self._owner = owner
        self._noted: set[bytes] = set()

    async def prepare(self) -> None:
        """End what an earlier process of this replica left open."""
        mine = {"_id": self._owner}
        document = await self._database[COLLECTION].find_one(mine)
        if document:
            # A user may always end their own sessions.
            left = [{"id": Binary(s, UUID_SUBTYPE)} for s in document["sessions"]]
            await self._database.command({"killSessions": left})
            await self._database[COLLECTION].delete_one(mine)
            self._noted.clear()

    async def start_session(self) -> Session:
        """Begin a session that the next life of this replica would end."""
        session = await self._client.start_session()
        try:
            await self._note(bytes(session.delegate.session_id["id"]))
        except BaseException:
            await session.end_session()
            raise
        return session

    async def _note(self, session_id: bytes) -> None:
        if session_id in self._noted:
            return
        await self._database[COLLECTION].update_one(
            {"_id": self._owner},
            {"$push": {"sessions": {"$each": [session_id], "$slice": -MOST}}},
            upsert=True,
        )
        self._noted.add(session_id)
