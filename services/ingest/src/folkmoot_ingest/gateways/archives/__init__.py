"""Archives of conversations that can be imported."""

import os
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

from folkmoot_ingest.gateways.archives import mbox, slack, zulip
from folkmoot_ingest.gateways.archives.entries import (
    Entry,
    Rejected,
    Submitted,
    unread,
)
from folkmoot_ingest.gateways.archives.inputs import opened
from folkmoot_ingest.gateways.archives.preview import preview

KINDS = {"mbox": mbox.read, "slack": slack.read, "zulip": zulip.read}
"""Each kind of archive and its reader."""

__all__ = [
    "KINDS",
    "Entry",
    "Rejected",
    "Submitted",
    "preview",
    "read_archive",
]


def read_archive(kind: str, path: str | Path) -> Iterator[Entry]:
    """Read an archive from a file, a folder, a zip or `-`, always in the same order.

    Whatever is wrong with it comes as Rejected. Raises ValueError for an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of archive: {kind}; known: {', '.join(KINDS)}")
    return _entries(kind, str(path))


def _entries(kind: str, path: str) -> Iterator[Entry]:
    try:
        with opened(path) as inputs:
            for error in inputs.closed:
                yield unread(os.path.relpath(error.filename, path), error)
            yield from KINDS[kind](inputs)
    except (OSError, BadZipFile) as error:
        yield unread(path, error)
