"""A broker of Apache Kafka that is a controller too (KRaft), alone or one of some."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from folkmoot.local.java import environment, java
from folkmoot.local.ports import LOOPBACK, is_open, require_free
from folkmoot.local.supervisor import Program, ProgramError

CLUSTER_ID = "Zm9sa21vb3QtbG9jYWwtMQ"
"""Sixteen bytes in URL-safe base 64: Kafka asks for no more."""
LARGEST_RECORD = 16 * 1024 * 1024
SMALL: Mapping[str, object] = {
    "auto.create.topics.enable": "false",
    "message.max.bytes": LARGEST_RECORD,
    "replica.fetch.max.bytes": LARGEST_RECORD,
    "socket.request.max.bytes": 100 * 1024 * 1024,
    "num.network.threads": 2,
    "num.io.threads": 2,
    "offsets.topic.num.partitions": 1,
    "offsets.topic.replication.factor": 1,
    "transaction.state.log.num.partitions": 1,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "share.coordinator.state.topic.num.partitions": 1,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    # A group of one member need not wait three seconds for a second one.
    "group.initial.rebalance.delay.ms": 0,
    # A killed broker's next life waits until this one is taken for dead.
    "broker.session.timeout.ms": 4000,
    "broker.heartbeat.interval.ms": 1000,
    "group.min.session.timeout.ms": 1000,
    # Small segments' indexes: the default sets 20 MB aside per partition.
    "log.index.size.max.bytes": 1024 * 1024,
    "log.cleaner.dedupe.buffer.size": 8 * 1024 * 1024,
}
"""What suits a broker that is alone on a small machine."""


@dataclass(frozen=True, slots=True)
class Kafka:
    """Where the broker keeps its data and listens.

    `settings` are told it besides, or otherwise than they are here, and `jvm` are
    options of its own: one of several has a name, an id and voters.
    """

    folder: Path
    log: Path
    port: int = 9092
    controller_port: int = 9093
    name: str = "kafka"
    settings: Mapping[str, object] = field(default_factory=dict)
    jvm: tuple[str, ...] = ()

    @property
    def bootstrap(self) -> str:
        """What clients connect to."""
        return f"{LOOPBACK}:{self.port}"

    def program(self) -> Program:
        """Return the broker to start; its storage is formatted if it is new."""
        ports = {self.name: self.port, f"{self.name}-controller": self.controller_port}
        require_free(ports)
        self.folder.mkdir(parents=True, exist_ok=True)
        settings = self.folder / "server.properties"
        settings.write_text(self._settings())
        if not (self.folder / "data" / "meta.properties").exists():
            self._format(settings)
        return Program(
            name=self.name,
            argv=(*java(), *self.jvm, "kafka.Kafka", str(settings)),
            log=self.log,
            is_ready=lambda: is_open(self.port),
            env=environment(),
        )

    def _format(self, settings: Path) -> None:
        command = (*java(), "kafka.tools.StorageTool", "format")
        command += ("--cluster-id", CLUSTER_ID, "--config", str(settings))
        self.log.parent.mkdir(parents=True, exist_ok=True)
        env = {**os.environ, **environment()}
        with self.log.open("ab") as output:
            done = subprocess.run(  # noqa: S603  our own command line
                command, stdout=output, stderr=output, check=False, env=env
            )
        if done.returncode:
            failed = Program(self.name, command, self.log, lambda: False)
            raise ProgramError(failed, "could not format its storage")

    def _settings(self) -> str:
        kept: dict[str, object] = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{LOOPBACK}:{self.controller_port}",
            "listeners": (
                f"PLAINTEXT://{self.bootstrap},"
                f"CONTROLLER://{LOOPBACK}:{self.controller_port}"
            ),
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": self.folder / "data",
        }
        told = kept | dict(SMALL) | dict(self.settings)
        return "".join(f"{name}={value}\n" for name, value in told.items())
