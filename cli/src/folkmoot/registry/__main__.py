"""Write or check the registry: `python -m folkmoot.registry write|check`."""

import argparse
import sys
from pathlib import Path

from folkmoot.registry import compatibility, files, schemas


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m folkmoot.registry")
    parser.add_argument("action", choices=["write", "check"])
    parser.add_argument("--shared", type=Path, default=Path("shared"))
    options = parser.parse_args(arguments)
    if options.action == "write":
        return _write(options.shared)
    return _check(options.shared)


def _write(shared: Path) -> int:
    try:
        changed = files.write(shared)
    except files.BreakingChangeError as error:
        return _complain(str(error))
    for path in changed:
        sys.stdout.write(f"wrote {shared / path}\n")
    return 0


def _check(shared: Path) -> int:
    broken = compatibility.breaches(files.published(shared), schemas.schemas())
    found = [breach.message for breach in broken]
    stale = [
        f"{shared / path} is not as the models say" for path in files.drift(shared)
    ]
    if not (found or stale):
        return 0
    return _complain("\n".join([*found, *stale, "Run `make schemas`."]))


def _complain(text: str) -> int:
    sys.stderr.write(text + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
