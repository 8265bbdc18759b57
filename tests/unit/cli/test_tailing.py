"""`folkmoot tail`: it closes what it reads from, and helps with misspelt topics."""

import json
import logging
from collections.abc import AsyncGenerator
from types import SimpleNamespace
from typing import Any

import pytest
from folkmoot.commands.tail import show_records, waiting_for
from folkmoot.streams import told_of_absence
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


def test_a_topic_like_no_other_is_waited_for_and_the_others_are_named() -> None:
    assert waiting_for("orders", {TAGS, "__consumer_offsets"}) == (
        f"no topic orders yet, waiting for it; there are {TAGS}"
    )


async def test_that_kafka_has_gone_is_said_once_until_it_is_back() -> None:
    told: list[str] = []
    client = logging.getLogger("aiokafka.conn")
    async with told_of_absence(lambda: told.append("away")) as back:
        client.error("Unable connect")
        client.error("Unable connect")
        assert told == ["away"]
        back()
        client.error("Unable connect")
    client.error("Unable connect")
    assert told == ["away", "away"]
