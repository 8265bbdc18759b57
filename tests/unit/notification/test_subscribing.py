"""What a person may ask for, and how replicas come to know of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from folkmoot_chassis.auth import Claims
from folkmoot_events import PersonRef
from folkmoot_notification.api.callers import require_reader
from folkmoot_notification.domain.matcher import UnanchoredError
from folkmoot_notification.domain.standing import Standing
from folkmoot_notification.domain.subscriptions import quoted
from folkmoot_notification.ports import OVERLAP
from folkmoot_notification.use_cases.follow_standing import FollowStanding
from folkmoot_notification.use_cases.recognise_reader import RecogniseReader
from folkmoot_notification.use_cases.subscribe import (
    ReusedKeyError,
    Subscribe,
    TooManyError,
    UnknownEndpointError,
    Unsubscribe,
    Wish,
)
from folkmoot_query import QueryError

from tests.support.notification_fakes import (
    START,
    FakeEndpoints,
    FakeSubscriptions,
    ManualClock,
)
from tests.support.notification_samples import a_reader, a_subscription, an_endpoint
from tests.support.tagged_items import an_item, tagged

GRACE = a_reader()
BORROW = Wish("expression", "borrow")


class World:
    """Subscribing over stores in memory."""

    def __init__(self, limit: int = 10) -> None:
        self.store = FakeSubscriptions()
        self.standing = Standing()
        self.subscribe = Subscribe(
            self.store,
            FakeEndpoints(an_endpoint()),
            self.standing,
            ManualClock(),
            limit,
        )
        self.unsubscribe = Unsubscribe(self.store, self.standing)

    def people(self) -> list[str]:
        return sorted(self.standing.audience(tagged(an_item())))


@pytest.fixture
def world() -> World:
    return World()


async def test_a_wish_is_matched_as_soon_as_it_is_acknowledged(world: World) -> None:
    made = await world.subscribe(GRACE, BORROW)

    assert world.people() == ["grace"]
    assert await world.store.find(made.id, "grace") == made
    assert await world.unsubscribe(made.id, GRACE)
    assert world.people() == []
    assert not await world.unsubscribe(made.id, GRACE)


async def test_what_cannot_be_read_or_anchored_is_not_stored(world: World) -> None:
    with pytest.raises(QueryError):
        await world.subscribe(GRACE, Wish("expression", "borrow AND ("))
    with pytest.raises(UnanchoredError):
        await world.subscribe(GRACE, Wish("expression", "NOT borrow"))

    assert world.store.subscriptions == {}


async def test_a_store_that_fails_leaves_nothing_behind(world: World) -> None:
    world.store.full = True
    with pytest.raises(ConnectionError):
        await world.subscribe(GRACE, BORROW)

    assert world.people() == []


async def test_a_person_has_so_many_and_no_more() -> None:
    world = World(limit=1)
    await world.subscribe(GRACE, BORROW)

    with pytest.raises(TooManyError):
        await world.subscribe(GRACE, Wish("expression", "checker"))
    await world.subscribe(a_reader("ada"), BORROW)


async def test_the_same_key_makes_one_subscription(world: World) -> None:
    one = await world.subscribe(GRACE, BORROW, "key-1")

    assert await world.subscribe(GRACE, BORROW, "key-1") == one
    assert (await world.subscribe(a_reader("ada"), BORROW, "key-1")).id != one.id
    with pytest.raises(ReusedKeyError):
        await world.subscribe(GRACE, Wish("expression", "checker"), "key-1")


async def test_only_ones_own_endpoint_can_be_named(world: World) -> None:
    wish = Wish("expression", "borrow", "whe_1")
    await world.subscribe(GRACE, wish)

    with pytest.raises(UnknownEndpointError):
        await world.subscribe(a_reader("ada"), wish)


async def test_other_replicas_take_up_what_was_stored(world: World) -> None:
    elsewhere = Standing()
    follow = FollowStanding(world.store, elsewhere, pause=1)
    await RecogniseReader(world.store, world.standing)(GRACE)
    made = await world.subscribe(GRACE, BORROW)

    await follow.refresh()
    assert list(elsewhere.audience(tagged(an_item()))) == ["grace"]

    await world.unsubscribe(made.id, GRACE)
    await follow.refresh()
    assert elsewhere.audience(tagged(an_item())) == {}


async def test_what_is_long_known_is_not_read_for_ever(world: World) -> None:
    # At its making, before each question, and after the answer that moves the mark.
    seconds = iter((0.0, 0.5, 1.0, 2.0, 12.1, 13.0, 14.0))
    world.store.changed = START
    follow = FollowStanding(world.store, world.standing, 1, seconds.__next__)
    await world.store.add(a_subscription("checker"))
    for _ in range(5):
        await follow.refresh()
    later = START + OVERLAP + timedelta(milliseconds=1)
    assert world.store.asked == [None, START, START, later, later]
    assert len(world.standing) == 1


async def test_one_that_cannot_be_read_does_not_stop_the_others(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.store.keep_reader(GRACE)
    await world.store.add(a_subscription("borrow AND ("))
    await world.store.add(a_subscription("checker"))

    await FollowStanding(world.store, world.standing, pause=1).refresh()

    assert world.people() == ["grace"]
    assert "cannot be read" in caplog.text


async def test_who_moves_hears_as_a_member_of_the_new_company(world: World) -> None:
    recognise = RecogniseReader(world.store, world.standing)
    await recognise(GRACE)
    await world.subscribe(GRACE, BORROW)

    await recognise(a_reader("grace", "south"))

    assert world.people() == []
    assert world.store.readers["grace"].company == "south"


async def test_an_older_token_does_not_bring_former_groups_back(world: World) -> None:
    recognise = RecogniseReader(world.store, world.standing)
    former = replace(a_reader("grace", "north", "board"), issued=100)
    latter = replace(GRACE, issued=200)
    await recognise(latter)

    await recognise(former)
    await world.subscribe(former, BORROW)

    assert world.standing.reader("grace") == latter
    assert world.store.readers["grace"] == latter


async def test_a_newer_token_that_says_the_same_outdates_those_before_it(
    world: World,
) -> None:
    recognise = RecogniseReader(world.store, world.standing)
    for issued in (100, 300):
        await recognise(replace(GRACE, issued=issued))

    await recognise(replace(a_reader("grace", "south"), issued=200))

    assert world.standing.reader("grace") == replace(GRACE, issued=300)


def test_a_caller_is_dated_by_their_token() -> None:
    told = {"company": "north", "iat": 1_700_000_000}

    assert require_reader(Claims("grace", told)).issued == told["iat"]


async def test_of_tokens_of_one_moment_the_last_used_holds(world: World) -> None:
    recognise = RecogniseReader(world.store, world.standing)
    member = a_reader("grace", "north", "board")
    for reader in (member, GRACE, member):
        await recognise(reader)

    assert world.standing.reader("grace") == member


@pytest.mark.parametrize("name", ['a "b" c', "back\\slash", "x OR y", "*", "a\nb"])
def test_a_name_of_any_letters_can_be_followed(name: str) -> None:
    standing = Standing()
    reader = a_reader("grace", name=name)
    standing.know(reader)

    standing.add(a_subscription("", kind="mention"))

    assert quoted(name) in a_subscription("", kind="mention").query(reader)


async def test_whoever_has_many_accounts_is_followed_in_every_replica(
    world: World,
) -> None:
    accounts = frozenset(f"chat.example/{number}" for number in range(400))
    many = replace(GRACE, accounts=accounts)
    await RecogniseReader(world.store, world.standing)(GRACE)
    await world.subscribe(GRACE, Wish("mention", ""))
    await RecogniseReader(world.store, world.standing)(many)
    elsewhere = Standing()
    await FollowStanding(world.store, elsewhere, pause=1).refresh()
    named = an_item().model_copy(
        update={"mentions": (PersonRef(id="chat.example/399", name="G"),)}
    )
    for standing in (world.standing, elsewhere):
        assert list(standing.audience(tagged(named))) == ["grace"]
