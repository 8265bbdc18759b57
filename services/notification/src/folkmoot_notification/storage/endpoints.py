"""Collection `endpoints`: URLs and the secrets that sign what is sent to them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from folkmoot_chassis.mongo import Database, Document

from folkmoot_notification.domain.endpoints import Endpoint
from folkmoot_notification.ports import Transaction


class MongoEndpoints:
    """Where people want to be told by machine."""

    def __init__(self, database: Database) -> None:
        self._collection = database["endpoints"]

    async def add(self, endpoint: Endpoint) -> None:
        """Store an endpoint."""
        await self._collection.insert_one(
            {
                "_id": endpoint.id,
                "person": endpoint.person,
                "company": endpoint.company,
                "url": endpoint.url,
                "secret": endpoint.secret,
                "created": endpoint.created,
                "disabled": endpoint.disabled,
            }
        )

    async def find(self, ids: Collection[str]) -> dict[str, Endpoint]:
        """Return endpoints by id."""
        cursor = self._collection.find({"_id": {"$in": list(ids)}})
        return {d["_id"]: _endpoint(d) for d in await cursor.to_list(None)}

    async def owned_by(self, person: str) -> Sequence[Endpoint]:
        """Return a person's endpoints, oldest first."""
        cursor = self._collection.find({"person": person}).sort("created")
        return [_endpoint(d) for d in await cursor.to_list(None)]

    async def remove(self, endpoint_id: str, person: str) -> bool:
        """Forget a person's own endpoint; False where there is none."""
        result = await self._collection.delete_one(
            {"_id": endpoint_id, "person": person}
        )
        return result.deleted_count == 1

    async def disable(self, endpoint_id: str, now: datetime, tx: Transaction) -> None:
        """Send an endpoint nothing more."""
        await self._collection.update_one(
            {"_id": endpoint_id, "disabled": None},
            {"$set": {"disabled": now}},
            session=tx.session,
        )


def _endpoint(document: Document) -> Endpoint:
    fields = {name: value for name, value in document.items() if name != "_id"}
    return Endpoint(id=document["_id"], **fields)
