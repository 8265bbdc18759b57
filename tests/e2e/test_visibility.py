"""What is not for somebody's eyes is nowhere: not found, not counted, not told.

Three companies with groups and people talk at once, in the same words. Whatever anybody
asks, each service must answer as if the items that they may not read had never been.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.whole import BATCHED, Json, Whole, event_of

MARK = "potsherd"
"""A word of all items of this test and of none of others."""
WORDS = ("ochre", "umber", "sienna", "cobaltite", "verdigris")
TAGS = ("alpha", "beta", "gamma")
GROUPS = ("design", "ops")
PEOPLE = ("ada", "bo", "cy")
ITEMS = 120
COMPANIES = 3


@dataclass(frozen=True, slots=True)
class Said:
    """An item, as the test knows it."""

    id: str
    company: str
    author: str
    words: frozenset[str]
    tags: frozenset[str]
    visibility: frozenset[str]


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person, in the groups that their token names."""

    company: str
    name: str
    groups: frozenset[str]

    @property
    def id(self) -> str:
        return f"{self.name}-{self.company}"

    def may_read(self, said: Said) -> bool:
        mine = {"everyone", f"company:{self.company}", f"person:{self.id}"}
        mine |= {f"group:{self.company}/{group}" for group in self.groups}
        return not mine.isdisjoint(said.visibility)


@dataclass(frozen=True, slots=True)
class Query:
    """A query, and what it means, told a second time."""

    text: str
    fits: Callable[[Said], bool]


class World:
    """What was said, and how to ask about it."""

    def __init__(self, whole: Whole, client: httpx.Client) -> None:
        self.whole = whole
        self.client = client
        self.companies = [next(whole.unused) for _ in range(COMPANIES)]
        self.wishes: dict[str, str] = {}
        self.said: Sequence[Said] = ()

    def people(self) -> Iterator[Somebody]:
        for company in self.companies:
            for name, groups in zip(PEOPLE, ((), GROUPS[:1], GROUPS), strict=True):
                yield Somebody(company, name, frozenset(groups))

    def call(self, who: Somebody, service: str, path: str, **params: Any) -> Any:
        return self.client.get(
            f"{self.whole.url(service)}{path}", params=params, headers=self.headers(who)
        )

    def ask(self, who: Somebody, service: str, path: str, **params: Any) -> Json:
        answer = self.call(who, service, path, **params).raise_for_status()
        body: Json = answer.json()
        return body

    def headers(self, who: Somebody) -> dict[str, str]:
        token = self.whole.token(who.id, who.company, groups=tuple(who.groups))
        return {"authorization": f"Bearer {token}"}

    def subscribe_all(self, chance: random.Random) -> None:
        """Have everybody told of a word; each company's people of different ones."""
        for who in self.people():
            word = self.wishes[who.id] = chance.choice(WORDS)
            answer = self.client.post(
                f"{self.whole.url('notification')}/v1/subscriptions",
                json={"expression": f"{MARK} AND {word}"},
                headers=self.headers(who),
            )
            answer.raise_for_status()

    def principals(self, company: str, chance: random.Random) -> list[str]:
        """Choose who may read an item; it may be people of other companies."""
        choices = [
            *(f"group:{company}/{group}" for group in GROUPS),
            *(f"person:{who.id}" for who in self.people()),
        ]
        return chance.choice(
            [
                [f"company:{company}"],
                ["everyone"],
                [f"group:{company}/{chance.choice(GROUPS)}"],
                chance.sample(choices, 1),
                chance.sample(choices, 3),
            ]
        )

    def publish(self, chance: random.Random) -> None:
        """Say everything, the companies by turns."""
        said = []
        for number in range(ITEMS):
            company = self.companies[number % COMPANIES]
            words = chance.sample(WORDS, 3)
            tags = chance.sample(TAGS, chance.randrange(3))
            visibility = self.principals(company, chance)
            author = chance.choice(("zed", "yan"))
            data = {
                "native_id": f"v{number}",
                "title": words[0],
                "text": f"{MARK} {' '.join(words)} {' '.join(f'#{t}' for t in tags)}",
                "author": {"id": author, "name": author.title()},
                "visibility": visibility,
            }
            answer = self.client.post(
                f"{self.whole.url('ingest')}/v1/events",
                content=json.dumps([event_of(company, data)]),
                headers={
                    "authorization": f"Bearer {self.whole.api_key(company)}",
                    "content-type": BATCHED,
                },
            )
            (result,) = answer.raise_for_status().json()["results"]
            said.append(
                Said(
                    result["item_id"],
                    company,
                    author,
                    frozenset(words),
                    frozenset(tags),
                    frozenset(visibility),
                )
            )
        self.said = said

    def has_arrived(self) -> bool:
        """Tell whether everybody finds and was told all that they may see.

        Too much counts as arrived: that is for the tests to object to.
        """
        return all(
            self.found(who, MARK)["total"] >= len(self.visible(who))
            and len(self.inbox_page(who)["items"]) >= len(self.told(who))
            for who in self.people()
        )

    def found(self, who: Somebody, query: str) -> Json:
        return self.ask(who, "search-index", "/v1/search", q=query, size=200)

    def inbox(self, who: Somebody) -> list[str]:
        page = self.inbox_page(who)
        assert page["unread"] == len(page["items"])
        return [one["item_id"] for one in page["items"]]

    def inbox_page(self, who: Somebody) -> Json:
        """Return a page; its count is a later read, so they differ as more come in."""
        return self.ask(who, "notification", "/v1/inbox", limit=200)

    def visible(self, who: Somebody) -> list[Said]:
        return [said for said in self.said if who.may_read(said)]

    def told(self, who: Somebody) -> set[str]:
        """Return what somebody was told of when it was said, and may still see."""
        then = next(one for one in self.people() if one.id == who.id)
        word = self.wishes[who.id]
        return {
            said.id
            for said in self.visible(who)
            if word in said.words and then.may_read(said)
        }


