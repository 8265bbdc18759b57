"""No transaction outlives whoever began it: others may write what it wrote."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from folkmoot_chassis.mongo import Client, Database
from folkmoot_chassis.sessions import COLLECTION, Sessions
from pymongo.errors import AutoReconnect, OperationFailure

from tests.support.conditions import until

THE_SAME = {"_id": "the same"}


@pytest.fixture
async def _made(database: Database) -> None:
    """A transaction creates no collection."""
    await database["things"].insert_one({"_id": "another"})


async def begin(sessions: Sessions, database: Database) -> contextlib.AsyncExitStack:
    """Write in a transaction that stays open until the stack is closed."""
    stack = contextlib.AsyncExitStack()
    session = await stack.enter_async_context(sessions.session())
    session.start_transaction()
    await database["things"].insert_one(THE_SAME, session=session)
    return stack


@pytest.fixture
async def abandoned(
    mongo_client: Client, database: Database, _made: None
) -> AsyncIterator[None]:
    """Begin a transaction as a process does that is killed before its commit."""
    async with await begin(Sessions(mongo_client, database, "a"), database):
        yield


async def is_free(sessions: Sessions, database: Database) -> bool:
    """Tell whether somebody else may write the same."""
    try:
        async with await begin(sessions, database):
            return True
    except OperationFailure as error:
        assert error.has_error_label("TransientTransactionError")  # noqa: PT017
        return False


@pytest.mark.usefixtures("abandoned")
async def test_a_replica_that_comes_back_ends_what_it_had_left_open(
    mongo_client: Client, database: Database
) -> None:
    sessions = Sessions(mongo_client, database, "a")
    assert not await is_free(sessions, database)
    await sessions.prepare()
    assert await is_free(sessions, database)


@pytest.mark.usefixtures("abandoned")
async def test_others_end_what_a_replica_left_open_that_does_not_come_back(
    mongo_client: Client, database: Database
) -> None:
    sessions = Sessions(mongo_client, database, "b", silence=0.3)
    watching = asyncio.create_task(sessions.watch())

    async def free() -> bool:
        return await is_free(sessions, database)

    await until(free, seconds=10)
    assert {d["_id"] async for d in database[COLLECTION].find()} == {"b"}
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def lose_sight(sessions: Sessions, database: Database) -> None:
    """Fail in a transaction, and let no word of its end come through."""
    async with sessions.session() as session:
        session.start_transaction()
        await database["things"].insert_one(THE_SAME, session=session)
        session.delegate._transaction.reset()  # noqa: SLF001  the driver forgets it
        raise AutoReconnect("the server is out of sight")


@pytest.mark.usefixtures("_made")
async def test_a_session_that_lost_sight_of_the_server_is_ended_before_the_next(
    mongo_client: Client, database: Database
) -> None:
    sessions = Sessions(mongo_client, database, "a")
    with pytest.raises(AutoReconnect):
        await lose_sight(sessions, database)
    assert await is_free(sessions, database)
