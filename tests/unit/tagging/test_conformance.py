"""The published conformance cases for hashtags, mentions and URLs in text."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from folkmoot_tagging.domain.extraction import extract

CORPORA = os.environ.get("FOLKMOOT_CORPORA")
Case = dict[str, Any]


def hashtags(text: str) -> list[str]:
    return [tag.text for tag in extract(text).hashtags]


def hashtags_with_indices(text: str) -> list[Case]:
    return [
        {"hashtag": tag.text, "indices": [tag.start, tag.end]}
        for tag in extract(text).hashtags
    ]


def mentions(text: str) -> list[str]:
    return [found.name for found in extract(text).mentions if found.group is None]


def mentions_with_indices(text: str) -> list[Case]:
    return [
        {"screen_name": found.name, "indices": [found.start, found.end]}
        for found in extract(text).mentions
        if found.group is None
    ]


def mentions_or_lists(text: str) -> list[Case]:
    return [
        {
            "screen_name": found.name,
            "list_slug": f"/{found.group}" if found.group else "",
            "indices": [found.start, found.end],
        }
        for found in extract(text).mentions
    ]


def urls(text: str) -> list[str]:
    return [link.url for link in extract(text).links]


def urls_with_indices(text: str) -> list[Case]:
    return [
        {"url": link.url, "indices": [link.start, link.end]}
        for link in extract(text).links
    ]


SECTIONS: dict[str, Callable[[str], object]] = {
    "mentions": mentions,
    "mentions_with_indices": mentions_with_indices,
    "mentions_or_lists_with_indices": mentions_or_lists,
    "urls": urls,
    "urls_with_indices": urls_with_indices,
    "urls_with_directional_markers": urls_with_indices,
    "tco_urls_with_params": urls,
    "hashtags": hashtags,
    "hashtags_from_astral": hashtags,
    "hashtags_with_indices": hashtags_with_indices,
}
# Stock symbols mean nothing at work, and a tool says itself what answers what.
LEFT_OUT = {"cashtags", "cashtags_with_indices", "replies"}


def conformance() -> dict[str, list[Case]]:
    if not CORPORA:
        return {}
    path = Path(CORPORA, "text/twitter-text/extract.yml")
    tests: dict[str, list[Case]] = yaml.safe_load(path.read_text("utf-8"))["tests"]
    return tests


CASES = [
    pytest.param(section, case, id=f"{section}: {case['description']} ({number})")
    for section, cases in conformance().items()
    if section in SECTIONS
    for number, case in enumerate(cases)
]


@pytest.mark.skipif(not CASES, reason="FOLKMOOT_CORPORA is not set")
@pytest.mark.parametrize(("section", "case"), CASES)
def test_the_text_yields_what_the_conformance_file_expects(
    section: str, case: Case
) -> None:
    assert SECTIONS[section](case["text"]) == (case["expected"] or [])


@pytest.mark.skipif(not CASES, reason="FOLKMOOT_CORPORA is not set")
def test_no_section_of_the_conformance_file_goes_unnoticed() -> None:
    assert set(conformance()) == set(SECTIONS) | LEFT_OUT
