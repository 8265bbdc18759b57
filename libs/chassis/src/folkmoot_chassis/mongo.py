"""The MongoDB driver, in one place: another driver would change this and storage."""

from contextlib import suppress
from typing import Any

from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import IndexModel
from pymongo.errors import CollectionInvalid, OperationFailure
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern

Document = dict[str, Any]
Client = AsyncIOMotorClient[Document]
Database = AsyncIOMotorDatabase[Document]
Collection = AsyncIOMotorCollection[Document]
Session = AsyncIOMotorClientSession

# Stated here and not left to a URI: what a client leaves out is "totally unsafe"
# (Jepsen's reports on MongoDB), and a deployment must not be able to weaken it.
MAJORITY_WRITES = WriteConcern("majority", wtimeout=10_000)
MAJORITY_READS = ReadConcern("majority")
SNAPSHOT = ReadConcern("snapshot")
PRIMARY = ReadPreference.PRIMARY

OPTIONS_DIFFER = 85
"""What MongoDB answers where an index exists and keeps for another while."""


def connect(url: str, name: str) -> Client:
    """Return a client; nothing is contacted before the first command.

    The timeouts bound how long a frozen primary is waited for: a default client waits
    for as long as the freeze lasts.
    """
    return AsyncIOMotorClient(
        url,
        appname=name,
        tz_aware=True,
        uuidRepresentation="standard",
        serverSelectionTimeoutMS=5_000,
        connectTimeoutMS=2_000,
        socketTimeoutMS=15_000,
        heartbeatFrequencyMS=2_000,
        maxPoolSize=20,
        retryWrites=True,
    )


def database(client: Client, name: str) -> Database:
    """Return a database that reads and writes by majority."""
    return client.get_database(
        name, write_concern=MAJORITY_WRITES, read_concern=MAJORITY_READS
    )


async def ensure_collection(database: Database, name: str) -> None:
    """Create a collection unless it exists: a transaction creates none."""
    with suppress(CollectionInvalid):
        await database.create_collection(name)


async def ensure_index(collection: Collection, index: IndexModel) -> None:
    """Create an index, or make it anew where it exists with other options."""
    try:
        await collection.create_indexes([index])
    except OperationFailure as error:
        if error.code != OPTIONS_DIFFER:
            raise
        await collection.drop_index(index.document["name"])
        await collection.create_indexes([index])
