"""Where the generations of the index lie, and which of them is in use.

`<data>/<version>/CURRENT` names a generation, a directory beside it. It is written by
renaming, so that a kill at any moment leaves either the old or the new one in use.
"""

import fcntl
import shutil
from pathlib import Path
from typing import TextIO
from uuid import uuid4

CURRENT = "CURRENT"
LOCK = "LOCK"


class IndexDirectories:
    """The directories of one version of the index."""

    def __init__(self, data: Path, version: str) -> None:
        self._root = data / version
        self._lock: TextIO | None = None

    def lock(self) -> None:
        """Keep other processes out; raises BlockingIOError where one is in already.

        The kernel lets the lock go when the process ends, however it ends.
        """
        if self._lock is None:
            self._root.mkdir(parents=True, exist_ok=True)
            lock = (self._root / LOCK).open("w")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                raise
            self._lock = lock

    def unlock(self) -> None:
        """Let other processes in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def current(self) -> Path | None:
        """Return the directory in use, if there is one."""
        named = self._root / CURRENT
        if not named.exists():
            return None
        name = named.read_text().strip()
        directory = self._root / name
        return directory if name and directory.is_dir() else None

    def new(self) -> Path:
        """Return a new empty directory."""
        directory = self._root / f"g{uuid4().hex}"
        directory.mkdir(parents=True)
        return directory

    def promote(self, directory: Path) -> None:
        """Put a directory in use."""
        written = self._root / f"{CURRENT}.new"
        written.write_text(directory.name)
        written.replace(self._root / CURRENT)

    def remove(self, directory: Path) -> None:
        """Remove a directory that is not in use."""
        if directory != self.current():
            shutil.rmtree(directory, ignore_errors=True)

    def prune(self) -> None:
        """Remove whatever a killed process left unfinished or unused."""
        for directory in self._root.glob("g*"):
            self.remove(directory)