@pytest.fixture(scope="module")
def world(whole: Whole) -> Iterator[World]:
    chance = random.Random(7)  # noqa: S311  no secret
    with httpx.Client(timeout=30, trust_env=False) as client:
        made = World(whole, client)
        made.subscribe_all(chance)
        made.publish(chance)
        wait_for(made.has_arrived)
        yield made


def wait_for(condition: Callable[[], bool], tries: int = 1000) -> None:
    """Ask until it is so; each question takes its time."""
    assert any(condition() for _ in range(tries))


def leaves() -> st.SearchStrategy[Query]:
    """Return queries of one word or field."""
    words = st.sampled_from(WORDS).map(lambda w: Query(w, lambda said: w in said.words))
    tags = st.sampled_from(TAGS).map(
        lambda t: Query(f"tag:{t}", lambda said: t in said.tags)
    )
    authors = st.sampled_from(("zed", "yan")).map(
        lambda a: Query(f"author:{a}", lambda said: said.author == a)
    )
    companies = st.integers(0, COMPANIES - 1).map(
        lambda n: Query(f"company:@{n}", lambda said: said.company == f"@{n}")
    )
    return words | tags | authors | companies


def both(pair: tuple[Query, Query]) -> Query:
    one, two = pair
    return Query(
        f"({one.text} AND {two.text})", lambda said: one.fits(said) and two.fits(said)
    )


def either(pair: tuple[Query, Query]) -> Query:
    one, two = pair
    return Query(
        f"({one.text} OR {two.text})", lambda said: one.fits(said) or two.fits(said)
    )


def without(pair: tuple[Query, Query]) -> Query:
    one, two = pair
    return Query(
        f"({one.text} NOT {two.text})",
        lambda said: one.fits(said) and not two.fits(said),
    )


