"""The libraries could serve any project: no word of ours occurs in them.

Words are looked for in code, strings, comments and papers alike, in whatever case and
whether they stand alone, in `snake_case` or in `CamelCase`. `topic` and `inbox` are
plumbing's own words and stay allowed, as is the method `items` of a mapping.
"""

import re
from pathlib import Path

import pytest
from folkmoot_events import EVENTS, TOPICS

LIBS = Path(__file__).parents[2] / "libs"
LIBRARIES = sorted(folder.name for folder in LIBS.iterdir() if folder.is_dir())

OURS = {
    "archive",
    "company",
    "concept",
    "conversation",
    "engagement",
    "hashtag",
    "item",
    "mbox",
    "mention",
    "permalink",
    "retraction",
    "skos",
    "slack",
    "steward",
    "tagging",
    "visibility",
    "vocabulary",
    "zulip",
}
SERVICES = {
    service for topic in TOPICS for service in (topic.publisher, *topic.consumers)
}
NAMES = {
    *(topic.name for topic in TOPICS),
    *(event.type for event in EVENTS),
    *(event.__name__ for event in EVENTS),
    *(SERVICES - {"outside", "ingest", "tagging", "notification"}),
}
MAPPING_METHOD = re.compile(r"\.items\(\)|`items`")
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def texts(library: str) -> list[Path]:
    folder = LIBS / library
    return [*sorted(folder.rglob("*.py")), *sorted(folder.glob("*.md"))]


def singular(word: str) -> str:
    if word.endswith("ies"):
        return word.removesuffix("ies") + "y"
    return word.removesuffix("s")


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_uses_no_word_of_ours(library: str) -> None:
    found = {
        f"{file.relative_to(LIBS)}:{number} {word}"
        for file in texts(library)
        for number, line in enumerate(file.read_text().splitlines(), start=1)
        for word in WORD.findall(MAPPING_METHOD.sub("", line))
        if singular(word.lower()) in OURS
    }
    assert not found


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_names_no_topic_event_or_service_of_ours(library: str) -> None:
    found = {
        f"{file.relative_to(LIBS)} {name}"
        for file in texts(library)
        for name in NAMES
        if name in file.read_text()
    }
    assert not found


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("item_ids", True),
        ("TaggedItems", True),
        ("# for each company", True),
        ("mapping.items()", False),
        ("itemise", False),
        ("topic", False),
    ],
)
def test_a_word_is_found_however_it_is_written(text: str, ours: bool) -> None:
    words = WORD.findall(MAPPING_METHOD.sub("", text))
    assert any(singular(word.lower()) in OURS for word in words) is ours
