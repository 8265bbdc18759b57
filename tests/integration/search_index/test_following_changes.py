from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from bson import json_util
from folkmoot_chassis import mongo
from folkmoot_search_index.domain.documents import Change, document_of, tombstone_of
from folkmoot_search_index.ports import ChangeBatch, PositionLost
from folkmoot_search_index.storage.changes import MongoDocumentChanges
from folkmoot_search_index.storage.indexes import ensure_indexes
from folkmoot_search_index.storage.mapping import to_stored
from folkmoot_search_index.storage.recent import RecentDocuments

from tests.support.tagged_items import an_item, retracted, tagged

ITEM = an_item()
DOCUMENT = document_of(tagged(ITEM))
TOMBSTONE = tombstone_of(retracted(ITEM))


@pytest.fixture
async def changes(database: mongo.Database) -> MongoDocumentChanges:
    await ensure_indexes(database)
    return MongoDocumentChanges(database)


async def first(batches: AsyncGenerator[ChangeBatch, None]) -> ChangeBatch:
    async with aclosing(batches):
        async for batch in batches:
            if batch.changes:
                return batch
    raise AssertionError("the stream ended")


async def test_each_write_is_a_change_with_the_whole_document(
    database: mongo.Database, changes: MongoDocumentChanges
) -> None:
    position = await changes.position()
    await database.documents.insert_one(to_stored(DOCUMENT))
    batch = await first(changes.follow(position))
    assert batch.changes == [Change(ITEM.id, DOCUMENT, first=True)]

    await database.documents.replace_one({"_id": ITEM.id}, to_stored(TOMBSTONE))
    batch = await first(changes.follow(batch.position))
    assert batch.changes == [Change(ITEM.id, None)]


async def test_what_this_process_has_just_stored_is_not_read_back(
    database: mongo.Database,
) -> None:
    recent = RecentDocuments()
    changes = MongoDocumentChanges(database, recent)
    position = await changes.position()
    await database.documents.insert_one(to_stored(DOCUMENT))
    recent.add([DOCUMENT])
    batch = await first(changes.follow(position))
    assert batch.changes[0].document is DOCUMENT
    # The second time it is read, for it was handed over once.
    batch = await first(changes.follow(position))
    assert batch.changes == [Change(ITEM.id, DOCUMENT, first=True)]
    assert batch.changes[0].document is not DOCUMENT


async def test_what_was_written_before_a_position_is_scanned_and_not_followed(
    database: mongo.Database, changes: MongoDocumentChanges
) -> None:
    others = [document_of(tagged(an_item(f"itm_{n:05}"))) for n in range(2300)]
    await database.documents.insert_many([to_stored(each) for each in others])
    position = await changes.position()
    scanned = [change async for batch in changes.scan() for change in batch]
    assert scanned == [Change(each.id, each) for each in others]

    await database.documents.insert_one(to_stored(DOCUMENT))
    batch = await first(changes.follow(position))
    assert batch.changes[-1] == Change(ITEM.id, DOCUMENT, first=True)


async def test_a_quiet_stream_says_how_far_it_has_come(
    changes: MongoDocumentChanges,
) -> None:
    position = await changes.position()
    async with aclosing(changes.follow(position)) as batches:
        await anext(batches)
        batch = await anext(batches)
    assert not batch.changes
    assert batch.position != position


async def test_a_removed_entry_leaves_the_index(
    database: mongo.Database, changes: MongoDocumentChanges
) -> None:
    await database.documents.insert_one(to_stored(DOCUMENT))
    position = (await first(changes.follow(await changes.position()))).position
    await database.documents.delete_one({"_id": ITEM.id})
    batch = await first(changes.follow(position))
    assert batch.changes == [Change(ITEM.id, None)]


async def test_an_entry_that_nobody_can_read_is_left_out(
    database: mongo.Database, changes: MongoDocumentChanges
) -> None:
    position = await changes.position()
    await database.documents.insert_one(
        {"_id": "itm_odd", "retracted": False, "item": {"of": "the future"}}
    )
    batch = await first(changes.follow(position))
    assert batch.changes == [Change("itm_odd", None, first=True)]


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
    await database.documents.drop()
    with pytest.raises(PositionLost):
        await first(changes.follow(position))


async def test_a_position_is_text_that_the_driver_can_read_again(
    changes: MongoDocumentChanges,
) -> None:
    assert "startAtOperationTime" in json_util.loads(await changes.position())
