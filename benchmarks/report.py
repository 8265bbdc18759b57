"""Keep figures for people and for programs."""

import json
import os
import platform
import statistics
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results") / "latest.json"
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"

FACTS = ("command", "date", "revision", "machine")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value and what it is compared with, measured in the same run."""

    name: str
    value: float
    unit: str
    reference: str | None
    reference_value: float | None
    command: str

    @property
    def ratio(self) -> float | None:
        """The value as a share of its reference."""
        return self.value / self.reference_value if self.reference_value else None


def median(rounds: Iterable[Any], of: Callable[[Any], float]) -> float:
    """Return the median of what is measured over repeated rounds."""
    return statistics.median(map(of, rounds))


def write(figures: Sequence[Figure]) -> None:
    """Print figures, and keep them instead of what the program found before."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    programs = {_program(figure.command) for figure in figures}
    rows = [row for row in kept if _program(row["command"]) not in programs]
    about = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "revision": revision(),
        "machine": machine(),
    }
    for figure in figures:
        rows.append({**asdict(figure), "ratio": figure.ratio, **about})
        ratio = f" = {figure.ratio:.2f} of {figure.reference}" if figure.ratio else ""
        print(f"{figure.name}: {figure.value:.3f} {figure.unit}{ratio}")
    rows.sort(key=lambda row: row["name"])
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n")
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(rows)}\n{END}{after}")


def _program(command: str) -> tuple[str, bool]:
    """Return which program a command runs, and whether beside the lean floor."""
    return command.partition(" --")[0], "--lean" in command


def revision() -> str:
    """Return which code is measured, with `+` where some of it is not committed."""
    changed = _git("status", "--porcelain", "--", "libs", "services", "shared")
    return _git("rev-parse", "--short", "HEAD") + ("+" if changed else "")


def _git(*arguments: str) -> str:
    command = ("git", "-C", str(PAGE.parents[1]), *arguments)
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own arguments
    return done.stdout.strip()


def machine() -> str:
    """Return what a figure depends on: processors, memory, kernel, Python."""
    gib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    cpus = len(os.sched_getaffinity(0))
    return (
        f"{cpus} x {_processor()}, {gib:.0f} GiB, Linux {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def table(rows: Iterable[dict[str, Any]]) -> str:
    """Return the figures as a Markdown table for each machine, day and command."""
    runs: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        about = tuple(row.get(fact, "") for fact in FACTS)
        runs.setdefault(about, []).append(row)
    return "\n".join(_run(about, found) for about, found in sorted(runs.items()))


def _run(about: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> str:
    command, date, code, where = about
    lines = [
        f"`{command}`, {date}, revision {code or 'unknown'}, {where}:\n",
        "| figure | value | beside | that is | ratio |",
        "|---|--:|---|--:|--:|",
    ]
    lines += [
        f"| `{row['name']}` | {_number(row['value'])} {row['unit']} "
        f"| {row['reference'] or ''} | {_number(row['reference_value'])} "
        f"| {_number(row['ratio'])} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def _number(value: float | None) -> str:
    """Return three digits that count."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004  digits
