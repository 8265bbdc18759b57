"""An mbox file to the messages in it, without holding more than one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

MAX_BYTES = 32 * 1024 * 1024
"""Of one message; what is longer is cut, and told so."""

_ENVELOPE = re.compile(
    rb"From .*?\s(?P<date>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s+"
    rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\s+\d{1,2}\s+"
    rb"\d{1,2}:\d\d(?::\d\d)?)(?:\s+[A-Z]{2,5})?(?:\s+[+-]\d{4})?\s+(?P<year>\d{4})"
    rb"(?:\s+[+-]\d{4})?\s*$"
)
_QUOTED = re.compile(rb"(?m)^>(>*From )")


class NotMboxError(ValueError):
    """A file holds something else."""

    def __init__(self) -> None:
        super().__init__(
            "it is no mbox, for its first line does not begin with `From `"
        )


@dataclass(frozen=True, slots=True)
class RawMail:
    """The bytes of one message, its place, and when it was delivered."""

    line: int
    raw: bytes
    delivered: datetime | None
    cut: bool = False


def split(stream: IO[bytes]) -> Iterator[RawMail]:
    """Go through the messages of an mbox.

    A message begins at a `From ` line which reads as an envelope and which a blank
    line precedes: a sentence that begins with that word does not. `>From ` loses one
    mark (mboxrd; in mboxo that is the only mark there is). Raises NotMboxError.
    """
    start, size = 0, 0
    lines: list[bytes] = []
    delivered: datetime | None = None
    blank = True
    for line_number, line in enumerate(stream, 1):
        envelope = (
            _ENVELOPE.match(line) if blank and line.startswith(b"From ") else None
        )
        if envelope:
            if start:
                yield _mail(start, lines, delivered, size)
            start, size, lines = line_number, 0, []
            delivered = _delivered(envelope)
        else:
            if not start and line.strip():
                if not line.startswith(b"From "):
                    raise NotMboxError
                start = line_number
            size += len(line)
            if start and size <= MAX_BYTES:
                lines.append(line)
        blank = not line.strip()
    if start:
        yield _mail(start, lines, delivered, size)


def _mail(
    line: int, lines: list[bytes], delivered: datetime | None, size: int
) -> RawMail:
    raw = _QUOTED.sub(rb"\1", b"".join(lines))
    return RawMail(line, raw, delivered, cut=size > MAX_BYTES)


def _delivered(envelope: re.Match[bytes]) -> datetime | None:
    """Read the envelope's date, whose zone nobody knows."""
    words = b" ".join((*envelope["date"].split(), envelope["year"])).decode("ascii")
    for form in ("%a %b %d %H:%M:%S %Y", "%a %b %d %H:%M %Y"):
        try:
            return datetime.strptime(words, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
