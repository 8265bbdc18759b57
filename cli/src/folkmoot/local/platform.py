"""Kafka and MongoDB together: what the services stand on."""

import secrets
from pathlib import Path
from typing import Self

from folkmoot.local.kafka import Kafka
from folkmoot.local.mongo import Mongo
from folkmoot.local.ports import free_ports
from folkmoot.local.supervisor import Process, Program, Supervisor


class Platform:
    """A broker and a replica set of one node each, run by this process.

    A context that starts both, side by side, and stops them.
    """

    def __init__(self, kafka: Kafka, mongo: Mongo) -> None:
        self.kafka = kafka
        self.mongo = mongo
        self.supervisor = Supervisor()
        self._programs: dict[str, Program] = {}
        self._processes: dict[str, Process] = {}

    @classmethod
    def in_folder(cls, folder: Path, *, cache_gb: float = 0.5) -> Self:
        """Return one that keeps everything in a folder and takes any free ports."""
        kafka, controller, mongo = free_ports(3)
        logs = folder / "logs"
        return cls(
            Kafka(folder / "kafka", logs / "kafka.log", kafka, controller),
            Mongo(
                folder / "mongo",
                logs / "mongod.log",
                secrets.token_urlsafe(24),
                mongo,
                cache_gb,
            ),
        )

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start both and return once both answer."""
        for program in (self.mongo.program(), self.kafka.program()):
            self._programs[program.name] = program
            self._processes[program.name] = self.supervisor.start(program)
        for process in self._processes.values():
            process.wait_ready()

    def stop(self) -> None:
        """Stop both."""
        self.supervisor.stop()

    def process(self, name: str) -> Process:
        """Return the process of `kafka` or `mongod`."""
        return self._processes[name]

    def again(self, name: str) -> Process:
        """Start `kafka` or `mongod` once more after its end; wait until it answers."""
        self._processes[name] = self.supervisor.start(self._programs[name])
        self._processes[name].wait_ready()
        return self._processes[name]
