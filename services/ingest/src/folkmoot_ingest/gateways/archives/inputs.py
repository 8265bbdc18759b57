"""Where archives are read from: a file, a folder, a zip or standard input."""

import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

STDIN = "-"


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
        yield Inputs(tuple(_folder(path)))
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield Inputs(tuple(_members(archive)))
    else:
        with path.open("rb"):  # a missing file is told at once, not as an empty archive
            yield Inputs((Input(name, lambda: path.open("rb")),))


def _folder(root: Path) -> Iterator[Input]:
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if path.is_file() and not _hidden(relative):
            yield Input(relative.as_posix(), _opener(path))


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
