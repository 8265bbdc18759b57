"""One mail to what it says, however broken its headers are."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parsedate_to_datetime
from typing import Any

from folkmoot_ingest.gateways.archives import markup

_PARSER = BytesParser(policy=compat32)
_MESSAGE_ID = re.compile(r"<[^<>\s]+>")
_ADDRESS = re.compile(r"[^@\s<>()\",;]+@[^@\s<>()\",;]+")
_ANSWER = re.compile(
    r"\s*(?:(?:re|fwd?|aw|wg|sv|antw|vs|r[ée]f|tr)\s*(?:\[\d+\])?\s*:|\[[^\]]{1,64}\])",
    re.IGNORECASE,
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Headers:
    """What threads a mail and names it."""

    native_id: str
    message_id: str | None
    parent: str | None
    """Message-ID that it answers, by its own word."""
    subject: str

    @property
    def topic(self) -> str:
        """The subject without what answering, forwarding and lists put before it."""
        return topic(self.subject)


def parse(raw: bytes) -> "Message[str, str]":
    """Read a mail; the parser notes defects and never raises."""
    return _PARSER.parsebytes(raw)


def headers(mail: "Message[str, str]") -> Headers:
    """Read the headers that identify and thread a mail.

    The native id is a hash, for archives redact Message-IDs until many are alike.
    """
    parts = [text(mail, name) for name in ("message-id", "date", "from", "subject")]
    own = _MESSAGE_ID.findall(parts[0])
    answered = _MESSAGE_ID.findall(text(mail, "in-reply-to"))
    path = _MESSAGE_ID.findall(text(mail, "references"))
    identity = hashlib.sha256("\n".join(parts).encode("utf-8", "replace"))
    parents = path[-1:] + answered[:1]
    return Headers(
        identity.hexdigest()[:40],
        own[0] if own else None,
        parents[0] if parents else None,
        parts[3],
    )


def topic(subject: str) -> str:
    """Reduce a subject to what a thread has in common."""
    while match := _ANSWER.match(subject):
        subject = subject[match.end() :]
    return " ".join(subject.split()).casefold()


def text(mail: "Message[str, str]", name: str) -> str:
    """Return a header decoded and unfolded, empty where it is missing."""
    value = mail.get(name)
    if value is None:
        return ""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        pieces = [(str(value), None)]
    words = "".join(
        decoded(piece, charset) if isinstance(piece, bytes) else piece
        for piece, charset in pieces
    )
    return " ".join(_clean(words).split())


def author(mail: "Message[str, str]") -> dict[str, str] | None:
    """Say who wrote it: by address, or by name where the address is none (redacted)."""
    sender = text(mail, "from") or text(mail, "sender")
    if not sender:
        return None
    bare = re.fullmatch(r"(?P<address>[^<(]*)\((?P<name>.*)\)", sender)
    angled = re.fullmatch(r"(?P<name>[^<]*)<(?P<address>[^<>]*)>?.*", sender)
    match = bare or angled
    address = (match["address"] if match else sender).strip()
    name = (match["name"] if match else "").strip().strip("\"'").strip() or address
    known = _ADDRESS.fullmatch(address)
    return {"id": (address.lower() if known else name)[:1024], "name": name[:256]}


def published(mail: "Message[str, str]", delivered: datetime | None) -> datetime | None:
    """Say when it was sent; by the envelope where the header is missing or nonsense."""
    try:
        date = parsedate_to_datetime(text(mail, "date"))
        date = date if date.tzinfo else date.replace(tzinfo=UTC)
        date = date.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return delivered
    return date if date.year >= 1970 or delivered is None else delivered  # noqa: PLR2004  mail is younger


def content(mail: "Message[str, str]") -> dict[str, Any]:
    """Read the text (plain before HTML) and list what is attached."""
    plain: list[str] = []
    html: list[str] = []
    attachments: list[dict[str, Any]] = []
    for part in _leaves(mail):
        kind = part.get_content_type()
        name = _file_name(part)
        if name or kind not in ("text/plain", "text/html"):
            attachments.append({"name": name, "media_type": kind})
        else:
            (plain if kind == "text/plain" else html).append(_body(part))
    if plain or not html:
        return {"text": "\n\n".join(plain).strip("\n"), "attachments": attachments}
    rendered = markup.render("\n".join(html))
    return {
        "text": rendered.text,
        "links": rendered.links,
        "attachments": attachments,
    }


def decoded(raw: bytes, charset: str | None) -> str:
    """Decode by the declared charset, else UTF-8, else Windows' Latin: never fails."""
    for name in (charset, "utf-8", "cp1252"):
        try:
            return raw.decode(name) if name else raw.decode("ascii")
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def _leaves(mail: "Message[str, str]") -> "Iterator[Message[str, str]]":
    """Go through the parts that hold something; a stack, for mails nest at will."""
    stack = [mail]
    while stack:
        part = stack.pop()
        payload = part.get_payload()
        if isinstance(payload, list):
            stack.extend(p for p in reversed(payload) if isinstance(p, Message))
        else:
            yield part


def _file_name(part: "Message[str, str]") -> str | None:
    try:
        name = part.get_filename()
    except (ValueError, LookupError, TypeError):
        name = "unnamed"
    attached = str(part.get("content-disposition", "")).lower().startswith("attach")
    return _clean(name)[:1024] if name else ("unnamed" if attached else None)


def _body(part: "Message[str, str]") -> str:
    try:
        raw = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        raw = str(part.get_payload()).encode("utf-8", "replace")
    charset = part.get_content_charset()
    body = decoded(raw if isinstance(raw, bytes) else b"", charset)
    return _clean(body.replace("\r\n", "\n"))


def _clean(words: str) -> str:
    """Drop control characters and what the parser kept of undecodable bytes."""
    whole = words.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _CONTROL.sub("", whole)
