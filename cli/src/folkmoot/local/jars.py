"""The jars of Kafka: the locked list, fetched once and verified on each machine.

`jgo` fetches them in pure Python: neither Maven nor a system Java is asked. It only
warns about a wrong checksum and its resolver picks other versions when a second root
is given, so the list with its hashes is kept beside this module
(`python -m folkmoot.local.jars` writes it anew).
"""

import hashlib
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import TYPE_CHECKING

from folkmoot.local.errors import LocalError
from folkmoot.local.parts import part

if TYPE_CHECKING:
    from jgo.maven import MavenContext

LOCK = Path(__file__).with_name("kafka-jars.lock")
ROOT = "org.apache.kafka:kafka_2.13:4.3.1"
LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4"
"""The binding that Kafka's own distribution uses; its jars do not ask for it."""
AT_ONCE = 8


class JarError(LocalError):
    """A jar is not the one that was locked."""


def cache_folder() -> Path:
    """Return where fetched things are kept, for every checkout of this user."""
    own = os.environ.get("FOLKMOOT_CACHE")
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(own) if own else Path(base) / "folkmoot"


def class_path(tell: Callable[[str], None] = lambda _: None) -> str:
    """Return Kafka's class path, fetching what is not yet there.

    Works without a network once it has succeeded. A size and time stamp says which jars
    were verified, so that a later start reads no jar.
    """
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    stamp = cache / f"verified-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]}"
    if stamp.exists() and all(map(_exists, stamp.read_text().split(":"))):
        return stamp.read_text()
    with (cache / "lock").open("w") as guard:
        flock(guard, LOCK_EX)
        lines = LOCK.read_text().splitlines()
        tell(f"fetching {len(lines)} jars of Kafka, once (45 MB)")
        context = _context()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            paths = list(pool.map(lambda line: _fetch(context, line), lines))
        text = ":".join(map(str, paths))
        stamp.write_text(text)
        return text


def _exists(path: str) -> bool:
    return Path(path).exists()


def _context() -> "MavenContext":
    maven = part("jgo.maven")
    context: MavenContext = maven.MavenContext(
        repo_cache=cache_folder() / "maven", timeout=60
    )
    return context


def _fetch(context: "MavenContext", line: str) -> Path:
    coordinate, digest = line.split()
    artifact = context.create_dependency(coordinate).artifact
    path: Path = artifact.resolve()
    if hashlib.sha256(path.read_bytes()).hexdigest() == digest:
        return path
    # A fetch that was cut short leaves half a jar behind.
    path.unlink()
    path = artifact.resolve()
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        path.unlink()
        raise JarError(f"{coordinate} is not what {LOCK.name} says")
    return path


def write_lock() -> None:
    """Resolve Kafka's dependencies and write the list anew."""
    context = _context()
    inputs, transitive = context.resolver.resolve([context.create_dependency(ROOT)])
    dependencies = [*inputs, *transitive, context.create_dependency(LOGGING)]
    with LOCK.open("w") as output:
        for artifact in (dependency.artifact for dependency in dependencies):
            digest = hashlib.sha256(artifact.resolve().read_bytes()).hexdigest()
            name = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
            output.write(f"{name} {digest}\n")
    sys.stdout.write(f"wrote {LOCK}: {len(dependencies)} jars\n")


if __name__ == "__main__":
    write_lock()
