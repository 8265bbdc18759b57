"""Files and folders that nobody else on the machine may read."""

import os
import stat
from pathlib import Path

from folkmoot.local.errors import LocalError

OTHERS = stat.S_IRWXG | stat.S_IRWXO


class NotPrivateError(LocalError):
    """Others on this machine may look into a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"others may look into {folder}: `chmod 700 {folder}` first, or name a "
            "folder that is not there yet"
        )


def make_private(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for their owner alone."""
    # With `parents`, pathlib gives the mode to the last of them only.
    for missing in reversed([f for f in (folder, *folder.parents) if not f.exists()]):
        missing.mkdir(exist_ok=True, mode=0o700)


def require_private(folder: Path) -> None:
    """Raise NotPrivateError where a folder of our own is open to others.

    One of somebody else's, as the image has it above its volumes, is none of ours.
    """
    about = folder.stat()
    if about.st_uid == os.getuid() and about.st_mode & OTHERS:
        raise NotPrivateError(folder)


def write_secret(path: Path, text: str) -> None:
    """Write a file of mode 0600 in one step: a reader sees the old or the new whole."""
    make_private(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as output:
        output.write(text)
    fresh.replace(path)
