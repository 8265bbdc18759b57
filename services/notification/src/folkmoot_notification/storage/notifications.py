"""Collections `notifications` and `positions`.

A person's last position is read and written in the transaction that appends, so that
positions rise in the order of commits: whoever has read up to one has missed nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from folkmoot_chassis.mongo import Database, Document
from pymongo import DESCENDING, InsertOne, UpdateMany, UpdateOne

from folkmoot_notification.domain.notifications import Excerpt, Notification
from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.ports import MOST_UNREAD, Page, Transaction
from folkmoot_notification.storage.documents import (
    BLANK,
    excerpt_document,
    from_document,
    reason_documents,
    to_document,
)

NEVER = {"$not": {"$gte": datetime(1970, 1, 1, tzinfo=UTC)}}
"""As good as null, for which MongoDB would look into every document."""

Operation = InsertOne[Document] | UpdateOne | UpdateMany


class MongoNotifications:
    """Everybody's inbox."""

    def __init__(self, database: Database) -> None:
        self._notifications = database["notifications"]
        self._positions = database["positions"]

    async def find(
        self, ids: Collection[str], tx: Transaction | None = None
    ) -> dict[str, Notification]:
        """Return notifications by id."""
        if not ids:
            return {}
        cursor = self._notifications.find(
            {"_id": {"$in": list(ids)}}, session=tx.session if tx else None
        )
        return {d["_id"]: from_document(d) for d in await cursor.to_list(None)}

    async def write(
        self,
        new: Sequence[Notification],
        merged: Sequence[Notification],
        revised: Mapping[str, Excerpt],
        tx: Transaction,
    ) -> None:
        """Append `new`, give `merged` their reasons, show items as `revised`."""
        operations: list[Operation] = [
            UpdateMany(
                {"excerpt.item_id": item_id}, {"$set": {"excerpt": excerpt_document(e)}}
            )
            for item_id, e in revised.items()
        ]
        operations += [_merge(notification) for notification in merged]
        if new:
            operations += await self._append(new, tx)
        if operations:
            await self._notifications.bulk_write(operations, session=tx.session)

    async def retract(self, item_ids: Collection[str], tx: Transaction) -> None:
        """Remove all content of items."""
        await self._notifications.update_many(
            {"excerpt.item_id": {"$in": list(item_ids)}},
            {"$set": BLANK},
            session=tx.session,
        )

    async def mark_read(
        self, notification_id: str, reader: Reader, now: datetime, tx: Transaction
    ) -> tuple[Notification, bool] | None:
        """Return it, and whether it was unread till now; None where there is none."""
        query = {"_id": notification_id, **_visible(reader)}
        document = await self._notifications.find_one(query, session=tx.session)
        if document is None:
            return None
        unread = document["read"] is None
        if unread:
            document["read"] = now
            await self._notifications.update_one(
                {"_id": notification_id}, {"$set": {"read": now}}, session=tx.session
            )
        return from_document(document), unread

    async def page(self, reader: Reader, page: Page) -> Sequence[Notification]:
        """Return a page of a reader's inbox, newest first."""
        query = _visible(reader)
        if page.unread:
            query["read"] = None
        if page.before is not None:
            query["position"] = {"$lt": page.before}
        cursor = self._notifications.find(query).sort("position", DESCENDING)
        return [
            from_document(d) for d in await cursor.limit(page.limit).to_list(page.limit)
        ]

    async def unread(self, reader: Reader) -> int:
        """Return how many a reader has not read, `MOST_UNREAD` at most."""
        return await self._notifications.count_documents(
            {**_visible(reader), "read": NEVER}, limit=MOST_UNREAD
        )

    async def after(
        self, reader: Reader, position: int, limit: int
    ) -> Sequence[Notification]:
        """Return what came after a position, oldest first."""
        query = {**_visible(reader), "position": {"$gt": position}}
        cursor = self._notifications.find(query).sort("position").limit(limit)
        return [from_document(d) for d in await cursor.to_list(limit)]

    async def positions(self, people: Collection[str]) -> dict[str, int]:
        """Return the last position of each person's inbox, 0 where it is empty."""
        return await self._last(people, None)

    async def _append(
        self, new: Sequence[Notification], tx: Transaction
    ) -> list[InsertOne[Document]]:
        """Take positions for `new`; return the insertions."""
        last = await self._last({n.person for n in new}, tx)
        inserts = []
        for notification in new:
            last[notification.person] += 1
            position = last[notification.person]
            inserts.append(InsertOne(to_document(notification, position)))
        await self._positions.bulk_write(
            [
                UpdateOne({"_id": person}, {"$set": {"last": position}}, upsert=True)
                for person, position in last.items()
            ],
            ordered=False,
            session=tx.session,
        )
        return inserts

    async def _last(
        self, people: Collection[str], tx: Transaction | None
    ) -> dict[str, int]:
        cursor = self._positions.find(
            {"_id": {"$in": list(people)}}, session=tx.session if tx else None
        )
        known = {d["_id"]: int(d["last"]) for d in await cursor.to_list(None)}
        return dict.fromkeys(people, 0) | known


def _visible(reader: Reader) -> dict[str, Any]:
    """Restrict a query to what a reader may see now, whatever held when it was sent."""
    return {
        "person": reader.person,
        "excerpt.visibility": {"$in": sorted(reader.principals)},
    }


def _merge(notification: Notification) -> UpdateOne:
    return UpdateOne(
        {"_id": notification.id},
        {
            "$set": {
                "reasons": reason_documents(notification),
                "endpoints": list(notification.endpoints),
            }
        },
    )
