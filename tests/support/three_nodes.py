"""Three brokers of Kafka and a replica set of three members, as production has them.

Every broker is a controller too. Topics that `folkmoot setup` makes have three
replicas, two of which must have a record before it is acknowledged; MongoDB
acknowledges what two of three members hold. So any one process may be lost.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from folkmoot.local.kafka import Kafka
from folkmoot.local.mongo import ADMIN, REPLICA_SET, Mongo, url_of
from folkmoot.local.ports import LOOPBACK, free_ports
from folkmoot.local.supervisor import Supervisor
from pymongo import MongoClient
from pymongo.errors import PyMongoError

NODES = 3
CACHE_GB = 0.25
HEAP = ("-Xmx256m",)
START_SECONDS = 120.0

BROKER = {
    "default.replication.factor": NODES,
    "offsets.topic.num.partitions": NODES,
    "offsets.topic.replication.factor": NODES,
    "transaction.state.log.replication.factor": NODES,
    "transaction.state.log.min.isr": 2,
    "share.coordinator.state.topic.replication.factor": NODES,
    "share.coordinator.state.topic.min.isr": 2,
    # Kafka's own defaults: how long the others wait before they go on without one.
    "broker.session.timeout.ms": 9000,
    "broker.heartbeat.interval.ms": 2000,
}
ELECTIONS = {
    "electionTimeoutMillis": 2000,
    "heartbeatTimeoutSecs": 2,
    # By default 2000: a secondary that read from a frozen primary tells the next one
    # by heartbeats alone how far it has come, so each write would wait for so long.
    "heartbeatIntervalMillis": 500,
}
"""Settings of the replica set that docs/operations.md asks for."""

# One that is asked to end keeps its clients for so long, by default for 15 seconds.
LEAVING = ("--setParameter", "shutdownTimeoutMillisForSignaledShutdown=3000")

PRIMARY, SECONDARY = 1, 2
"""States of a member that is well."""


@dataclass(slots=True)
class ThreeNodes:
    """Six processes by name, `kafka-1` to `kafka-3` and `mongod-1` to `mongod-3`."""

    brokers: dict[str, Kafka]
    members: dict[str, Mongo]
    admin_password: str
    supervisor: Supervisor = field(default_factory=Supervisor)

    @classmethod
    def in_folder(cls, folder: Path, admin_password: str) -> Self:
        """Return a cluster that keeps all in a folder and takes any free ports."""
        ports = free_ports(3 * NODES)
        listeners, controllers = ports[:NODES], ports[NODES : 2 * NODES]
        voters = ",".join(
            f"{node}@{LOOPBACK}:{port}" for node, port in enumerate(controllers, 1)
        )
        brokers = {}
        for node, (port, controller) in enumerate(
            zip(listeners, controllers, strict=True), 1
        ):
            name = f"kafka-{node}"
            told = {"node.id": node, "controller.quorum.voters": voters}
            home, log = folder / name, folder / "logs" / f"{name}.log"
            brokers[name] = Kafka(
                home, log, port, controller, name, BROKER | told, HEAP
            )
        members = {
            f"mongod-{node}": Mongo(
                folder / f"mongod-{node}",
                folder / "logs" / f"mongod-{node}.log",
                admin_password,
                port,
                CACHE_GB,
            )
            for node, port in enumerate(ports[2 * NODES :], 1)
        }
        return cls(brokers, members, admin_password)

    @property
    def kafka(self) -> str:
        """What Kafka's clients connect to."""
        return ",".join(broker.bootstrap for broker in self.brokers.values())

    def mongo_url(self, user: str, password: str, database: str) -> str:
        """Return the URI of a user who is known to a database."""
        hosts = ",".join(f"{LOOPBACK}:{m.port}" for m in self.members.values())
        return url_of(hosts, user, password, database)

    @property
    def admin_url(self) -> str:
        """The URI of MongoDB's administrator."""
        return self.mongo_url(ADMIN, self.admin_password, "admin")

    def start(self) -> None:
        """Start all six and return once each half of them is a whole."""
        key = secrets.token_hex(64)
        programs = [broker.program() for broker in self.brokers.values()]
        for name, member in self.members.items():
            _keep_key(member.folder / "keyfile", key)
            alone, answers = member.program(), partial(_is_member, member.port)
            argv = (*alone.argv, *LEAVING)
            programs.append(replace(alone, name=name, argv=argv, is_ready=answers))
        for program in programs:
            self.supervisor.launch(program)
        first = next(iter(self.members.values()))
        _until(partial(_has_begun, first.port, self._config()))
        _until(self._has_admin)
        for process in self.supervisor:
            process.wait_ready()

    def _config(self) -> dict[str, Any]:
        members = [
            {"_id": place, "host": f"{LOOPBACK}:{member.port}"}
            for place, member in enumerate(self.members.values())
        ]
        return {"_id": REPLICA_SET, "members": members, "settings": ELECTIONS}

    def _has_admin(self) -> bool:
        """Make the administrator; until there is one, anybody here may."""
        name = self.primary()
        if name is None:
            return False
        port = self.members[name].port
        user = {"createUser": ADMIN, "pwd": self.admin_password, "roles": ["root"]}
        _told(port, user)
        return self._told_as_admin(name, {"replSetGetStatus": 1}) is not None

    def _told_as_admin(
        self, name: str, command: dict[str, Any], seconds: float = 1
    ) -> dict[str, Any] | None:
        who = {"username": ADMIN, "password": self.admin_password}
        return _told(self.members[name].port, command, seconds, **who)

    def primary(self) -> str | None:
        """Return the name of the member that takes writes, if there is one."""
        claims = {}
        for name, member in self.members.items():
            hello = _told(member.port, {"hello": 1}) or {}
            if hello.get("isWritablePrimary"):
                claims[name] = hello.get("electionId")
        # One that was frozen does not know yet that another was elected meanwhile.
        return max(claims, key=lambda name: str(claims[name]), default=None)

    def elected(self) -> str:
        """Return the name of the primary as soon as there is one."""
        _until(lambda: self.primary() is not None)
        return self.primary() or self.elected()

    def secondaries(self) -> list[str]:
        """Return the names of the others."""
        primary = self.elected()
        return [name for name in self.members if name != primary]

    def step_down(self, name: str) -> None:
        """Have the primary make room for another."""
        # Not for long: it is to be there when the next one steps down.
        command = {"replSetStepDown": 5, "secondaryCatchUpPeriodSecs": 3}
        done = self._told_as_admin(name, command, seconds=15)
        assert done is not None, f"{name} did not step down"

    async def whole(self, seconds: float = 180) -> None:
        """Return once every broker has every replica and every member is well."""
        deadline = time.monotonic() + seconds
        while missing := [
            *await asyncio.to_thread(self._unwell),
            *await self._out_of_sync(),
        ]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {seconds:g} s, not well: {missing[:5]}")
            await asyncio.sleep(0.3)

    def _unwell(self) -> list[str]:
        """Return the members that are neither primary nor secondary."""
        name = self.primary()
        if name is None:
            return ["no primary"]
        status = self._told_as_admin(name, {"replSetGetStatus": 1}) or {}
        states = [member["state"] for member in status.get("members", [])]
        if sorted(states) == [PRIMARY, *[SECONDARY] * (NODES - 1)]:
            return []
        return [f"members are {states}"]

    async def _out_of_sync(self) -> list[str]:
        """Return the partitions that lack a replica or a leader."""
        admin = AIOKafkaAdminClient(
            bootstrap_servers=self.kafka, request_timeout_ms=3000
        )
        try:
            await admin.start()
            topics = await admin.describe_topics()
        except (KafkaError, TimeoutError) as error:
            return [type(error).__name__]
        finally:
            await admin.close()
        return [
            f"{topic['topic']}-{partition['partition']}"
            for topic in topics
            for partition in topic["partitions"]
            if len(partition["isr"]) < NODES or partition["leader"] < 0
        ]


