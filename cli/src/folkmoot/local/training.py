"""A training run of Kafka, from which Java learns to start it fast."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from folkmoot.local.java import cache_path, java
from folkmoot.local.kafka import Kafka
from folkmoot.local.ports import free_ports
from folkmoot.local.supervisor import Supervisor

LIMIT = 120.0
"""Seconds that Java may take to write its cache as it ends."""


def train(tell: Callable[[str], None] = lambda _: None) -> None:
    """Make Java's cache unless it is there. Without it everything works, slower."""
    wanted = cache_path()
    if wanted.exists():
        return
    tell("teaching Java to start Kafka fast, once (about 15 s)")
    with tempfile.TemporaryDirectory() as scratch, Supervisor() as supervisor:
        folder = Path(scratch)
        made = folder / wanted.name
        port, controller_port = free_ports(2)
        kafka = Kafka(folder, folder / "kafka.log", port, controller_port)
        program = kafka.program()
        trained = (*java(f"-XX:AOTCacheOutput={made}"), *program.argv[-2:])
        supervisor.start(replace(program, argv=trained, stop_grace=LIMIT))
        supervisor.stop()
        if made.exists():
            _keep(made, wanted)


def _keep(made: Path, wanted: Path) -> None:
    """Put a file in its place whole, also from another file system."""
    fresh = wanted.with_suffix(f".{made.parent.name}")
    fresh.write_bytes(made.read_bytes())
    fresh.replace(wanted)
    for outdated in set(wanted.parent.glob("kafka-*.aot")) - {wanted}:
        outdated.unlink(missing_ok=True)
