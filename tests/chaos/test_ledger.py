"""The checker itself: it sees what is lost, doubled or unasked for."""

from collections import Counter
from typing import Any

import pytest

from tests.support.ledger import Book, Verdict, accounts, table

BOOK = Book("north", "chaos", "w", Counter({"a": 1, "b": 2}), sent={"b"})
BOOK.poison["letters"] = {(0, 7)}

EFFECTS: dict[str, dict[Any, int]] = {
    "recorded": {("a", 1): 1, ("b", 1): 1, ("b", 2): 1},
    "announced": {("a", 1): 1, ("b", 1): 1, ("b", 2): 1},
    "tagged": {("a", 1): 1, ("b", 2): 1},
    "told with tags": {("a", 1): 1, ("b", 1): 1, ("b", 2): 1},
    "indexed": {("a", 1): 1, ("b", 2): 1},
    "searchable": {"a": 1, "b": 1},
    "notified": {"a": 1, "b": 1},
    "notifications announced": {"a": 1, "b": 1},
    "delivered": {"b": 1},
    "received": {"b": 1},
    "deliveries announced": {"b": 1},
    "letters": {(0, 7): 1},
}


def verdict(effects: dict[str, Counter[Any]], waiting: int = 0) -> Verdict:
    return Verdict(accounts(BOOK, effects), {"outbox of ingest": waiting}, {})


def good() -> dict[str, Counter[Any]]:
    return {name: Counter(found) for name, found in EFFECTS.items()}


def test_everything_once_is_balanced() -> None:
    assert verdict(good()).is_balanced
    assert "0 lost, 0 doubled: 3 recorded" in str(verdict(good()))


def test_an_earlier_revision_need_not_be_told() -> None:
    effects = good()
    del effects["told with tags"]["b", 1]
    assert verdict(effects).is_balanced


def test_an_earlier_revision_told_twice_is_noticed() -> None:
    effects = good()
    effects["told with tags"]["b", 1] += 1
    assert not verdict(effects).is_balanced


@pytest.mark.parametrize("name", EFFECTS)
def test_one_effect_too_few_is_lost(name: str) -> None:
    effects = good()
    del effects[name][max(effects[name])]
    seen = verdict(effects)
    assert not seen.is_complete
    assert [account.name for account in seen.accounts if account.lost] == [name]
    assert "1 lost" in str(seen)


@pytest.mark.parametrize("name", EFFECTS)
def test_one_effect_too_many_is_doubled(name: str) -> None:
    effects = good()
    effects[name][max(effects[name])] += 1
    seen = verdict(effects)
    assert [account.name for account in seen.accounts if account.doubled] == [name]
    assert not seen.is_balanced


@pytest.mark.parametrize("name", EFFECTS)
def test_an_effect_that_nobody_asked_for_is_a_phantom(name: str) -> None:
    effects = good()
    effects[name]["c" if isinstance(max(EFFECTS[name]), str) else ("c", 1)] = 1
    if name == "letters":
        effects[name] = Counter({(0, 7): 1, (9, 9): 1})
    seen = verdict(effects)
    assert [account.name for account in seen.accounts if account.phantom] == [name]
    assert not seen.is_balanced


def test_a_good_record_among_the_dead_letters_is_a_phantom() -> None:
    effects = good() | {"items.tagging.dlq": Counter({(1, 4): 1})}
    seen = verdict(effects)
    assert [a.name for a in seen.accounts if a.phantom] == ["items.tagging.dlq"]
    assert not seen.is_balanced


def test_what_still_waits_is_not_at_rest() -> None:
    assert not verdict(good(), waiting=1).is_complete


def test_the_table_shows_what_is_lost_and_what_is_doubled() -> None:
    effects = good()
    del effects["tagged"]["a", 1]
    effects["notified"]["b"] += 1
    lines = {
        line.split("  ")[0]: line.split()
        for line in table(verdict(effects)).splitlines()
    }
    assert lines["tagged"] == ["tagged", "2", "1", "1", "0", "0"]
    assert lines["notified"] == ["notified", "2", "3", "0", "1", "0"]
    assert lines["recorded"] == ["recorded", "3", "3", "0", "0", "0"]
