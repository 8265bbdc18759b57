"""JSON files of an archive: read one at a time, and believed in nothing."""

import json
from collections.abc import Iterator
from typing import Any

from folkmoot_ingest.gateways.archives.entries import Rejected, unread
from folkmoot_ingest.gateways.archives.inputs import UNREADABLE, Input

MAX_BYTES = 256 * 1024 * 1024


def load(file: Input) -> Any:  # noqa: ANN401  JSON is anything
    """Parse a file; a Rejected says why it could not be."""
    try:
        with file.open() as stream:
            body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            return Rejected(file.name, "file", f"larger than {MAX_BYTES} bytes")
        return json.loads(body.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        return Rejected(file.name, where, f"not JSON: {error.msg}")
    except UnicodeDecodeError as error:
        return Rejected(file.name, f"byte {error.start}", "not UTF-8")
    except (RecursionError, ValueError):
        reason = "not JSON that can be read: nested too deeply, or a number is too long"
        return Rejected(file.name, "file", reason)
    except UNREADABLE as error:
        return unread(file.name, error)


def objects(
    name: str, document: object
) -> Iterator[tuple[str, dict[str, Any]] | Rejected]:
    """Go through an array of objects with the place of each."""
    if not isinstance(document, list):
        yield Rejected(name, "file", "not an array of messages")
        return
    for number, each in enumerate(document, 1):
        place = f"message {number}"
        if isinstance(each, dict):
            yield place, each
        else:
            yield Rejected(name, place, "not an object")


def rows(document: object, table: str) -> list[dict[str, Any]]:
    """Return the objects of a named table, none where it is missing or misshapen."""
    found = document.get(table) if isinstance(document, dict) else None
    return (
        [row for row in found if isinstance(row, dict)]
        if isinstance(found, list)
        else []
    )
