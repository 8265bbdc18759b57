"""Generated files in a folder: which are not as their texts say, and mending them."""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path


def drift(folder: Path, texts: Mapping[str, str], pattern: str) -> list[str]:
    """Return the paths of files that are missing, stale, or match and have no text."""
    found = {str(file.relative_to(folder)) for file in folder.glob(pattern)}
    stale = {path for path, text in texts.items() if _read(folder / path) != text}
    return sorted((found - texts.keys()) | stale)


def write(folder: Path, texts: Mapping[str, str], pattern: str) -> list[str]:
    """Bring the files up to date and return the paths of those that changed."""
    changed = drift(folder, texts, pattern)
    for path in changed:
        if path in texts:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(texts[path])
        else:
            (folder / path).unlink()
    return changed


def folder_of(module: str, usual: Path, arguments: Sequence[str] | None) -> Path:
    """Return the folder that a command line names, or the usual one."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("folder", type=Path, nargs="?", default=usual)
    folder: Path = parser.parse_args(arguments).folder
    return folder


def tell(folder: Path, changed: Iterable[str]) -> None:
    """Say what was written."""
    for path in changed:
        sys.stdout.write(f"wrote {folder / path}\n")


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None
