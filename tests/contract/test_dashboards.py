"""Dashboards are what Grafana reads, and say what they show."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "deploy/helm/folkmoot/files/dashboards"
BOARDS = {file.stem: json.loads(file.read_text()) for file in FOLDER.glob("*.json")}
WIDTH = 24


def panels(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def test_boards_are_told_apart() -> None:
    assert len({board["uid"] for board in BOARDS.values()}) == len(BOARDS) > 1


@pytest.mark.parametrize("name", BOARDS)
def test_every_panel_says_what_it_shows(name: str) -> None:
    for panel in panels(BOARDS[name]):
        assert panel["title"]
        assert panel["description"]
        assert panel["targets"]
        assert panel["fieldConfig"]["defaults"]["unit"]


@pytest.mark.parametrize("name", BOARDS)
def test_panels_have_ids_and_places_of_their_own(name: str) -> None:
    all_ = BOARDS[name]["panels"]
    assert len({panel["id"] for panel in all_}) == len(all_)
    for panel in all_:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= WIDTH
    for one, other in combinations(all_, 2):
        assert not overlap(one["gridPos"], other["gridPos"]), one["title"]


@pytest.mark.parametrize("name", BOARDS)
def test_nothing_is_asked_of_a_source_by_name(name: str) -> None:
    """Whoever imports a board chooses its Prometheus."""
    for panel in panels(BOARDS[name]):
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == "${datasource}"
            assert 'app="folkmoot"' in target["expr"]
