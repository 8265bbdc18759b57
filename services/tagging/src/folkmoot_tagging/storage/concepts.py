"""Collections `concepts`, one document per concept, and `vocabularies`."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from folkmoot_chassis.mongo import Database, Document
from pymongo import ReplaceOne

from folkmoot_tagging.domain.concepts import Concept, Label
from folkmoot_tagging.domain.folding import fold_literally
from folkmoot_tagging.domain.vocabulary_changes import KnownConcept
from folkmoot_tagging.ports import Transaction

COLLECTION = "concepts"
VOCABULARIES = "vocabularies"
CURRENT = "current"
IN_USE = {"retired": False}


class MongoConcepts:
    """Every concept that was ever announced."""

    def __init__(self, database: Database) -> None:
        self._concepts = database[COLLECTION]
        self._vocabularies = database[VOCABULARIES]

    async def find(
        self, ids: Collection[str], transaction: Transaction
    ) -> Mapping[str, KnownConcept]:
        """Return those that are known, by concept id."""
        cursor = self._concepts.find(
            {"_id": {"$in": list(ids)}}, session=transaction.session
        )
        return {each["_id"]: _known(each) for each in await cursor.to_list(len(ids))}

    async def put(
        self, concepts: Sequence[KnownConcept], transaction: Transaction
    ) -> None:
        """Store concepts whole, known or not."""
        writes = [
            ReplaceOne({"_id": one.concept.id}, _document(one), upsert=True)
            for one in concepts
        ]
        await self._concepts.bulk_write(
            writes, ordered=False, session=transaction.session
        )

    async def in_use(self) -> Sequence[Concept]:
        """Return the concepts that are not retired."""
        cursor = self._concepts.find(IN_USE).sort("_id")
        return [_known(each).concept for each in await cursor.to_list(None)]

    async def starting_with(self, prefix: str, limit: int) -> Sequence[KnownConcept]:
        """Return concepts in use with a label that begins so, case aside, by label."""
        wanted = {"folded": {"$regex": f"^{re.escape(prefix)}"}}
        cursor = self._concepts.find(IN_USE | wanted).sort("sorted_by").limit(limit)
        return [_known(each) for each in await cursor.to_list(limit)]

    async def version(self) -> str | None:
        """Return the version of the vocabulary that was announced in full last."""
        found = await self._vocabularies.find_one({"_id": CURRENT})
        return found["version"] if found else None

    async def set_version(self, version: str, transaction: Transaction) -> None:
        """Remember that a version was announced in full."""
        await self._vocabularies.replace_one(
            {"_id": CURRENT},
            {"version": version},
            upsert=True,
            session=transaction.session,
        )

    async def count(self) -> int:
        """Count the concepts in use."""
        return await self._concepts.count_documents(IN_USE)


def _document(known: KnownConcept) -> Document:
    concept = known.concept
    return {
        "_id": concept.id,
        "revision": known.revision,
        "changed": known.changed,
        "retired": known.retired,
        "replaced_by": known.replaced_by,
        "preferred": [list(label) for label in concept.preferred],
        "alternative": [list(label) for label in concept.alternative],
        "scheme": concept.scheme,
        "broader": list(concept.broader),
        "related": list(concept.related),
        "exact_match": list(concept.exact_match),
        "folded": sorted({fold_literally(label.text) for label in concept.labels}),
        "sorted_by": fold_literally(concept.shown_as(None)),
    }


def _known(document: Mapping[str, Any]) -> KnownConcept:
    concept = Concept(
        id=document["_id"],
        preferred=tuple(Label(*label) for label in document["preferred"]),
        alternative=tuple(Label(*label) for label in document["alternative"]),
        scheme=document["scheme"],
        broader=tuple(document["broader"]),
        related=tuple(document["related"]),
        exact_match=tuple(document["exact_match"]),
    )
    return KnownConcept(
        concept,
        revision=document["revision"],
        changed=document["changed"],
        retired=document["retired"],
        replaced_by=document["replaced_by"],
    )
