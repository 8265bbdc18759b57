"""The schemas as an earlier commit published them."""

import json
import subprocess
from pathlib import Path

from folkmoot.registry.schemas import Schema


def published_at(shared: Path, revision: str) -> dict[str, Schema]:
    """Return the schemas of a git revision by event type.

    Raises CalledProcessError where git does not know the revision.
    """
    listed = _git(shared, "ls-tree", "--name-only", revision, "schemas/")
    return {
        Path(name).stem: json.loads(_git(shared, "show", f"{revision}:./{name}"))
        for name in listed.split()
    }


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603  no shell, and the revision is the caller's own
        ["git", "-C", str(folder), *arguments],  # noqa: S607  whichever git is there
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
