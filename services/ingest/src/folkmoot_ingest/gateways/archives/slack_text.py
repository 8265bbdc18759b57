"""Slack's message syntax to plain text: `<@U1>`, `<#C1|name>`, `<url|label>`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_MARKED = re.compile(r"<([^<>\n]+)>")
_ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


@dataclass(slots=True)
class SlackText:
    """The text of a message as its readers saw it, and what it refers to."""

    text: str = ""
    links: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[dict[str, Any]] = field(default_factory=list)


def read(raw: str, people: Mapping[str, str], channels: Mapping[str, str]) -> SlackText:
    """Undo the syntax; `people` and `channels` map ids to names."""
    found = SlackText()

    def spelled(match: re.Match[str]) -> str:
        target, _, label = match[1].partition("|")
        label = _unescaped(label)
        mark, identity = target[:1], target[1:]
        if mark == "@":
            name = people.get(identity) or label or identity
            found.mentions.append({"id": identity, "name": name})
            return f"@{name}"
        if mark == "#":
            return f"#{label or channels.get(identity, identity)}"
        if mark == "!":
            return _special(identity, label)
        url = _unescaped(target)
        plain = label in ("", url, url.removeprefix("mailto:"))
        found.links.append({"url": url, "title": None if plain else label})
        return label or url

    words: list[str] = []
    end = 0
    for match in _MARKED.finditer(raw):
        words += [_unescaped(raw[end : match.start()]), spelled(match)]
        end = match.end()
    found.text = "".join([*words, _unescaped(raw[end:])])
    return found


def _special(target: str, label: str) -> str:
    """Spell `<!here>`, `<!subteam^S1|@crew>`, `<!date^1^{date}|May 4>`."""
    command = target.partition("^")[0]
    if command == "date":
        return label
    return label if label.startswith("@") else f"@{label or command}"


def _unescaped(text: str) -> str:
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text
