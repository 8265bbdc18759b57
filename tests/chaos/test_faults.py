"""Parts that die, freeze or are restarted under load: nothing lost, nothing twice."""

import pytest

from tests.chaos.conftest import Note
from tests.support.chaos_faults import (
    PARTS,
    RECOVERY_SECONDS,
    dice,
    frozen,
    pause,
    recovery,
    some_more,
)
from tests.support.chaos_moot import SESSION_SECONDS, Moot

STOP_SECONDS = 30.0
SERVICES = PARTS[2:]
# The crash matrix kills services enough for a quick run.
KILLED = [
    pytest.param(p, marks=[pytest.mark.slow] if p in SERVICES else []) for p in PARTS
]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("part", KILLED)
async def test_a_part_that_is_killed_under_load_costs_nothing(
    moot: Moot, note: Note, part: str
) -> None:
    async with moot.trial() as trial:
        load = moot.load(trial)
        async with load.running():
            await some_more(load, dice(part).randint(50, 150))
            moot.part(part).kill()
            await pause(dice(part, "dead").uniform(0.5, 3))
            await moot.revive(part)
            seconds = await recovery(moot, trial, load)
        verdict = await moot.verdict(trial)
    note(f"searchable again after {seconds:.1f} s; {verdict}")
    assert verdict.is_balanced, str(verdict)
    assert seconds < RECOVERY_SECONDS


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("part", PARTS)
async def test_a_part_that_freezes_for_longer_than_its_session_costs_nothing(
    moot: Moot, note: Note, part: str
) -> None:
    async with moot.trial() as trial:
        load = moot.load(trial)
        async with load.running():
            await some_more(load, 50)
            async with frozen(moot, part):
                await pause(SESSION_SECONDS + 3)
            seconds = await recovery(moot, trial, load)
        verdict = await moot.verdict(trial)
    note(f"searchable again after {seconds:.1f} s; {verdict}")
    assert verdict.is_balanced, str(verdict)
    assert seconds < RECOVERY_SECONDS


@pytest.mark.timeout(240)
async def test_a_rolling_restart_under_load_reads_no_record_again(
    moot: Moot, note: Note
) -> None:
    took: dict[str, float] = {}
    async with moot.trial() as trial:
        load = moot.load(trial)
        async with load.running():
            for service in SERVICES:
                await some_more(load, 50)
                took[service] = await moot.stop(service, seconds=2 * STOP_SECONDS)
                await moot.start(service)
            seconds = await recovery(moot, trial, load)
        verdict = await moot.verdict(trial)
        again = {s: await moot.metric(s, "inbox_duplicates_total") for s in SERVICES}
    stops = ", ".join(f"{name} {gone:.1f} s" for name, gone in took.items())
    note(f"stopped within {stops}; searchable after {seconds:.1f} s; {verdict}")
    assert verdict.is_balanced, str(verdict)
    assert not any(again.values()), again
    assert max(took.values()) < STOP_SECONDS
    assert seconds < RECOVERY_SECONDS


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("service", SERVICES)
async def test_a_second_replica_that_comes_and_goes_costs_nothing(
    moot: Moot, note: Note, service: str
) -> None:
    rounds = 4
    replica = moot.replicate(service)
    async with moot.trial() as trial:
        load = moot.load(trial)
        async with load.running():
            for turn in range(rounds):
                await moot.start(replica)
                await some_more(load, dice(service, turn).randint(20, 120))
                if turn % 2:
                    moot.part(replica).kill()
                else:
                    await moot.stop(replica)
                await some_more(load, dice(service, turn, "gone").randint(20, 120))
            seconds = await recovery(moot, trial, load)
        verdict = await moot.verdict(trial)
    note(f"{rounds} rounds; searchable after {seconds:.1f} s; {verdict}")
    assert verdict.is_balanced, str(verdict)
    assert seconds < RECOVERY_SECONDS
