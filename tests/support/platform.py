"""One Kafka and one MongoDB for a whole test run, or one that outlives it.

`make platform` (`python -m tests.support.platform STATE`) keeps one up and writes where
it is to a file; a test run that finds the file's path in FOLKMOOT_TEST_PLATFORM uses it
and starts nothing. Else both are containers where Docker answers, and processes from
wheels and jars where it does not or FOLKMOOT_TEST_CONTAINERS is `no`.
"""

import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from folkmoot.local.platform import Platform

from tests.support.containers import contained, docker_answers

STATE = "FOLKMOOT_TEST_PLATFORM"
CONTAINERS = "FOLKMOOT_TEST_CONTAINERS"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the tests' Kafka and MongoDB are; the MongoDB user may do everything."""

    kafka_bootstrap: str
    mongo_url: str


@contextlib.contextmanager
def started(folder: Path) -> Iterator[Addresses]:
    """Run a platform of our own in a folder."""
    with Platform.in_folder(folder, cache_gb=0.25) as platform:
        yield Addresses(platform.kafka.bootstrap, platform.mongo.admin_url)


@contextlib.contextmanager
def found_or_started(folder: Path) -> Iterator[Addresses]:
    """Use the platform that FOLKMOOT_TEST_PLATFORM names, else run our own."""
    state = os.environ.get(STATE)
    if state and Path(state).exists():
        yield Addresses(**json.loads(Path(state).read_text()))
    elif os.environ.get(CONTAINERS) != "no" and docker_answers():
        with contained() as (kafka_bootstrap, mongo_url):
            yield Addresses(kafka_bootstrap, mongo_url)
    else:
        with started(folder) as addresses:
            yield addresses


def keep(state: Path) -> None:
    """Keep a platform up until SIGINT or SIGTERM."""
    folder = Path(tempfile.mkdtemp(prefix="folkmoot-platform-"))
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    try:
        with started(folder) as addresses, contextlib.suppress(KeyboardInterrupt):
            state.parent.mkdir(parents=True, exist_ok=True)
            state.touch(mode=0o600)
            state.write_text(json.dumps(asdict(addresses)))
            sys.stdout.write(f"export {STATE}={state.resolve()}\n")
            sys.stdout.flush()
            signal.pause()
    finally:
        state.unlink(missing_ok=True)
        shutil.rmtree(folder)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
