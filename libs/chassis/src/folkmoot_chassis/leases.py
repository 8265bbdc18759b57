"""Leases on outbox shards, so that replicas share the publishing.

A lease is held by a name until a moment of the database's clock. A replica that comes
back under its old name takes its leases up at once; those of a dead one run out.
"""

from pymongo.errors import DuplicateKeyError

from folkmoot_chassis.mongo import Database, Document

COLLECTION = "outbox_leases"
MEMBER = "member:"


class Leases:
    """The shards that this replica may publish."""

    def __init__(
        self, database: Database, *, owner: str, shards: int, seconds: float
    ) -> None:
        self._collection = database[COLLECTION]
        self._owner = owner
        self._shards = shards
        self._milliseconds = int(seconds * 1000)

    async def renew(self) -> tuple[int, ...]:
        """Take or keep a fair share of the shards and return those held."""
        await self._take(f"{MEMBER}{self._owner}")
        fair = -(-self._shards // max(1, await self._members()))
        held = [shard for shard in range(self._shards) if await self._mine(shard)]
        for shard in held[fair:]:
            await self._release(shard)
        held = held[:fair]
        for shard in range(self._shards):
            if len(held) >= fair:
                break
            if shard not in held and await self._take(f"shard:{shard}"):
                held.append(shard)
        for shard in held:
            await self._take(f"shard:{shard}")
        return tuple(sorted(held))

    async def release(self) -> None:
        """Give everything back, so that others need not wait."""
        await self._collection.delete_many({"owner": self._owner})

    async def _members(self) -> int:
        return await self._collection.count_documents(
            {"_id": {"$regex": f"^{MEMBER}"}, "$expr": {"$gt": ["$until", "$$NOW"]}}
        )

    async def _mine(self, shard: int) -> bool:
        found = await self._collection.find_one(
            {
                "_id": f"shard:{shard}",
                "owner": self._owner,
                "$expr": {"$gt": ["$until", "$$NOW"]},
            }
        )
        return found is not None

    async def _release(self, shard: int) -> None:
        await self._collection.delete_one(
            {"_id": f"shard:{shard}", "owner": self._owner}
        )

    async def _take(self, name: str) -> bool:
        """Hold a lease for another while, if it is ours, free or has run out."""
        free: Document = {
            "_id": name,
            "$or": [
                {"owner": self._owner},
                {"$expr": {"$lte": ["$until", "$$NOW"]}},
            ],
        }
        until = {"$add": ["$$NOW", self._milliseconds]}
        try:
            await self._collection.update_one(
                free, [{"$set": {"owner": self._owner, "until": until}}], upsert=True
            )
        except DuplicateKeyError:
            # The upsert found it taken: somebody else's lease stands.
            return False
        return True
