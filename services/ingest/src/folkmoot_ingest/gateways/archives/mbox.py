"""Archives of mail in mbox files."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from folkmoot_ingest.gateways.archives import mail, mbox_lines
from folkmoot_ingest.gateways.archives.entries import (
    Entry,
    Rejected,
    entry,
    unread,
)
from folkmoot_ingest.gateways.archives.inputs import UNREADABLE, Input, Inputs
from folkmoot_ingest.gateways.archives.mail_threads import Threads
from folkmoot_ingest.gateways.archives.mbox_lines import NotMboxError, RawMail

NOT_MAIL = (NotMboxError, *UNREADABLE)


def read(inputs: Inputs) -> Iterator[Entry]:
    """Read all mail, twice: first the headers for the threads, then what it says."""
    threads = Threads()
    for file in inputs.files:
        with suppress(*NOT_MAIL):  # which is told when its mail is read
            _note_headers(file, threads)
    for file in inputs.files:
        try:
            with file.open() as stream:
                for found in mbox_lines.split(stream):
                    yield _entry(file.name, found, threads)
        except NOT_MAIL as error:
            yield unread(file.name, error)


def _note_headers(file: Input, threads: Threads) -> None:
    with file.open() as stream:
        for found in mbox_lines.split(stream):
            threads.add(mail.headers(mail.parse(_head(found.raw))))


def _entry(name: str, found: RawMail, threads: Threads) -> Entry:
    place = f"line {found.line}"
    if found.cut:
        return Rejected(name, place, f"longer than {mbox_lines.MAX_BYTES} bytes")
    try:
        fields = _fields(found, threads)
    except Exception:  # noqa: BLE001  the parser of mail raises what it likes
        return Rejected(name, place, "not a mail that can be read: it is malformed")
    if fields is None:
        return Rejected(name, place, "not a mail: it has no headers")
    return entry(name, place, fields)


def _fields(found: RawMail, threads: Threads) -> dict[str, Any] | None:
    parsed = mail.parse(found.raw)
    if not parsed.keys():
        return None
    named = mail.headers(parsed)
    return {
        "tool": "mail",
        "kind": "mail",
        "native_id": named.native_id,
        "conversation": threads.conversation(named),
        "in_reply_to": threads.parent(named),
        "author": mail.author(parsed),
        "title": named.subject[:4096] or None,
        "published": mail.published(parsed, found.delivered),
        **mail.content(parsed),
    }


def _head(raw: bytes) -> bytes:
    for blank in (b"\n\n", b"\r\n\r\n"):
        head, separator, _ = raw.partition(blank)
        if separator:
            return head + separator
    return raw
