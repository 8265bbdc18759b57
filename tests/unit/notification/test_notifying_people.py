"""Who is told of which item, and how often."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest
from folkmoot_events import NotificationDelivered, PersonRef
from folkmoot_notification.domain.notifications import Notification
from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.domain.standing import Standing
from folkmoot_notification.domain.subscriptions import Subscription
from folkmoot_notification.domain.telling import Tagging
from folkmoot_notification.ports import Page
from folkmoot_notification.use_cases.follow_standing import FollowStanding
from folkmoot_notification.use_cases.notify_people import NotifyPeople
from folkmoot_notification.use_cases.retract_items import RetractItems

from tests.support.notification_fakes import (
    FakeDeliveries,
    FakeNotifications,
    FakeSubscriptions,
    FakeToldItems,
    FakeTransactions,
    ManualClock,
)
from tests.support.notification_samples import (
    TRACE,
    a_reader,
    a_subscription,
    a_tagging,
)
from tests.support.tagged_items import a_tag, an_item, retracted

GRACE = a_reader("grace", name="Grace Hopper")
ADA = a_reader("ada")


@dataclass
class World:
    """NotifyPeople and RetractItems over stores in memory."""

    standing: Standing = field(default_factory=Standing)
    told: FakeToldItems = field(default_factory=FakeToldItems)
    inbox: FakeNotifications = field(default_factory=FakeNotifications)
    deliveries: FakeDeliveries = field(default_factory=FakeDeliveries)
    transactions: FakeTransactions = field(default_factory=FakeTransactions)
    clock: ManualClock = field(default_factory=ManualClock)
    woken: list[set[str]] = field(default_factory=list)
    catch_up: Callable[[], Awaitable[Standing]] | None = None

    def knows(self, reader: Reader, *subscriptions: Subscription) -> None:
        self.standing.know(reader)
        for subscription in subscriptions:
            self.standing.add(subscription)

    def told_of(self, new: Sequence[Notification]) -> None:
        self.woken.append({notification.person for notification in new})

    async def known(self) -> Standing:
        return self.standing

    def notify(self) -> NotifyPeople:
        return NotifyPeople(
            self.catch_up or self.known,
            self.told,
            self.inbox,
            self.deliveries,
            self.clock,
            self.told_of,
        )

    async def hears(self, *batch: Tagging) -> None:
        notify = self.notify()
        await self.transactions.run(lambda tx: notify(batch, tx))

    async def retracts(self, item_id: str, revision: int = 1) -> None:
        retract = RetractItems(self.told, self.inbox, self.deliveries)
        event = retracted(an_item(item_id, revision=revision))
        await self.transactions.run(lambda tx: retract([event], tx))

    async def inbox_of(self, reader: Reader) -> list[Notification]:
        return list(await self.inbox.page(reader, Page(1000)))


@pytest.fixture
def world() -> World:
    made = World()
    made.knows(GRACE, a_subscription("borrow"))
    return made


async def test_a_match_is_told_with_its_reason_and_announced(world: World) -> None:
    await world.hears(a_tagging(), a_tagging(an_item("itm_2", title="", text="Bye.")))

    (told,) = await world.inbox_of(GRACE)
    assert told.excerpt.item_id == "itm_1"
    assert told.excerpt.snippet == "The borrow checker rejects this loop."
    assert [r.expression for r in told.reasons] == ["borrow"]
    assert told.trace_id == TRACE.split("-")[1]
    ((event, trace),) = world.transactions.published
    assert isinstance(event, NotificationDelivered)
    assert (event.channel, event.notification_id, trace) == ("inbox", told.id, TRACE)
    assert world.woken == [{"grace"}]


async def test_a_wish_that_another_replica_took_in_counts_at_once(world: World) -> None:
    elsewhere = FakeSubscriptions()
    world.catch_up = FollowStanding(elsewhere, world.standing, pause=60).catch_up
    await elsewhere.keep_reader(ADA)
    await elsewhere.add(a_subscription("borrow", person="ada"))

    await world.hears(a_tagging())

    assert len(await world.inbox_of(ADA)) == 1


async def test_several_reasons_make_one_notification(world: World) -> None:
    world.knows(GRACE, a_subscription("checker"), a_subscription("tag:rust"))

    await world.hears(a_tagging(tags=(a_tag(),)))

    (told,) = await world.inbox_of(GRACE)
    assert {r.expression for r in told.reasons} == {"borrow", "checker", "tag:rust"}


async def test_the_same_item_again_tells_nobody_again(world: World) -> None:
    await world.hears(a_tagging())
    await world.hears(a_tagging(), a_tagging())

    assert len(await world.inbox_of(GRACE)) == 1
    assert len(world.transactions.published) == 1


@pytest.mark.parametrize("together", [True, False])
async def test_an_edit_is_shown_and_tells_nobody_twice(
    world: World, *, together: bool
) -> None:
    first = a_tagging()
    edit = a_tagging(an_item(revision=2, text="Borrow it. Edited."))
    if together:
        await world.hears(first, edit)
    else:
        await world.hears(first)
        await world.hears(edit)

    (told,) = await world.inbox_of(GRACE)
    assert told.excerpt.snippet == "Borrow it. Edited."
    assert len(world.transactions.published) == 1


async def test_an_edit_or_a_new_tag_that_newly_matches_tells_once(
    world: World,
) -> None:
    world.knows(a_reader("ada"), a_subscription("tag:rust", "ada"))
    dull = an_item(title="", text="Dull.")
    await world.hears(a_tagging(dull))
    assert await world.inbox_of(GRACE) == []

    await world.hears(a_tagging(an_item(revision=2, text="On borrow.")))
    await world.hears(a_tagging(an_item(revision=2), revision=2, tags=(a_tag(),)))
    await world.hears(a_tagging(an_item(revision=3, text="On borrow!")))

    assert len(await world.inbox_of(GRACE)) == 1
    assert len(await world.inbox_of(a_reader("ada"))) == 1


async def test_an_edit_that_matches_no_more_still_hides_what_it_hides(
    world: World,
) -> None:
    await world.hears(a_tagging())

    private = an_item(revision=2, title="", text="Gone.", visibility=("person:ada",))
    await world.hears(a_tagging(private))

    assert await world.inbox_of(GRACE) == []


async def test_an_older_revision_changes_nothing(world: World) -> None:
    await world.hears(a_tagging(an_item(revision=2, text="borrow, second")))
    await world.hears(a_tagging(an_item(revision=1, text="borrow, first")))

    (told,) = await world.inbox_of(GRACE)
    assert told.excerpt.snippet == "borrow, second"


async def test_nobody_is_told_of_their_own_item(world: World) -> None:
    own = an_item(author=PersonRef(id="zulip.north.example/grace", name="Grace"))
    await world.hears(a_tagging(own))
    world.standing.know(Reader("grace", "north", GRACE.principals, "", frozenset("9")))
    await world.hears(a_tagging(an_item("itm_2", author=PersonRef(id="9", name="G"))))

    assert await world.inbox_of(GRACE) == []


async def test_somebody_elses_namesake_is_told(world: World) -> None:
    author = PersonRef(id="zulip.south.example/grace", name="Grace of the south")
    item = an_item(company="south", author=author, visibility=("everyone",))
    await world.hears(a_tagging(item))

    assert len(await world.inbox_of(GRACE)) == 1


async def test_nobody_is_told_what_they_may_not_see(world: World) -> None:
    await world.hears(a_tagging(an_item(visibility=("company:south",))))

    assert world.inbox.all == {}


async def test_a_conversation_and_a_mention_can_be_followed(world: World) -> None:
    world.knows(
        GRACE,
        a_subscription("cnv_7", kind="conversation"),
        a_subscription("", kind="mention"),
    )
    said = an_item("itm_2", title="", text="Hi.", conversation_id="cnv_7")
    named = an_item("itm_3", title="", text="Hi.").model_copy(
        update={"mentions": (PersonRef(id="z/1", name="Grace Hopper"),)}
    )
    tag = a_tag("mention:grace", "@grace").model_copy(update={"kind": "mention"})
    await world.hears(
        a_tagging(said),
        a_tagging(named),
        a_tagging(an_item("itm_4", title="", text="Hi @grace."), tags=(tag,)),
    )

    assert [n.reasons[0].kind for n in await world.inbox_of(GRACE)] == [
        "mention",
        "mention",
        "conversation",
    ]


async def test_a_new_name_is_heard_at_once(world: World) -> None:
    world.knows(GRACE, a_subscription("", kind="mention"))
    world.standing.know(a_reader("grace", name="Admiral"))
    named = an_item(text="", title="").model_copy(
        update={"mentions": (PersonRef(id="z/1", name="admiral"),)}
    )
    await world.hears(a_tagging(named))

    assert len(await world.inbox_of(GRACE)) == 1


async def test_an_endpoint_is_told_once_of_an_item(world: World) -> None:
    world.knows(
        GRACE,
        a_subscription("checker", endpoint="whe_1"),
        a_subscription("loop", endpoint="whe_1"),
        a_subscription("edited", endpoint="whe_2"),
    )
    await world.hears(a_tagging())
    await world.hears(a_tagging(an_item(revision=2, text="The checker. Edited.")))
    await world.hears(a_tagging(an_item(revision=3, text="The checker loop, edited")))

    endpoints = sorted(d.endpoint_id for d in world.deliveries.all.values())
    assert endpoints == ["whe_1", "whe_2"]


async def test_a_replay_fills_the_inbox_and_does_nothing_else(world: World) -> None:
    world.knows(GRACE, a_subscription("checker", endpoint="whe_1"))

    await world.hears(a_tagging(replay=True))
    await world.hears(a_tagging(an_item(revision=2)))

    assert len(await world.inbox_of(GRACE)) == 1
    assert world.deliveries.all == {}
    assert world.transactions.published == []


async def test_a_retraction_reaches_inbox_and_deliveries(world: World) -> None:
    world.knows(GRACE, a_subscription("checker", endpoint="whe_1"))
    await world.hears(a_tagging())

    await world.retracts("itm_1", 2)

    assert await world.inbox_of(GRACE) == []
    assert {d.state for d in world.deliveries.all.values()} == {"cancelled"}


@pytest.mark.parametrize("revision", [1, 2])
async def test_a_retraction_that_overtakes_its_item_holds(
    world: World, revision: int
) -> None:
    await world.retracts("itm_1", revision)

    await world.hears(a_tagging())

    assert world.inbox.all == {}


async def test_an_item_that_comes_back_is_shown_and_not_told_again(
    world: World,
) -> None:
    await world.hears(a_tagging())
    await world.retracts("itm_1", 2)
    await world.hears(a_tagging(an_item(revision=3, text="borrow again")))

    (told,) = await world.inbox_of(GRACE)
    assert told.excerpt.snippet == "borrow again"
    assert len(world.transactions.published) == 1


@pytest.mark.parametrize(
    "newer",
    [
        a_tagging(an_item(revision=2, visibility=("group:north/board",))),
        a_tagging(an_item(revision=2, title="", text="Taken out.")),
        a_tagging(an_item(title="", text="Taken out."), revision=2),
    ],
)
async def test_an_older_word_tells_nobody_what_the_newer_would_not(
    world: World, newer: Tagging
) -> None:
    await world.hears(newer)
    await world.hears(a_tagging())

    assert world.inbox.all == {}


async def test_a_batch_that_concerns_nobody_touches_no_store(world: World) -> None:
    await world.hears(a_tagging(an_item(title="", text="Nothing here.")))

    assert world.told.told == {}
    assert world.woken == []
