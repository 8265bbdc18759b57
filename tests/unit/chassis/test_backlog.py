"""What the relay publishes next is in order, wherever it was learned of."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import cast

from bson import ObjectId
from folkmoot_chassis.backlog import AT_HAND, Backlog
from folkmoot_chassis.outbox import Outbox, Outgoing, Pack, Room

from tests.unit.chassis.fakes import NOW, TRACE, Ordered

ROUND = 1000
"""Records that a round holds."""

TOPIC = Ordered.topic


def pack(number: int, shard: int = 0, records: int = 1) -> Pack:
    record = Outgoing(TOPIC, b"hat", b"{}", [], TRACE)
    return Pack(ObjectId(f"{number:024x}"), shard, NOW, [record] * records)


def numbers(packs: Sequence[Pack]) -> list[int]:
    return [int(str(each.id), 16) for each in packs]


@dataclass
class FakeOutbox:
    """What is committed; something may happen while it is read."""

    waiting: list[Pack] = field(default_factory=list)
    held: tuple[int, ...] = (0,)
    meanwhile: Callable[[], None] = lambda: None

    async def pending(
        self, topic: str, room: Room, known: Collection[ObjectId]
    ) -> list[Pack]:
        assert topic == TOPIC
        found = []
        for each in sorted(self.waiting, key=lambda p: p.id):
            theirs = each.shard not in self.held
            if each.id not in known and not theirs and room.left:
                found.append(each)
                room.take(each)
        self.meanwhile()
        return found


def backlog(outbox: FakeOutbox) -> Backlog:
    return Backlog(cast("Outbox", outbox), TOPIC)


async def abreast(outbox: FakeOutbox) -> Backlog:
    """Return a backlog that has looked and found nothing."""
    made = backlog(outbox)
    assert not await made.take()
    return made


async def test_what_waits_in_mongodb_comes_first() -> None:
    outbox = FakeOutbox([pack(2), pack(1)])
    ours = backlog(outbox)
    ours.offer(pack(3))  # it is there too, and read in its turn
    outbox.waiting.append(pack(3))
    assert numbers(await ours.take()) == [1, 2, 3]


async def test_what_is_offered_needs_no_look() -> None:
    ours = await abreast(FakeOutbox())
    ours.offer(pack(1))
    ours.offer(pack(2))
    assert numbers(await ours.take()) == [1, 2]


async def test_what_a_look_finds_does_not_overtake_what_is_at_hand() -> None:
    outbox = FakeOutbox()
    ours = await abreast(outbox)
    ours.offer(pack(1))
    ours.fall_behind()
    outbox.waiting = [pack(1), pack(2)]
    assert numbers(await ours.take()) == [1, 2]


async def test_what_a_look_has_missed_goes_before_what_it_finds_later() -> None:
    outbox = FakeOutbox()
    ours = await abreast(outbox)
    ours.fall_behind()
    outbox.waiting = [pack(2)]
    outbox.meanwhile = lambda: ours.offer(pack(1))
    assert numbers(await ours.take()) == [1, 2]


async def test_what_a_look_finds_before_it_is_offered_is_published_once() -> None:
    outbox = FakeOutbox([pack(1)])
    ours = backlog(outbox)
    assert numbers(await ours.take()) == [1]
    outbox.waiting = []
    ours.offer(pack(1))
    assert not await ours.take()


async def test_what_is_newer_waits_for_all_that_is_older() -> None:
    outbox = FakeOutbox([pack(1, records=ROUND), pack(2, records=ROUND)])
    ours = backlog(outbox)
    outbox.meanwhile = lambda: ours.offer(pack(3))
    assert numbers(await ours.take()) == [1]
    outbox.waiting = [pack(2, records=ROUND), pack(3)]
    outbox.meanwhile = lambda: None
    assert numbers(await ours.take()) == [2]
    outbox.waiting = [pack(3)]
    assert numbers(await ours.take()) == [3]


async def test_more_than_memory_is_to_hold_is_read_in_order() -> None:
    outbox = FakeOutbox()
    ours = await abreast(outbox)
    outbox.waiting = [pack(number) for number in range(1, 2 * AT_HAND)]
    for each in outbox.waiting:
        ours.offer(each)
    assert numbers(await ours.take()) == numbers(outbox.waiting)


async def test_a_round_that_failed_comes_again_before_the_rest() -> None:
    outbox = FakeOutbox()
    ours = await abreast(outbox)
    ours.offer(pack(1))
    assert numbers(await ours.take()) == [1]
    ours.offer(pack(2))
    ours.fall_behind()
    outbox.waiting = [pack(1), pack(2)]
    assert numbers(await ours.take()) == [1, 2]


async def test_a_shard_that_comes_back_is_read_anew() -> None:
    outbox = FakeOutbox(held=(0, 1))
    ours = await abreast(outbox)
    ours.offer(pack(1, shard=1))
    ours.offer(pack(2))
    ours.fall_behind(gained={1})  # meanwhile another replica has published the first
    outbox.waiting = [pack(2), pack(3, shard=1)]
    assert numbers(await ours.take()) == [2, 3]


async def test_a_shard_that_went_to_another_replica_is_left_to_it() -> None:
    outbox = FakeOutbox(held=(0, 1))
    ours = await abreast(outbox)
    ours.offer(pack(1, shard=1))
    ours.offer(pack(2))
    outbox.held = (0,)
    assert numbers(await ours.take()) == [2]