@contextmanager
def three_nodes(folder: Path, admin_password: str) -> Iterator[ThreeNodes]:
    """Run a cluster in a folder."""
    cluster = ThreeNodes.in_folder(folder, admin_password)
    try:
        cluster.start()
        yield cluster
    finally:
        # Asked one after another to end, each would wait for the others in vain.
        for process in cluster.supervisor:
            process.kill()


def _keep_key(file: Path, key: str) -> None:
    """Write what members know one another by: the same for all of them."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(key)


def _direct(port: int, **who: Any) -> MongoClient[dict[str, Any]]:
    return MongoClient(
        LOOPBACK,
        port,
        directConnection=True,
        serverSelectionTimeoutMS=800,
        connectTimeoutMS=800,
        **who,
    )


def _told(
    port: int, command: dict[str, Any], seconds: float = 1, **who: Any
) -> dict[str, Any] | None:
    """Return what one member answers; None where it does not, or refuses."""
    limit = int(1000 * seconds)
    try:
        with _direct(port, socketTimeoutMS=limit, **who) as client:
            return client.admin.command(command)
    except PyMongoError:
        return None


def _is_member(port: int) -> bool:
    hello = _told(port, {"hello": 1}) or {}
    return bool(hello.get("isWritablePrimary") or hello.get("secondary"))


def _has_begun(port: int, config: dict[str, Any]) -> bool:
    """Make the members a set, once all of them answer."""
    hello = _told(port, {"hello": 1}) or {}
    if not hello.get("setName"):
        _told(port, {"replSetInitiate": config})
    return bool(hello.get("setName"))


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {START_SECONDS:g} s: {condition}")
        time.sleep(0.2)
