from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import pytest
from bson import json_util
from folkmoot_chassis import mongo
from folkmoot_chassis.transactions import Transaction, Transactor
from folkmoot_search_index.domain.documents import (
    Change,
    Entry,
    document_of,
    tombstone_of,
)
from folkmoot_search_index.ports import ChangeBatch, PositionLost
from folkmoot_search_index.storage import changes as storage
from folkmoot_search_index.storage.changes import MongoDocumentChanges
from folkmoot_search_index.storage.documents import MongoDocuments
from folkmoot_search_index.storage.indexes import ensure_indexes
from folkmoot_search_index.storage.mapping import to_stored
from folkmoot_search_index.storage.recent import RecentChanges
from folkmoot_search_index.use_cases.keep_documents import KeepDocuments

from tests.support.tagged_items import an_item, retracted, tagged

ITEM = an_item()
DOCUMENT = document_of(tagged(ITEM))
EDITED = document_of(tagged(an_item(revision=2, text="Edited.")))
OTHER = document_of(tagged(an_item("itm_other")))
TOMBSTONE = tombstone_of(retracted(ITEM))

Keep = Callable[..., Awaitable[None]]


@pytest.fixture
async def changes(database: mongo.Database) -> MongoDocumentChanges:
    await ensure_indexes(database)
    return MongoDocumentChanges(database)


@pytest.fixture
def keep(database: mongo.Database, transactions: Transactor) -> Keep:
    return keeping(MongoDocuments(database), transactions)


def keeping(documents: MongoDocuments, transactions: Transactor) -> Keep:
    async def keep(*entries: Entry) -> None:
        async def work(transaction: Transaction) -> None:
            await KeepDocuments(documents)(entries, transaction)

        await transactions.run(work)

    return keep


async def first(batches: AsyncGenerator[ChangeBatch, None]) -> ChangeBatch:
    async with aclosing(batches):
        async for batch in batches:
            if batch.changes:
                return batch
    raise AssertionError("the stream ended")


async def test_each_write_is_a_change_with_the_whole_document(
    changes: MongoDocumentChanges, keep: Keep
) -> None:
    position = await changes.position()
    await keep(DOCUMENT)
    batch = await first(changes.follow(position))
    assert batch.changes == [Change(ITEM.id, DOCUMENT, first=True)]

    await keep(TOMBSTONE, OTHER)
    batch = await first(changes.follow(batch.position))
    assert batch.changes == [
        Change(OTHER.item.id, OTHER, first=True),
        Change(ITEM.id, None),
    ]


async def test_what_is_read_late_is_as_it_is_now_and_is_told_again(
    changes: MongoDocumentChanges, keep: Keep
) -> None:
    position = await changes.position()
    await keep(DOCUMENT)
    await keep(EDITED)
    batch = await first(changes.follow(position))
    while len(batch.changes) < 2:
        batch = await first(changes.follow(position))
    assert batch.changes == [
        Change(ITEM.id, EDITED, first=True),
        Change(ITEM.id, EDITED),
    ]


async def test_what_this_process_has_just_stored_is_not_read_back(
    database: mongo.Database, changes: MongoDocumentChanges, transactions: Transactor
) -> None:
    recent = RecentChanges()
    changes = MongoDocumentChanges(database, recent)
    position = await changes.position()
    await keeping(MongoDocuments(database, recent), transactions)(DOCUMENT)
    batch = await first(changes.follow(position))
    assert batch.changes[0].document is DOCUMENT
    # The second time it is read, for it was handed over once.
    batch = await first(changes.follow(position))
    assert batch.changes == [Change(ITEM.id, DOCUMENT, first=True)]
    assert batch.changes[0].document is not DOCUMENT


