"""Three brokers and three members, any one of which may fail, and does."""

import os

import pytest

from tests.chaos.conftest import Note, Say
from tests.support.chaos_cluster import Cluster, Story
from tests.support.chaos_schedule import one_of_each, schedule

# Set and empty is what make passes on where nobody said anything.
SEED = int(os.environ.get("FOLKMOOT_CHAOS_SEED") or 1)
FAULTS = int(os.environ.get("FOLKMOOT_CHAOS_FAULTS") or 200)
EVENTS = int(os.environ.get("FOLKMOOT_CHAOS_EVENTS") or 100000)


@pytest.mark.hour
@pytest.mark.slow
@pytest.mark.timeout(2 * 60 * 60)
async def test_two_hundred_faults_cost_nothing(
    cluster: Cluster, note: Note, say: Say
) -> None:
    faults = schedule(SEED, FAULTS)
    async with cluster.moot.trial() as trial:
        story = await cluster.campaign(trial, faults, EVENTS, say)
    note(f"seed {SEED}: {story}")
    assert story.load.by_http >= EVENTS
    check(story)


@pytest.mark.slow
@pytest.mark.timeout(400)
async def test_a_fault_of_each_kind_costs_nothing(
    cluster: Cluster, note: Note, say: Say
) -> None:
    async with cluster.moot.trial() as trial:
        story = await cluster.campaign(trial, one_of_each(), 0, say)
    note(story)
    check(story)


def check(story: Story) -> None:
    """Fail where something is lost or doubled, or where it took too long."""
    assert story.verdict.is_balanced, str(story.verdict)
    slow = {r.kind.name: r.worst for r in story.recovered if r.is_too_slow}
    assert not slow, f"seconds without an effect: {slow}"
