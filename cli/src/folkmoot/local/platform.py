"""Kafka and MongoDB together: what the services stand on."""

from pathlib import Path
from typing import Self

from folkmoot.local.credentials import new_password
from folkmoot.local.kafka import Kafka
from folkmoot.local.mongo import Mongo
from folkmoot.local.ports import free_ports
from folkmoot.local.supervisor import Supervisor


class Platform:
    """A broker and a replica set of one node each, run by this process.

    A context that starts both, side by side, and stops them.
    `supervisor["kafka"]` and `supervisor["mongod"]` are their processes.
    """

    def __init__(self, kafka: Kafka, mongo: Mongo) -> None:
        self.kafka = kafka
        self.mongo = mongo
        self.supervisor = Supervisor()

    @classmethod
    def in_folder(cls, folder: Path, *, cache_gb: float = 0.5) -> Self:
        """Return one that keeps everything in a folder and takes any free ports."""
        kafka, controller, mongo = free_ports(3)
        logs = folder / "logs"
        return cls(
            Kafka(folder / "kafka", logs / "kafka.log", kafka, controller),
            Mongo(
                folder / "mongo", logs / "mongod.log", new_password(), mongo, cache_gb
            ),
        )

    def __enter__(self) -> Self:
        try:
            self.supervisor.start(self.mongo.program(), self.kafka.program())
        except BaseException:
            self.supervisor.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.supervisor.stop()
