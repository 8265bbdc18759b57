"""What `folkmoot doctor` looks at."""

import asyncio
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import httpx

from folkmoot.local.errors import LocalError
from folkmoot.local.home import Home, Run
from folkmoot.local.java import environment, java
from folkmoot.local.lag import lags
from folkmoot.local.mongo import mongod
from folkmoot.local.ports import SERVICES, is_open

State = Literal["ok", "warning", "failed"]
GIB = 1024**3
NEEDED_GIB, LITTLE_GIB = 1, 5
MUCH_LAG = 10_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    state: State
    detail: str


def examine(home: Home, ports: dict[str, int]) -> Iterator[Finding]:
    """Yield what is found, the machine first; `ports` are those that `up` would use."""
    yield _python()
    yield _disk(home)
    yield _program("mongod", lambda: [str(mongod()), "--version"])
    yield _program("kafka", lambda: [*java(), "kafka.Kafka", "--version"])
    run = home.running()
    if run is None:
        yield Finding("running", "warning", f"Folkmoot is not up in {home.folder}")
        yield from _free(ports)
        return
    yield Finding("running", "ok", f"process {run.pid} since {run.since}")
    yield from _listening(run)
    urls = {name: run.url(name) for name in SERVICES if name in run.ports}
    yield from examine_services(urls)
    yield from _lag(run)


def examine_services(urls: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what services say of themselves, by their base URLs."""
    for service, url in urls.items():
        try:
            answer = httpx.get(f"{url}/health/ready", timeout=5, trust_env=False)
        except httpx.HTTPError as error:
            yield Finding(service, "failed", f"does not answer: {type(error).__name__}")
        else:
            yield judge_health(service, answer)


def _python() -> Finding:
    good = sys.version_info >= (3, 11) and sys.platform == "linux"
    machine = f"{platform.system()} {platform.machine()}"
    detail = f"Python {platform.python_version()} on {machine}"
    return Finding("python", "ok" if good else "failed", detail)


def _disk(home: Home) -> Finding:
    there = next(path for path in (home.folder, *home.folder.parents) if path.exists())
    free = shutil.disk_usage(there).free / GIB
    state: State = "failed" if free < NEEDED_GIB else "warning"
    return Finding(
        "disk", "ok" if free >= LITTLE_GIB else state, f"{free:.1f} GiB free at {there}"
    )


def _program(name: str, command: Callable[[], list[str]]) -> Finding:
    """Tell whether a program starts, by asking its version."""
    try:
        done = subprocess.run(  # noqa: S603  our own command lines
            command(),
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
            env=environment(),
        )
    except (LocalError, OSError, subprocess.SubprocessError, StopIteration) as error:
        return Finding(name, "failed", f"does not start: {error}")
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    return Finding(name, "ok", lines[0] if lines else "starts")


def _free(ports: dict[str, int]) -> Iterator[Finding]:
    taken = [f"{name} {port}" for name, port in ports.items() if is_open(port)]
    if taken:
        yield Finding("ports", "failed", f"taken by other programs: {', '.join(taken)}")
    else:
        yield Finding("ports", "ok", "all free")


def _listening(run: Run) -> Iterator[Finding]:
    silent = [f"{name} {port}" for name, port in run.ports.items() if not is_open(port)]
    if silent:
        yield Finding("ports", "failed", f"nobody listens: {', '.join(silent)}")
    else:
        yield Finding("ports", "ok", "all answer")


def judge_health(service: str, answer: httpx.Response) -> Finding:
    """Say whether a service is ready, and what is wrong with it even if it is."""
    if not answer.is_success:
        return Finding(service, "failed", answer.text.strip()[:300])
    wrong = answer.json()["wrong"]
    if wrong:
        return Finding(service, "failed", f"ready, but: {wrong}"[:300])
    return Finding(service, "ok", "ready")


def _lag(run: Run) -> Iterator[Finding]:
    try:
        found = asyncio.run(lags(run.kafka_bootstrap))
    except LocalError as error:
        yield Finding("lag", "failed", str(error))
        return
    for group, records in found.items():
        yield judge_lag(group, records)


def judge_lag(group: str, records: int) -> Finding:
    """Say how far a group is behind: much is a warning, for it may be catching up."""
    state: State = "ok" if records < MUCH_LAG else "warning"
    return Finding(f"lag {group}", state, f"{records} records")


def worst(findings: Iterable[Finding]) -> State:
    """Return the worst state among some findings."""
    states = {finding.state for finding in findings}
    order: tuple[State, ...] = ("failed", "warning")
    return next((state for state in order if state in states), "ok")
