"""Write or check the registry: `python -m folkmoot.registry write|check`.

`--since REVISION` compares with what a git revision published as well, so that a schema
file that was edited or deleted by hand is no way around the gate.
"""

import argparse
import sys
from pathlib import Path

from folkmoot.registry import compatibility, files
from folkmoot.registry.history import published_at
from folkmoot.registry.schemas import schemas


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m folkmoot.registry")
    parser.add_argument("action", choices=["write", "check"])
    parser.add_argument("--shared", type=Path, default=Path("shared"))
    parser.add_argument("--since", metavar="REVISION")
    options = parser.parse_args(arguments)
    if options.action == "write":
        return _write(options.shared)
    return _check(options.shared, options.since)


def _write(shared: Path) -> int:
    try:
        changed = files.write(shared)
    except files.BreakingChangeError as error:
        return _complain(str(error))
    for path in changed:
        sys.stdout.write(f"wrote {shared / path}\n")
    return 0


def _check(shared: Path, since: str | None) -> int:
    published = [files.published(shared)]
    if since:
        published.append(published_at(shared, since))
    breaches = [b for one in published for b in compatibility.breaches(one, schemas())]
    told = [breach.message for breach in breaches]
    told += [
        f"{shared / path} is not as the models say" for path in files.drift(shared)
    ]
    if not told:
        return 0
    return _complain("\n".join([*dict.fromkeys(told), "Run `make schemas`."]))


def _complain(text: str) -> int:
    sys.stderr.write(text + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
