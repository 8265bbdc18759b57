"""Leases on outbox shards, so that replicas share the publishing.

A lease is held by a name until a moment of the database's clock. A replica that comes
back under its old name takes its leases up at once; those of a dead one run out.
"""

from datetime import UTC, datetime

from folkmoot_chassis.mongo import Database, Document

COLLECTION = "outbox_leases"
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
RUN_OUT: Document = {"$expr": {"$lte": ["$until", "$$NOW"]}}


class Leases:
    """The shards that this replica may publish."""

    def __init__(
        self, database: Database, *, owner: str, shards: int, seconds: float
    ) -> None:
        self._collection = database[COLLECTION]
        self._owner = owner
        self._shards = shards
        until = {"$add": ["$$NOW", int(seconds * 1000)]}
        self._renewal = [{"$set": {"owner": owner, "until": until}}]

    async def renew(self) -> tuple[int, ...]:
        """Take or keep a fair share of the shards and return those held."""
        await self._collection.update_one(
            {"_id": f"member:{self._owner}"}, self._renewal, upsert=True
        )
        live = await self._live()
        members = sum("shard" not in lease for lease in live)
        fair = -(-self._shards // max(1, members))
        owners = {lease["shard"]: lease["owner"] for lease in live if "shard" in lease}
        held = [shard for shard, owner in owners.items() if owner == self._owner]
        if held[fair:]:
            await self._release(held[fair:])
        held = [shard for shard in held[:fair] if await self._take(shard)]
        for shard in set(range(self._shards)) - owners.keys():
            if len(held) < fair and await self._take(shard):
                held.append(shard)
        return tuple(sorted(held))

    async def release(self) -> None:
        """Give everything back, so that others need not wait."""
        await self._collection.delete_many({"owner": self._owner})

    async def _live(self) -> list[Document]:
        """Return the leases that have not run out."""
        not_run_out: Document = {"$expr": {"$gt": ["$until", "$$NOW"]}}
        return await self._collection.find(not_run_out).to_list(None)

    async def _release(self, shards: list[int]) -> None:
        names = [f"shard:{shard}" for shard in shards]
        await self._collection.delete_many(
            {"_id": {"$in": names}, "owner": self._owner}
        )

    async def _take(self, shard: int) -> bool:
        """Hold a lease for another while, if it is ours, free or has run out."""
        name = f"shard:{shard}"
        # Two steps, since an upsert may not compare with the database's clock.
        await self._collection.update_one(
            {"_id": name},
            {"$setOnInsert": {"shard": shard, "owner": "", "until": LONG_AGO}},
            upsert=True,
        )
        taken = await self._collection.update_one(
            {"_id": name, "$or": [{"owner": self._owner}, RUN_OUT]}, self._renewal
        )
        return taken.matched_count == 1
