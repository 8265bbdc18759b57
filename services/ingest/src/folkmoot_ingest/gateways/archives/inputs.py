"""Where archives are read from: a file, a folder, a zip or standard input."""

import os
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

STDIN = "-"

# Of a zip's members: RuntimeError wants a password, NotImplementedError (one of those)
# is packed in an unknown way.
UNREADABLE = (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What opening or reading an input raises, now or when its turn comes."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file of an archive, to be opened when its turn comes."""

    name: str
    """Path within the archive, with forward slashes; `-` for standard input."""
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of an archive in the order of their names, which is always the same."""

    files: tuple[Input, ...]
    closed: tuple[OSError, ...] = ()
    """Folders of the archive that could not be listed."""

    def named(self, name: str) -> Input | None:
        """Return a file by its name within the archive."""
        return next((file for file in self.files if file.name == name), None)


@contextmanager
def opened(path: str) -> Iterator[Inputs]:
    """Open an archive. Raises OSError and zipfile.BadZipFile.

    Standard input is spooled to a temporary file, for some formats are read twice.
    """
    if path != STDIN:
        with _inputs(Path(path), Path(path).name) as inputs:
            yield inputs
        return
    with tempfile.NamedTemporaryFile() as spool:
        shutil.copyfileobj(sys.stdin.buffer, spool)
        spool.flush()
        with _inputs(Path(spool.name), STDIN) as inputs:
            yield inputs


@contextmanager
def _inputs(path: Path, name: str) -> Iterator[Inputs]:
    if path.is_dir():
        yield _folder(path)
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield Inputs(tuple(_members(archive)))
    else:
        with path.open("rb"):  # a missing file is told at once, not as an empty archive
            yield Inputs((Input(name, lambda: path.open("rb")),))


def _folder(root: Path) -> Inputs:
    closed: list[OSError] = []
    walk = os.walk(root, onerror=closed.append)
    found = sorted(Path(where, name) for where, _, names in walk for name in names)
    named = [(path, path.relative_to(root)) for path in found if _is_file(path)]
    files = [
        Input(relative.as_posix(), _opener(path))
        for path, relative in named
        if not _hidden(relative)
    ]
    return Inputs(tuple(files), tuple(closed))


def _is_file(path: Path) -> bool:
    """Tell a file, also one that is elsewhere and missing there, from a pipe."""
    return path.is_file() or (path.is_symlink() and not path.exists())


def _hidden(path: Path) -> bool:
    """Tell what desktops and version control leave behind from what belongs here.

    A topic of Zulip may well begin with a dot: `[` is written `.5B`.
    """
    *folders, name = path.parts
    if any(folder.startswith(".") for folder in folders) or name.startswith("._"):
        return True
    return name.startswith(".") and path.suffix != ".json"


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def _members(archive: zipfile.ZipFile) -> Iterator[Input]:
    for info in sorted(archive.infolist(), key=lambda info: info.filename):
        if not info.is_dir() and not info.filename.startswith("__MACOSX/"):
            yield Input(info.filename, _member_opener(archive, info))


def _member_opener(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo
) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(info)
