"""A whole Folkmoot on this machine: platform, topics, users, services."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from folkmoot.local.home import Home, Run
from folkmoot.local.kafka import Kafka
from folkmoot.local.mongo import Mongo, create_users
from folkmoot.local.platform import Platform
from folkmoot.local.ports import PORTS, SERVICES, free_ports, require_free
from folkmoot.local.services import service_programs
from folkmoot.local.topics import create_topics, plans

COMPANIES = ("north", "harbour", "lumen", "orchard", "quarry", "sable", "tern")
"""The companies of the demonstration."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to run and where; `partitions` overrides what the topics declare."""

    ports: dict[str, int] = field(default_factory=lambda: dict(PORTS))
    services: tuple[str, ...] = SERVICES
    companies: tuple[str, ...] = COMPANIES
    partitions: int | None = None

    @classmethod
    def anywhere(cls) -> Self:
        """Return everything, on ports that nobody listens on at this moment."""
        return cls(ports=dict(zip(PORTS, free_ports(len(PORTS)), strict=True)))

    @property
    def used_ports(self) -> dict[str, int]:
        """The ports of what is to run."""
        idle = set(SERVICES) - set(self.services)
        return {name: port for name, port in self.ports.items() if name not in idle}


class Stack:
    """A Folkmoot that this process runs in a folder. A context that stops it all.

    `supervisor` has every process by name: kafka, mongod and the services.
    """

    def __init__(self, home: Home, wanted: Wanted) -> None:
        self.home = home
        self.wanted = wanted
        self.credentials = home.credentials
        folder = home.folder
        self.platform = Platform(
            Kafka(
                folder / "kafka",
                home.log("kafka"),
                wanted.ports["kafka"],
                wanted.ports["kafka-controller"],
            ),
            Mongo(
                folder / "mongo",
                home.log("mongod"),
                self.credentials.mongo_admin,
                wanted.ports["mongod"],
            ),
        )
        self.supervisor = self.platform.supervisor
        self._since = datetime.now(UTC).isoformat(timespec="seconds")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.stop()

    @property
    def run(self) -> Run:
        """What other commands need to know."""
        pids = {process.program.name: process.pid for process in self.supervisor}
        return Run(os.getpid(), self._since, self.wanted.used_ports, pids)

    def start(self, tell: Tell = lambda _: None) -> None:
        """Start everything; `tell` is told of each step. Raises LocalError."""
        require_free(self.wanted.used_ports)
        self._prepare_secrets()
        kafka, mongo = self.platform.kafka, self.platform.mongo
        with Step("Kafka and MongoDB", tell):
            self.supervisor.start(mongo.program(), kafka.program())
            self.home.tell(self.run)
        with Step("topics and database users", tell):
            create_users(mongo.admin_url, self.credentials.mongo)
            wanted = plans(partitions=self.wanted.partitions)
            asyncio.run(create_topics(kafka.bootstrap, wanted))
        with Step(", ".join(self.wanted.services), tell):
            ports = self.wanted.used_ports
            self.supervisor.start(*service_programs(self.home, kafka, mongo, ports))
        self.home.tell(self.run)

    def _prepare_secrets(self) -> None:
        self.credentials.know(self.wanted.companies)
        self.credentials.write(self.home.credentials_file)
        self.credentials.write_key_file(self.home.api_keys_file)
        self.home.keys.ensure()

    def again(self, names: Iterable[str]) -> None:
        """Start programs anew, whether they run or not."""
        for name in names:
            self.supervisor.again(name)
        self.home.tell(self.run)


class Step:
    """A part of the start: tells its name and how long it took."""

    def __init__(self, name: str, tell: Tell) -> None:
        self._name = name
        self._tell = tell

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._tell(f"{self._name}: {time.monotonic() - self._began:.1f} s")
