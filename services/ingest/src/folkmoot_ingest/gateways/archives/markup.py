"""HTML of messages to the plain text that its author typed, near enough.

Code stays code (back-ticks and fences), quotes stay quotes (`> `), formulas become
their TeX; emphasis is dropped, links keep their words and are told apart.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

from typing_extensions import override

# Words on a line read better than a list of strings.
PARTS: Final = frozenset("article aside footer form header main nav section".split())  # noqa: SIM905
PARAGRAPHS: Final = frozenset("p blockquote pre h1 h2 h3 h4 table ul ol".split())  # noqa: SIM905
BLOCKS: Final = PARTS | PARAGRAPHS | set("center dd div dl dt hr li tr".split())  # noqa: SIM905
VOID: Final = frozenset("area br col embed hr img input link meta wbr".split())  # noqa: SIM905
SILENT: Final = frozenset("head script style template title svg video".split())  # noqa: SIM905
SPACE = re.compile(r"[ \t\r\n\f]+")

_End = Callable[[], None]


@dataclass(slots=True)
class Rendered:
    """The text of some HTML, and what was marked up in it."""

    text: str = ""
    links: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[dict[str, Any]] = field(default_factory=list)


def render(html: str) -> Rendered:
    """Read HTML, however broken."""
    if "<" not in html and "&" not in html:
        return Rendered(html.strip())
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.finish()


class _Reader(HTMLParser):
    """Builds the text from left to right: no tree, so depth costs nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found = Rendered()
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes = self._last_quotes = 0
        self._gapped = False
        self._code = 0
        self._silent: str | None = None
        self._silent_depth = 0
        self._ends: list[tuple[str, _End | None]] = []
        self._starts: dict[str, Callable[[], _End | None]] = {
            "br": self._start_line,
            "li": self._start_entry,
            "hr": self._start_rule,
            "td": self._start_cell,
            "th": self._start_cell,
            "blockquote": self._start_quote,
            "pre": self._start_code,
            "code": self._start_inline_code,
            "annotation": self._start_tex,
            "semantics": self._start_formula,
        }

    def finish(self) -> Rendered:
        """Return what was read."""
        self._break()
        self._found.text = "\n".join(self._lines).strip("\n ")
        return self._found

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._silent:
            self._silent_depth += tag == self._silent
            return
        attributes = {name: value or "" for name, value in attrs}
        classes = attributes.get("class", "").split()
        if tag in SILENT or "katex-html" in classes:
            self._silent, self._silent_depth = tag, 1
            return
        if tag in BLOCKS:
            self._break()
            if tag in PARAGRAPHS:
                self._gap()
        end = self._open(tag, attributes, classes)
        if tag not in VOID:
            self._ends.append((tag, end))

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._silent_depth -= tag == self._silent
            if not self._silent_depth:
                self._silent = None
            return
        if not any(tag == opened for opened, _ in reversed(self._ends[-64:])):
            return
        while self._ends:
            opened, end = self._ends.pop()
            if end:
                end()
            if opened in BLOCKS:
                self._break()
            if opened == tag:
                break

    @override
    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._code:
            first, *rest = data.split("\n")
            self._line.append(first)
            for line in rest:
                self._break(keep_empty=True)
                self._line.append(line)
        else:
            self._line.append(SPACE.sub(" ", data))

    def _open(
        self, tag: str, attributes: dict[str, str], classes: list[str]
    ) -> _End | None:
        """Write what a tag begins with; returns what to do at its end."""
        if tag == "a" and attributes.get("href"):
            return self._start_link(attributes["href"])
        if tag == "span" and "user-mention" in classes and "silent" not in classes:
            return self._start_mention(attributes.get("data-user-id"))
        if tag == "img":
            self._line.append(attributes.get("alt", ""))
        start = self._starts.get(tag)
        return start() if start else None

    def _start_line(self) -> None:
        self._break(keep_empty=True)

    def _start_entry(self) -> None:
        self._line.append("* ")

    def _start_rule(self) -> None:
        self._line.append("---")
        self._break()

    def _start_cell(self) -> None:
        self._line.append(" | " if self._line else "")

    def _start_quote(self) -> _End:
        self._quotes += 1
        return self._end_quote

    def _start_inline_code(self) -> _End | None:
        return None if self._code else self._start_marked("`")

    def _start_tex(self) -> _End:
        return self._start_marked("$$")

    def _start_marked(self, mark: str) -> _End:
        self._line.append(mark)
        return lambda: self._line.append(mark)

    def _end_quote(self) -> None:
        self._break()
        self._quotes -= 1
        self._gap()

    def _start_code(self) -> _End:
        self._line.append("```")
        self._break()
        self._code += 1

        def end() -> None:
            self._break()
            self._code -= 1
            self._line.append("```")
            self._break()
            self._gap()

        return end

    def _start_formula(self) -> _End:
        """Keep the TeX annotation of MathML, which stands last, and drop the rest."""
        start = len(self._line)

        def end() -> None:
            written = self._line[start:]
            if "$$" in written:
                del self._line[start : start + written.index("$$")]

        return end

    def _start_link(self, url: str) -> _End:
        start = len(self._line)

        def end() -> None:
            words = "".join(self._line[start:]).strip()
            if not words:
                return
            title = words if words != url else None
            if url.partition(":")[0] in ("http", "https", "mailto"):
                self._found.links.append({"url": url, "title": title})

        return end

    def _start_mention(self, user: str | None) -> _End:
        start = len(self._line)

        def end() -> None:
            name = "".join(self._line[start:]).strip().removeprefix("@")
            if name and user != "*":
                self._found.mentions.append({"id": user or name, "name": name})

        return end

    def _gap(self) -> None:
        """Have an empty line before the next one."""
        self._gapped = bool(self._lines)

    def _break(self, *, keep_empty: bool = False) -> None:
        line = "".join(self._line)
        self._line.clear()
        if not self._code:
            line = line.strip()
        if not line and not keep_empty:
            return
        if self._gapped:
            self._lines.append(_quoted("", min(self._quotes, self._last_quotes)))
        self._gapped = False
        self._last_quotes = self._quotes
        self._lines.append(_quoted(line, self._quotes))


def _quoted(line: str, depth: int) -> str:
    return ("> " * depth + line).rstrip()