async def test_what_came_to_nothing_is_no_change(
    database: mongo.Database, changes: MongoDocumentChanges, transactions: Transactor
) -> None:
    recent = RecentChanges()
    changes = MongoDocumentChanges(database, recent)
    documents = MongoDocuments(database, recent)
    position = await changes.position()

    async def fails(transaction: Transaction) -> None:
        await KeepDocuments(documents)([EDITED], transaction)
        raise LookupError

    with pytest.raises(LookupError):
        await transactions.run(fails)
    await keeping(documents, transactions)(DOCUMENT)
    batch = await first(changes.follow(position))
    assert batch.changes == [Change(ITEM.id, DOCUMENT, first=True)]


async def test_a_full_answer_says_that_there_is_more(
    changes: MongoDocumentChanges, keep: Keep
) -> None:
    position = await changes.position()
    for number in range(storage.EVENTS + 1):
        await keep(document_of(tagged(an_item(f"itm_{number}"))))
    seen: list[tuple[int, bool]] = []
    async with aclosing(changes.follow(position)) as batches:
        async for batch in batches:
            if batch.changes:
                seen.append((len(batch.changes), batch.more))
            if sum(count for count, _ in seen) > storage.EVENTS:
                break
    # The first answer of a stream may tell but a part of what there is.
    assert sum(count for count, _ in seen) == storage.EVENTS + 1
    assert {more for count, more in seen if count == storage.EVENTS} <= {True}
    assert not seen[-1][1]


async def test_entries_that_expire_are_no_news(
    database: mongo.Database, changes: MongoDocumentChanges, keep: Keep
) -> None:
    await keep(DOCUMENT)
    position = (await first(changes.follow(await changes.position()))).position
    await database.changes.delete_many({})
    await keep(OTHER)
    batch = await first(changes.follow(position))
    assert batch.changes == [Change(OTHER.item.id, OTHER, first=True)]


async def test_what_was_written_before_a_position_is_scanned_and_not_followed(
    database: mongo.Database, changes: MongoDocumentChanges, keep: Keep
) -> None:
    others = [document_of(tagged(an_item(f"itm_{n:05}"))) for n in range(2300)]
    await database.documents.insert_many([to_stored(each) for each in others])
    position = await changes.position()
    scanned = [change async for batch in changes.scan() for change in batch]
    assert scanned == [Change(each.id, each) for each in others]

    await keep(DOCUMENT)
    batch = await first(changes.follow(position))
    assert batch.changes == [Change(ITEM.id, DOCUMENT, first=True)]


async def test_a_quiet_stream_says_how_far_it_has_come(
    changes: MongoDocumentChanges,
) -> None:
    position = await changes.position()
    async with aclosing(changes.follow(position)) as batches:
        await anext(batches)
        batch = await anext(batches)
    assert not batch.changes
    assert batch.position != position


async def test_an_entry_that_nobody_can_read_is_left_out(
    database: mongo.Database, changes: MongoDocumentChanges, keep: Keep
) -> None:
    position = await changes.position()
    await keep(DOCUMENT)
    await database.documents.update_one({"_id": ITEM.id}, {"$set": {"event": "{"}})
    batch = await first(changes.follow(position))
    assert batch.changes == [Change(ITEM.id, None, first=True)]


@pytest.mark.parametrize(
    "position",
    [
        "",
        "{}",
        "[]",
        "not a position",
        '{"startAtOperationTime": 5}',
        '{"resumeAfter": {"_data": "8200"}}',
    ],
)
async def test_a_position_that_is_not_to_be_had_is_lost(
    changes: MongoDocumentChanges, position: str
) -> None:
    with pytest.raises(PositionLost):
        await first(changes.follow(position))


async def test_a_dropped_collection_loses_the_position(
    database: mongo.Database, changes: MongoDocumentChanges
) -> None:
    position = await changes.position()
    await database.changes.drop()
    with pytest.raises(PositionLost):
        await first(changes.follow(position))


async def test_a_position_is_text_that_the_driver_can_read_again(
    changes: MongoDocumentChanges,
) -> None:
    assert "startAtOperationTime" in json_util.loads(await changes.position())
