"""Nobody is ever told of an item that they may not see, however companies mix."""

from dataclasses import dataclass, field
from functools import partial

from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.domain.standing import Standing
from folkmoot_notification.ports import Page
from folkmoot_notification.use_cases.notify_people import NotifyPeople
from hypothesis import given
from hypothesis import strategies as st

from tests.support.notification_fakes import (
    FakeDeliveries,
    FakeNotifications,
    FakeToldItems,
    FakeTransactions,
    ManualClock,
)
from tests.support.notification_samples import a_reader, a_subscription, a_tagging
from tests.support.tagged_items import an_item

COMPANIES = ("north", "south", "east")
GROUPS = ("board", "crew")
PEOPLE = [f"{company}-{n}" for company in COMPANIES for n in range(2)]
QUERIES = (
    "borrow",
    "checker",
    "company:south",
    "NOT loop checker",
    "conversation:cnv_1",
)


@dataclass
class Item:
    """What an item is now, whatever it was before."""

    visibility: tuple[str, ...] = ()
    revision: int = field(default=0)


principals = st.sampled_from(
    [
        "everyone",
        *(f"company:{c}" for c in COMPANIES),
        *(f"group:{c}/{g}" for c in COMPANIES for g in GROUPS),
        *(f"person:{p}" for p in PEOPLE),
    ]
)
memberships = st.sets(st.sampled_from(GROUPS))
items = st.tuples(
    st.integers(0, 3),
    st.sampled_from(COMPANIES),
    st.lists(principals, min_size=1, max_size=3, unique=True),
)
steps = st.lists(
    st.one_of(items, st.tuples(st.sampled_from(PEOPLE), memberships)), max_size=20
)


def reader(person: str, groups: set[str]) -> Reader:
    return a_reader(person, person.partition("-")[0], *sorted(groups))


@given(steps, st.sets(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(QUERIES))))
async def test_nobody_sees_or_is_sent_what_is_not_for_them(
    plan: list[tuple[int, str, list[str]] | tuple[str, set[str]]],
    wishes: set[tuple[str, str]],
) -> None:
    standing, inbox, deliveries = Standing(), FakeNotifications(), FakeDeliveries()
    readers = {person: reader(person, set()) for person in PEOPLE}
    for known in readers.values():
        standing.know(known)
    for person, query in wishes:
        standing.add(a_subscription(query, person, endpoint=f"whe_{person}"))
    told, clock, transactions = FakeToldItems(), ManualClock(), FakeTransactions()

    async def abreast() -> Standing:
        return standing

    notify = NotifyPeople(abreast, told, inbox, deliveries, clock, lambda _people: None)
    now: dict[str, Item] = {}
    for step in plan:
        if isinstance(step[0], str):
            readers[step[0]] = reader(step[0], set(step[1]))
            standing.know(readers[step[0]])
            continue
        item_id, before = f"itm_{step[0]}", set(inbox.all)
        item = now.setdefault(item_id, Item())
        item.revision += 1
        item.visibility = tuple(step[2])
        tagging = a_tagging(
            an_item(
                item_id,
                revision=item.revision,
                company=step[1],
                visibility=item.visibility,
            )
        )
        await transactions.run(partial(notify, [tagging]))

        for key in set(inbox.all) - before:
            assert readers[inbox.all[key].person].may_read(item.visibility)
        sent = {d.person for d in deliveries.all.values() if d.item_id == item_id}
        assert sent <= {n.person for n in inbox.all.values()}

    for known in readers.values():
        for shown in await inbox.page(known, Page(100)):
            assert known.may_read(now[shown.excerpt.item_id].visibility)
