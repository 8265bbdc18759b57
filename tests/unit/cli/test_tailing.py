"""`folkmoot tail`: it closes what it reads from, and helps with misspelt topics."""

import json
from collections.abc import AsyncGenerator
from types import SimpleNamespace
from typing import Any

import pytest
from folkmoot.commands.tail import show_records, waiting_for
from folkmoot_events import ItemTagged
from folkmoot_events.topics import dead_letter_topic

TAGS = ItemTagged.topic


class Source:
    """Records without an end, which note that their generator was closed."""

    closed = False

    async def records(self) -> AsyncGenerator[Any]:
        offset = 0
        try:
            while True:
                yield SimpleNamespace(
                    topic="orders",
                    partition=0,
                    offset=offset,
                    timestamp=0,
                    key=b"one",
                    headers=(),
                    value=b"{}",
                )
                offset += 1
        finally:
            self.closed = True


async def test_a_tail_that_has_seen_enough_closes_what_it_reads_from(
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = Source()
    await show_records(source.records(), 2, json=True)
    assert source.closed
    shown = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["offset"] for line in shown] == [0, 1]


def test_a_misspelt_topic_is_told_with_the_nearest_names() -> None:
    known = {TAGS, dead_letter_topic(TAGS, "search-index"), "__consumer_offsets"}
    said = waiting_for("folkmoot.item-tag.v1", known)
    assert said.startswith("no topic folkmoot.item-tag.v1 yet, waiting for it")
    assert f"did you mean {TAGS}" in said
    assert "__consumer_offsets" not in said


def test_a_topic_like_no_other_is_waited_for_without_advice() -> None:
    assert waiting_for("orders", {TAGS}) == "no topic orders yet, waiting for it"
