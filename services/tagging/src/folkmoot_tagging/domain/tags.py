"""Decides what an item is tagged with."""

from collections.abc import Iterator
from typing import Literal
from unicodedata import normalize

from folkmoot_events import Item, Span, Tag

from folkmoot_tagging.domain.extraction import Signals, extract
from folkmoot_tagging.domain.vocabulary import Vocabulary

MOST_TAGS = 200
"""Tags beyond these are dropped: hashtags are kept first, links last."""

Kind = Literal["hashtag", "mention", "concept", "link"]
Place = Literal["title", "text"]

LONGEST_NAME = 100
"""A longer hashtag is no word but an accident or an attack."""

_KINDS: tuple[Kind, ...] = ("hashtag", "mention", "concept", "link")
_DOUBTFUL = 0.5
"""Score of a link that may as well be code: `list.map` ends in a domain, too."""
_FAMILIAR = (".com", ".org", ".net", ".edu", ".gov")


def tags_of(item: Item, vocabulary: Vocabulary) -> tuple[Tag, ...]:
    """List each thing once, with its earliest evidence, best kinds first.

    What the item's source declared carries evidence only where the text shows it too.
    """
    found: dict[str, dict[str, Tag]] = {kind: {} for kind in _KINDS}
    for tag in _in_order(item, vocabulary):
        found[tag.kind].setdefault(tag.id, tag)
    tags = tuple(tag for kind in _KINDS for tag in found[kind].values())
    return tags[:MOST_TAGS]


def _in_order(item: Item, vocabulary: Vocabulary) -> Iterator[Tag]:
    expansions = {link.url: link.expanded for link in item.links if link.expanded}
    if item.title:
        yield from _marked(extract(item.title), "title", expansions)
        yield from _concepts(item.title, "title", item.language, vocabulary)
    yield from _marked(extract(item.text), "text", expansions)
    yield from _concepts(item.text, "text", item.language, vocabulary)
    yield from _declared(item)


def _marked(found: Signals, field: Place, expansions: dict[str, str]) -> Iterator[Tag]:
    for hashtag in found.hashtags:
        if len(hashtag.text) > LONGEST_NAME:
            continue
        evidence = _span(field, hashtag.start, hashtag.end)
        yield _tag("hashtag", _fold(hashtag.text), hashtag.text, "hashtags", evidence)
    for mention in found.mentions:
        name = f"{mention.name}/{mention.group}" if mention.group else mention.name
        evidence = _span(field, mention.start, mention.end)
        yield _tag("mention", _fold(name), name, "mentions", evidence)
    for link in found.links:
        evidence = _span(field, link.start, link.end)
        target = expansions.get(link.url, link.url)
        yield _tag("link", target, link.url, "links", evidence, _likelihood(link.url))


def _declared(item: Item) -> Iterator[Tag]:
    for hashtag in item.hashtags:
        label = hashtag.lstrip("#").strip()
        if 0 < len(label) <= LONGEST_NAME:
            yield _tag("hashtag", _fold(label), label)
    for person in item.mentions:
        label = person.name[:LONGEST_NAME]
        yield _tag("mention", _fold(label), label)
    for link in item.links:
        yield _tag("link", link.expanded or link.url, link.url)


def _concepts(
    text: str, field: Place, language: str | None, vocabulary: Vocabulary
) -> Iterator[Tag]:
    asserter = f"rule:skos-labels@{vocabulary.version}"
    for sighting in vocabulary.find(text):
        evidence = _span(field, sighting.start, sighting.end)
        score = 1 / len(sighting.concepts)
        for concept in sighting.concepts:
            yield Tag(
                id=concept.id,
                kind="concept",
                label=concept.shown_as(language),
                asserter=asserter,
                score=score,
                evidence=evidence,
            )


def _tag(
    kind: Kind,
    name: str,
    label: str,
    rule: str | None = None,
    evidence: Span | None = None,
    score: float = 1.0,
) -> Tag:
    return Tag(
        id=f"{kind}:{name}",
        kind=kind,
        label=label,
        asserter=f"rule:{rule}@1" if rule else "source",
        score=score,
        evidence=evidence,
    )


def _span(field: Place, start: int, end: int) -> Span:
    return Span(field=field, start=start, end=end)


def _fold(name: str) -> str:
    return " ".join(normalize("NFKC", normalize("NFKC", name).casefold()).split())


def _likelihood(url: str) -> float:
    """Halve the score of a bare name that has no scheme, path or familiar ending."""
    if "/" in url or url[:4].lower() == "www." or url.lower().endswith(_FAMILIAR):
        return 1.0
    return _DOUBTFUL
