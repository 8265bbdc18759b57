"""An import that is cut short again and again ends as one that never was."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.chaos.conftest import Note
from tests.support.chaos_effects import stored
from tests.support.chaos_faults import dice
from tests.support.chaos_moot import COMPANY, Moot, Trial
from tests.support.conditions import until

MESSAGES = 1500
DAYS = 30
VICTIMS = ("importer", "ingest", "tagging", "search-index", "notification")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Write what Slack exports: a folder per channel, a file per day."""
    began = datetime(2026, 3, 2, 9, tzinfo=UTC)
    (tmp_path / "channels.json").write_text(
        json.dumps([{"id": "C1", "name": "general"}])
    )
    (tmp_path / "users.json").write_text(
        json.dumps([{"id": "U1", "name": "ada", "real_name": "Ada Byron"}])
    )
    (tmp_path / "general").mkdir()
    for day in range(DAYS):
        moment = began + timedelta(days=day)
        said = [
            {
                "type": "message",
                "user": "U1",
                "text": f"Note {number} of day {day}: the #rollout goes on",
                "ts": f"{moment.timestamp() + number:.6f}",
            }
            for number in range(MESSAGES // DAYS)
        ]
        file = tmp_path / "general" / f"{moment:%Y-%m-%d}.json"
        file.write_text(json.dumps(said))
    return tmp_path


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("victim", VICTIMS)
async def test_an_archive_is_whole_whoever_is_killed_meanwhile(
    moot: Moot, note: Note, archive: Path, victim: str
) -> None:
    await _import(moot, note, archive, [victim])


@pytest.mark.timeout(240)
async def test_an_archive_is_whole_though_all_are_killed_meanwhile(
    moot: Moot, note: Note, archive: Path
) -> None:
    await _import(moot, note, archive, list(VICTIMS))


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_real_archive_is_whole_though_all_are_killed_meanwhile(
    moot: Moot, note: Note, corpora: Path
) -> None:
    await _import(moot, note, corpora / "exports/slack-houston", list(VICTIMS))


async def _import(moot: Moot, note: Note, archive: Path, victims: list[str]) -> None:
    async with moot.trial() as trial:
        expected = await _told_by_a_dry_run(moot, trial, archive)
        chance = dice(archive.name, *victims)
        moments = sorted(chance.sample(range(1, len(expected)), len(victims)))
        importer = await _importer(moot, trial, archive)
        for victim, moment in zip(victims, moments, strict=True):
            await until(_recorded(moot, trial, moment, importer), seconds=60)
            if victim != "importer":
                moot.part(victim).kill()
                await moot.start(victim)
            elif importer.returncode is None:
                importer.kill()
                await importer.communicate()
                importer = await _importer(moot, trial, archive)
        output, _ = await asyncio.wait_for(importer.communicate(), 120)
        trial.book.versions.update(expected)
        verdict = await moot.verdict(trial)
        again = await _again(moot, trial, archive)
    note(f"{', '.join(victims)} killed at {moments}: {output.decode()} {verdict}")
    assert importer.returncode == 0
    assert verdict.is_balanced, str(verdict)
    assert set(again["outcomes"]) == {"duplicate"}
    assert again["outcomes"]["duplicate"] == len(expected)


def _command(
    moot: Moot, trial: Trial, archive: Path
) -> tuple[list[str], dict[str, str]]:
    home = moot.home.folder
    argv = [sys.executable, "-m", "folkmoot", "import", "slack", str(archive), "--json"]
    env = {
        **os.environ,
        "FOLKMOOT_HOME": str(home),
        "FOLKMOOT_INGEST_URL": moot.url("ingest"),
        "FOLKMOOT_API_KEY": moot.api_key,
    }
    return [*argv, "--company", COMPANY, "--source", trial.book.source], env


async def _importer(
    moot: Moot, trial: Trial, archive: Path, *more: str
) -> asyncio.subprocess.Process:
    argv, env = _command(moot, trial, archive)
    return await asyncio.create_subprocess_exec(
        *argv, *more, env=env, stdout=asyncio.subprocess.PIPE
    )


async def _told_by_a_dry_run(moot: Moot, trial: Trial, archive: Path) -> set[str]:
    """Return the items that the archive holds, which no service has seen yet."""
    process = await _importer(moot, trial, archive, "--dry-run")
    output, _ = await process.communicate()
    items = [json.loads(line)["id"] for line in output.splitlines()]
    assert len(items) == len(set(items))
    return set(items)


async def _again(moot: Moot, trial: Trial, archive: Path) -> dict[str, dict[str, int]]:
    process = await _importer(moot, trial, archive)
    output, _ = await process.communicate()
    report: dict[str, dict[str, int]] = json.loads(output)
    return report


def _recorded(
    moot: Moot, trial: Trial, count: int, importer: asyncio.subprocess.Process
) -> Callable[[], Awaitable[bool]]:
    """Tell whether so much is recorded, or there is nothing to wait for any more."""

    async def recorded() -> bool:
        places = moot.places(trial.book.word)
        found, _ = await asyncio.to_thread(stored, places, trial.book)
        return importer.returncode is not None or found["recorded"].total() >= count

    return recorded
