"""Lint a source tree's imports, change after change, in one process.

Run as a program in the tree, with PYTHONPATH set to it: `python -P linting.py CONFIG`
reads a list of changes from stdin (each a list: name, contract id, file, line of code)
and writes what import-linter said of each to stdout, as a JSON object by name. It is a
program because import-linter finds packages the way Python does, once per process; `-P`
keeps its neighbours from standing in for modules of the standard library.
"""

import io
import json
import sys
from contextlib import redirect_stdout
from pathlib import Path

from importlinter.cli import lint_imports


def said(config: str, contract: str) -> str:
    """Return import-linter's report on one contract."""
    report = io.StringIO()
    with redirect_stdout(report):
        lint_imports(
            config_filename=config,
            limit_to_contracts=(contract,) if contract else (),
            no_cache=True,
            no_logo=True,
        )
    return report.getvalue()


def after(change: list[str], config: str) -> str:
    """Return the report with a change made, and take the change back."""
    _, contract, name, line = change
    file = Path(name)
    before = file.read_text() if file.exists() else None
    file.write_text((before or "") + line + "\n")
    try:
        return said(config, contract)
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)


if __name__ == "__main__":
    reports = {change[0]: after(change, sys.argv[1]) for change in json.load(sys.stdin)}
    json.dump(reports, sys.stdout)
