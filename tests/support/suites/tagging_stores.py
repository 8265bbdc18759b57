"""What every store of the tagging service does, whatever it stores in.

A subclass gives the fixtures `items` or `concepts`, and `transactions`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from folkmoot_events import Span, Tag
from folkmoot_tagging.domain.concepts import Concept, Label
from folkmoot_tagging.domain.tagged_items import TaggedItem
from folkmoot_tagging.domain.vocabulary_changes import KnownConcept
from folkmoot_tagging.ports import Concepts, TaggedItems, Transaction, Transactions

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TAGS = (
    Tag(
        id="hashtag:launch",
        kind="hashtag",
        label="Launch",
        asserter="rule:hashtags@1",
        score=0.5,
        evidence=Span(field="title", start=3, end=10),
    ),
    Tag(id="link:https://example.com", kind="link", label="x", asserter="source"),
)


def an_assessment(id_: str, *visibility: str, revision: int = 1) -> TaggedItem:
    return TaggedItem(id_, 3, revision, NOON, visibility or ("everyone",), TAGS)


def a_tombstone(id_: str) -> TaggedItem:
    return TaggedItem(id_, 4, 1, NOON, retracted=True)


class TaggedItemsSuite:
    """The newest assessment of every item."""

    async def test_what_was_put_is_found_whole(
        self, items: TaggedItems, transactions: Transactions
    ) -> None:
        one, gone = an_assessment("one", "company:north"), a_tombstone("gone")

        async def work(transaction: Transaction) -> None:
            await items.put([one, gone], (), transaction)
            found = await items.find(["one", "gone", "unheard of"], transaction)
            assert found == {"one": one, "gone": gone}

        await transactions.run(work)

    async def test_a_known_item_is_replaced_whole(
        self, items: TaggedItems, transactions: Transactions
    ) -> None:
        await self.put(items, transactions, [an_assessment("one", "everyone")])
        newer = TaggedItem("one", 4, 2, NOON + timedelta(hours=1), ("company:east",))

        async def work(transaction: Transaction) -> None:
            await items.put([newer], ["one"], transaction)

        await transactions.run(work)
        assert await items.read("one", ["everyone"]) is None
        assert await items.read("one", ["company:east"]) == newer

    async def test_an_item_is_read_only_by_those_who_may_see_it(
        self, items: TaggedItems, transactions: Transactions
    ) -> None:
        one = an_assessment("one", "group:north/design", "person:ada")
        await self.put(items, transactions, [one])
        assert await items.read("one", ["everyone", "company:north"]) is None
        assert await items.read("one", ["everyone", "person:ada"]) == one
        assert await items.read("one", []) is None
        assert await items.read("two", ["everyone", "person:ada"]) is None

    async def test_a_tombstone_is_read_and_counted_by_nobody(
        self, items: TaggedItems, transactions: Transactions
    ) -> None:
        await self.put(items, transactions, [a_tombstone("gone")])
        assert await items.read("gone", ["everyone"]) is None
        assert await items.count(None) == 0

    async def test_only_what_a_reader_may_see_is_counted_for_them(
        self, items: TaggedItems, transactions: Transactions
    ) -> None:
        mine, shared = an_assessment("1", "company:north"), an_assessment("2")
        theirs = an_assessment("3", "company:east")
        await self.put(items, transactions, [mine, shared, theirs])
        assert await items.count(["everyone", "company:north"]) == 2
        assert await items.count(None) == 3

    async def put(
        self, items: TaggedItems, transactions: Transactions, some: Sequence[TaggedItem]
    ) -> None:
        async def work(transaction: Transaction) -> None:
            await items.put(some, (), transaction)

        await transactions.run(work)


def a_concept(name: str, *labels: Label, **pointers: tuple[str, ...]) -> KnownConcept:
    concept = Concept(f"urn:{name}", (Label(name, "en"),), labels, "urn:s", **pointers)
    return KnownConcept(concept, revision=1, changed=NOON)


class ConceptsSuite:
    """Every concept that was ever announced."""

    async def test_what_was_put_is_found_whole(
        self, concepts: Concepts, transactions: Transactions
    ) -> None:
        one = a_concept(
            "Backup", Label("Kopie"), broader=("urn:a",), related=("urn:b",)
        )
        gone = KnownConcept(one.concept, 2, NOON, retired=True, replaced_by="urn:c")

        async def work(transaction: Transaction) -> None:
            for state in (one, gone):
                await concepts.put([state], transaction)
                found = await concepts.find(["urn:Backup", "urn:x"], transaction)
                assert found == {"urn:Backup": state}

        await transactions.run(work)

    async def test_retired_concepts_are_not_in_use(
        self, concepts: Concepts, transactions: Transactions
    ) -> None:
        used, other = a_concept("Used"), a_concept("Gone").concept
        gone = KnownConcept(other, 2, NOON, retired=True)
        await self.put(concepts, transactions, [used, gone])
        assert list(await concepts.in_use()) == [used.concept]
        assert await concepts.count() == 1
        assert list(await concepts.starting_with("gone", 10)) == []

    async def test_concepts_are_found_by_the_beginning_of_any_label(
        self, concepts: Concepts, transactions: Transactions
    ) -> None:
        kafka = a_concept("Streams", Label("Kafka (.*)"), Label("Kabel", "de"))
        cables, other = a_concept("Kabel"), a_concept("Akka")
        await self.put(concepts, transactions, [kafka, cables, other])
        assert list(await concepts.starting_with("ka", 10)) == [cables, kafka]
        assert list(await concepts.starting_with("ka", 1)) == [cables]
        assert list(await concepts.starting_with("kafka (.", 10)) == [kafka]
        assert list(await concepts.starting_with(".", 10)) == []

    async def test_the_announced_version_is_remembered(
        self, concepts: Concepts, transactions: Transactions
    ) -> None:
        assert await concepts.version() is None
        for version in ("1", "2"):

            async def work(transaction: Transaction, new: str = version) -> None:
                await concepts.set_version(new, transaction)

            await transactions.run(work)
        assert await concepts.version() == "2"

    async def put(
        self,
        concepts: Concepts,
        transactions: Transactions,
        some: Sequence[KnownConcept],
    ) -> None:
        async def work(transaction: Transaction) -> None:
            await concepts.put(some, transaction)

        await transactions.run(work)
