"""SIGKILL at every named failpoint of every service: nothing lost, nothing twice."""

import contextlib
from collections.abc import AsyncIterator

import pytest
from folkmoot_events import INBOUND, ItemCaptured, ItemTagged
from folkmoot_ingest.domain.submission import ITEM_SUBMITTED

from tests.chaos.conftest import Note
from tests.support.chaos_faults import dice
from tests.support.chaos_load import bad_records, beside, searches
from tests.support.chaos_moot import Moot, Trial
from tests.support.chaos_places import PLACES, places_in_source, services_of
from tests.support.conditions import until

SEEDS = range(10)
REACHED_WITHIN = 40.0
NTH = {"dead_letter": 2}
"""The latest hit at which a kill may come, by area, where it is not the usual one."""
USUAL_NTH = 6

POISONED = {
    "ingest": ("ingest", INBOUND, ITEM_SUBMITTED),
    "tagging": ("tagging", ItemCaptured.topic, ItemCaptured.type),
    "search-index": ("search-index notification", ItemTagged.topic, ItemTagged.type),
    "notification": ("search-index notification", ItemTagged.topic, ItemTagged.type),
}
"""Who reads a bad record that a service is to set aside, from where, of which type."""

CELLS = [(service, place) for place in PLACES for service in services_of(place)]


def test_the_matrix_knows_every_place_that_the_source_names() -> None:
    assert set(places_in_source()) == set(PLACES)
    assert {service for service, _ in CELLS} == set(POISONED)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("service", sorted(POISONED))
async def test_a_kill_at_each_place_of_a_service_once(
    moot: Moot, note: Note, service: str
) -> None:
    kills = [(place, 0) for known, place in CELLS if known == service]
    dice(service).shuffle(kills)
    await campaign(moot, note, service, kills)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("service", "place"), CELLS)
async def test_nine_more_kills_at_a_place(
    moot: Moot, note: Note, service: str, place: str
) -> None:
    await campaign(moot, note, service, [(place, seed) for seed in SEEDS[1:]])


async def campaign(
    moot: Moot, note: Note, service: str, kills: list[tuple[str, int]]
) -> None:
    """Kill a service again and again, each life armed with the next death."""
    async with moot.trial() as trial:
        async with moot.load(trial).running(), _searched(moot, trial, service):
            moot.running[service].kill()
            for place, seed in kills:
                async with _poisoned(moot, trial, service, place):
                    await _die(moot, service, place, seed)
            await moot.start(service)
        verdict = await moot.verdict(trial)
    note(f"{len(kills)} kills, {trial.book.retried} requests retried: {verdict}")
    assert verdict.is_balanced, str(verdict)


async def _die(moot: Moot, service: str, place: str, seed: int) -> None:
    nth = dice(service, place, seed).randint(1, NTH.get(area(place), USUAL_NTH))
    process = moot.launch(service, f"{place}=kill@{nth}")

    async def dead() -> bool:
        return process.exit_code is not None

    dead.__name__ = f"{service} at {place}@{nth}"
    await until(dead, seconds=REACHED_WITHIN)
    assert process.exit_code == -9


def area(place: str) -> str:
    return place.partition(".")[0]


@contextlib.asynccontextmanager
async def _searched(moot: Moot, trial: Trial, service: str) -> AsyncIterator[None]:
    """Search all the while: search-index has nothing else to publish."""
    if service == "search-index":
        async with beside(searches(moot.url(service), moot.token(trial.book.word))):
            yield
    else:
        yield


@contextlib.asynccontextmanager
async def _poisoned(
    moot: Moot, trial: Trial, service: str, place: str
) -> AsyncIterator[None]:
    """Feed bad records until one is set aside: too many would blow a fuse."""
    if area(place) == "dead_letter":
        async with beside(bad_records(moot.kafka, trial.book, *POISONED[service])):
            yield
    else:
        yield