def queries() -> st.SearchStrategy[Query]:
    return st.recursive(
        leaves(),
        lambda inner: st.one_of(
            *(st.tuples(inner, inner).map(join) for join in (both, either, without))
        ),
        max_leaves=4,
    )


readers = st.builds(
    lambda company, name, groups: (company, name, groups),
    st.integers(0, COMPANIES - 1),
    st.sampled_from(PEOPLE),
    st.frozensets(st.sampled_from(GROUPS)),
)
few = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def resolved(world: World, who: tuple[int, str, frozenset[str]]) -> Somebody:
    company, name, groups = who
    return Somebody(world.companies[company], name, groups)


@few
@given(who=readers, query=queries())
def test_a_search_finds_and_counts_what_its_reader_may_see_and_no_more(
    world: World, who: tuple[int, str, frozenset[str]], query: Query
) -> None:
    reader = resolved(world, who)
    text = query.text
    names = {company: f"@{n}" for n, company in enumerate(world.companies)}
    for company, name in names.items():
        text = text.replace(name, company)

    def fits(said: Said) -> bool:
        named = Said(
            said.id,
            names[said.company],
            said.author,
            said.words,
            said.tags,
            said.visibility,
        )
        return query.fits(named)

    expected = [said for said in world.visible(reader) if fits(said)]
    answer = world.found(reader, f"{MARK} AND {text}")
    assert {hit["item_id"] for hit in answer["hits"]} == {said.id for said in expected}
    assert answer["total"] == len(expected)
    facets: Mapping[str, Counter[str]] = {
        "company": Counter(said.company for said in expected),
        "source": Counter(f"chat.{said.company}" for said in expected),
        "tag": Counter(f"hashtag:{tag}" for said in expected for tag in said.tags),
        "author": Counter(f"chat.{s.company}/{s.author}" for s in expected),
    }
    for name, counts in facets.items():
        told = {one["value"]: one["count"] for one in answer["facets"][name]}
        assert told == counts
    seen = len(world.visible(reader))
    assert world.ask(reader, "search-index", "/v1/stats")["searchable"] == seen
    assert world.ask(reader, "tagging", "/v1/stats")["items"] == seen


@few
@given(who=readers, number=st.integers(0, ITEMS - 1))
def test_an_item_its_record_and_its_tags_are_there_for_its_readers_alone(
    world: World, who: tuple[int, str, frozenset[str]], number: int
) -> None:
    reader, said = resolved(world, who), world.said[number]
    status = 200 if reader.may_read(said) else 404
    for service, rest in (
        ("ingest", ""),
        ("ingest", "/record"),
        ("search-index", ""),
        ("tagging", "/tags"),
    ):
        answer = world.call(reader, service, f"/v1/items/{said.id}{rest}")
        assert (service, rest, answer.status_code) == (service, rest, status)
        assert said.id not in answer.text or status == 200


@few
@given(who=readers)
def test_an_inbox_and_its_stream_hold_what_its_owner_may_see_now(
    world: World, who: tuple[int, str, frozenset[str]]
) -> None:
    reader = resolved(world, who)
    expected = world.told(reader)
    inbox = world.inbox(reader)
    assert sorted(inbox) == sorted(expected)
    assert sorted(streamed(world, reader)) == sorted(expected)


def streamed(world: World, reader: Somebody) -> list[str]:
    """Return the items of a stream from its very beginning until nothing more comes."""
    url = f"{world.whole.url('notification')}/v1/inbox/stream"
    headers = world.headers(reader)
    found: list[str] = []
    with world.client.stream("GET", f"{url}?after=0", headers=headers) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                found.append(json.loads(line[6:])["item_id"])
            elif line.startswith(": "):
                break
    return found


def test_every_kind_of_secret_was_tried(world: World) -> None:
    """Guard the other tests against a world in which everybody sees everything."""
    for who in world.people():
        seen = world.visible(who)
        assert 10 < len(seen) < ITEMS - 10
        assert {said.company for said in seen} == set(world.companies)
        assert world.told(who)
