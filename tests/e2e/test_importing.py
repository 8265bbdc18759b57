"""Real archives, through the real command and all four services."""

import asyncio
import json
import os
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.support.conditions import until
from tests.support.whole import Folkmoot, Reader, command

pytestmark = pytest.mark.timeout(150)

ENTRY = re.compile(rb"From .+ [A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}$")


def files_of(folder: Path) -> Iterator[Path]:
    for where, _, names in os.walk(folder):
        yield from (Path(where, name) for name in names)


def zulip_messages(folder: Path) -> int:
    """Count distinct ids: messages of a topic that was moved stand there twice."""
    files = list(files_of(folder))
    entries = [message for file in files for message in json.loads(file.read_bytes())]
    ids = {entry["id"] for entry in entries}
    if folder.name == "zulip-lean":
        assert (len(files), len(entries), len(ids)) == (791, 12_697, 10_454)
    return len(ids)


def slack_messages(folder: Path) -> int:
    """Count the objects with a `ts`: others tell of channels and people."""
    entries: list[Any] = [
        entry for file in files_of(folder) for entry in json.loads(file.read_bytes())
    ]
    return sum("ts" in entry for entry in entries)


def mails(folder: Path) -> int:
    """Count the lines that open a mail and are followed by its headers."""
    lines = [line for f in files_of(folder) for line in f.read_bytes().splitlines()]
    return sum(
        bool(ENTRY.match(line)) and following.startswith(b"From: ")
        for line, following in pairwise(lines)
    )


WHOLE_ZULIP = ("zulip", "zulip-lean", zulip_messages)
SLACK = pytest.param("slack", "slack-houston", slack_messages, id="slack")
WHOLE_MBOX = ("mbox", "mbox-r-package-devel", mails)
MBOX = pytest.param(*WHOLE_MBOX, id="mbox")
IMPORTED = [
    pytest.param(
        "zulip", "zulip-lean/236604-Zulip-meta", zulip_messages, id="a stream of zulip"
    ),
    pytest.param(*WHOLE_ZULIP, id="zulip", marks=pytest.mark.slow),
    SLACK,
    pytest.param(*WHOLE_MBOX, id="mbox", marks=pytest.mark.slow),
]
Count = Callable[[Path], int]


async def counts(person: Reader) -> dict[str, int]:
    """Return what each service has of a company's items."""
    return {
        "captured": (await person.get("ingest", "/v1/stats"))["items"],
        "tagged": (await person.get("tagging", "/v1/stats"))["items"],
        "searchable": await person.total("*"),
    }


@pytest.mark.parametrize(("kind", "name", "count"), IMPORTED)
async def test_an_archive_is_captured_tagged_and_searchable_whole_and_once(
    folkmoot: Folkmoot, company: str, corpora: Path, kind: str, name: str, count: Count
) -> None:
    folder = corpora / "exports" / name
    importing = ("import", kind, str(folder), "--company", company, "--json")
    expected = count(folder)
    member = folkmoot.person("ada", company)
    before = await counts(member)
    assert before["captured"] == 0
    first = await folkmoot.command(*importing)
    assert (first.status, first.err.strip()) == (0, "")
    (told,) = first.json_lines()
    assert told["outcomes"]["captured"] == expected
    assert (told["resumed"], told["rejected"]) == (0, 0)

    async def arrived() -> bool:
        now = await counts(member)
        # Some items of other tests are for everyone.
        return {now[name] - before[name] for name in now} == {expected}

    await until(arrived, seconds=90, every=0.2)
    (again,) = (await folkmoot.command(*importing)).json_lines()
    assert again["outcomes"] == {"duplicate": told["read"]}
    assert again["read"] == told["read"]
    assert await arrived()


@pytest.mark.parametrize(
    ("kind", "name", "count"),
    [pytest.param(*WHOLE_ZULIP, id="zulip", marks=pytest.mark.slow), SLACK, MBOX],
)
async def test_a_dry_run_tells_what_would_be_captured_with_nothing_up(
    tmp_path: Path, corpora: Path, kind: str, name: str, count: Count
) -> None:
    folder = corpora / "exports" / name
    home = {"FOLKMOOT_HOME": str(tmp_path / "none")}
    done = await command(
        "import", kind, str(folder), "--dry-run", "--json", environment=home
    )
    assert (done.status, done.err) == (0, "")
    items = done.json_lines()
    assert len({item["native_id"] for item in items}) == count(folder)
    files = {str(file.relative_to(folder)) for file in files_of(folder)}
    assert {item["input"] for item in items} <= files
    assert not (tmp_path / "none").exists()


async def test_what_cannot_be_imported_is_told_with_its_reason_and_stops_nothing(
    folkmoot: Folkmoot, company: str, tmp_path: Path
) -> None:
    said = {"id": 1, "sender_full_name": "Ada", "content": "Bisque", "timestamp": 1}
    stream = tmp_path / "archive" / "1-kilns"
    stream.mkdir(parents=True)
    (stream / "good.json").write_text(json.dumps([said]))
    (stream / "broken.json").write_text("[{")
    (stream / "odd.json").write_text(json.dumps([7, {**said, "id": 2}]))
    importing = ("import", "zulip", str(tmp_path / "archive"), "--json")
    looked, done = await asyncio.gather(
        folkmoot.command(*importing, "--dry-run"),
        folkmoot.command(*importing, "--company", company),
    )
    assert [item["native_id"] for item in looked.json_lines()] == ["1", "2"]
    assert (looked.status, done.status) == (0, 0)
    (told,) = done.json_lines()
    assert (told["outcomes"], told["rejected"]) == ({"captured": 2}, 2)
    for refusals in (looked.err, done.err):
        lines = [line for line in refusals.splitlines() if line.strip()]
        assert [line.split(":")[0] for line in lines] == [
            "1-kilns/broken.json",
            "1-kilns/odd.json",
        ]
        assert all(line.split(": ")[-1] for line in lines)
    nothing = await folkmoot.command(
        *("import", "zulip", str(stream / "broken.json"), "--company", company)
    )
    assert nothing.status == 1
