"""Collections `subscriptions` and `readers`.

Both are followed by every replica: `changed` is set by the server's clock, so that
one mark serves for all that different replicas wrote to one of them. A write becomes
visible a little after the time it carries, hence the overlap.
"""

from collections.abc import Sequence
from datetime import datetime

from folkmoot_chassis.mongo import Collection, Database, Document

from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.domain.subscriptions import Subscription
from folkmoot_notification.ports import OVERLAP, Changes, Mark

STAMP = {"$currentDate": {"changed": True}}
UNLIMITED = None


class MongoSubscriptions:
    """Everybody's standing wishes, and who they are."""

    def __init__(self, database: Database) -> None:
        self._subscriptions = database["subscriptions"]
        self._readers = database["readers"]

    async def keep_reader(self, reader: Reader) -> None:
        """Store a person, unless what is stored is from a newer token.

        Another replica may know a newer one, so the store itself decides.
        """
        fields = {
            "company": reader.company,
            "principals": sorted(reader.principals),
            "name": reader.name,
            "accounts": sorted(reader.accounts),
            "issued": reader.issued,
        }
        now = {"$mergeObjects": ["$$ROOT", {"$literal": fields}, {"changed": "$$NOW"}]}
        outdated = {"$gt": ["$issued", {"$literal": reader.issued}]}
        await self._readers.update_one(
            {"_id": reader.person},
            [{"$replaceWith": {"$cond": [outdated, "$$ROOT", now]}}],
            upsert=True,
        )

    async def add(self, subscription: Subscription) -> None:
        """Store a subscription; the same again changes nothing."""
        fields = {
            "person": subscription.person,
            "kind": subscription.kind,
            "expression": subscription.expression,
            "endpoint_id": subscription.endpoint_id,
            "created": subscription.created,
        }
        await self._subscriptions.update_one(
            {"_id": subscription.id},
            {"$set": fields, "$unset": {"dropped": ""}, **STAMP},
            upsert=True,
        )

    async def find(self, subscription_id: str, person: str) -> Subscription | None:
        """Return a person's own subscription."""
        document = await self._subscriptions.find_one(
            {"_id": subscription_id, "person": person, "dropped": None}
        )
        return _subscription(document) if document else None

    async def owned_by(self, person: str) -> Sequence[Subscription]:
        """Return a person's subscriptions, oldest first."""
        cursor = self._subscriptions.find({"person": person, "dropped": None})
        return [
            _subscription(d) for d in await cursor.sort("created").to_list(UNLIMITED)
        ]

    async def drop(self, subscription_id: str, person: str) -> bool:
        """Forget a person's own subscription; False where there is none."""
        result = await self._subscriptions.update_one(
            {"_id": subscription_id, "person": person, "dropped": None},
            {
                "$set": {"expression": ""},
                "$currentDate": {"changed": True, "dropped": True},
            },
        )
        return result.modified_count == 1

    async def changes(self, since: Mark) -> Changes:
        """Return what changed, in any replica, after `since` or `OVERLAP` before."""
        readers = await _recent(self._readers, since.readers)
        documents = await _recent(self._subscriptions, since.subscriptions)
        return Changes(
            readers=[_reader(d) for d in readers],
            subscriptions=[_subscription(d) for d in documents if not d.get("dropped")],
            dropped=[d["_id"] for d in documents if d.get("dropped")],
            mark=Mark(
                _newest(readers, since.readers),
                _newest(documents, since.subscriptions),
            ),
        )


async def _recent(collection: Collection, since: datetime | None) -> list[Document]:
    wanted = {"changed": {"$gte": since - OVERLAP}} if since else {}
    return await collection.find(wanted).to_list(UNLIMITED)


def _newest(documents: Sequence[Document], since: datetime | None) -> datetime | None:
    return max((document["changed"] for document in documents), default=since)


def _subscription(document: Document) -> Subscription:
    return Subscription(
        id=document["_id"],
        person=document["person"],
        kind=document["kind"],
        expression=document["expression"],
        endpoint_id=document["endpoint_id"],
        created=document["created"],
    )


def _reader(document: Document) -> Reader:
    return Reader(
        person=document["_id"],
        company=document["company"],
        principals=frozenset(document["principals"]),
        name=document["name"],
        accounts=frozenset(document["accounts"]),
        issued=document.get("issued", 0),
    )
