"""Kafka and MongoDB as containers, where Docker answers.

testcontainers' own modules bring neither a broker that is told what ours is told nor a
replica set, so both are made of its plain container. Each listens on the same port
inside and on the host, because both tell their clients where they are: that must be
true for the tests and for themselves.
"""

import contextlib
import os
import secrets
import socket
import time
from collections.abc import Iterator
from typing import Any

import docker
from docker.errors import APIError, DockerException
from folkmoot.local.credentials import new_password
from folkmoot.local.kafka import SMALL
from folkmoot.local.mongo import ADMIN, EVICTION, REPLICA_SET, url_of
from folkmoot.local.ports import LOOPBACK, free_ports
from testcontainers.core.container import DockerContainer

KAFKA, MONGO = "apache/kafka:4.3.1", "mongo:8.0"
DOCKER_SOCKET = "unix:///var/run/docker.sock"
PATIENCE = 90.0


class ContainerError(Exception):
    """A container did not do what it was asked for; the message says what it said."""


def docker_answers() -> bool:
    """Tell whether there is a Docker engine to run containers on."""
    try:
        _knock(os.environ.get("DOCKER_HOST") or DOCKER_SOCKET)
        with contextlib.closing(docker.from_env(timeout=5)) as client:
            return bool(client.ping())
    except (DockerException, OSError):
        return False


def _knock(host: str) -> None:
    """Raise OSError where nobody listens; docker leaves its socket open there."""
    scheme, _, path = host.partition("://")
    if scheme == "unix":
        with socket.socket(socket.AF_UNIX) as knock:
            knock.connect(path)


def _on_loopback(port: int) -> dict[str, Any]:
    """Publish a port under the same number; testcontainers knows of no address."""
    return {str(port): (LOOPBACK, port)}


class KafkaContainer(DockerContainer):
    """A broker that is its own controller."""

    def __init__(self, port: int) -> None:
        super().__init__(KAFKA)
        self.bootstrap = f"{LOOPBACK}:{port}"
        settings = {
            **SMALL,
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": "1@localhost:9093",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://:{port},CONTROLLER://:9093",
            "advertised.listeners": f"PLAINTEXT://{self.bootstrap}",
        }
        self.with_env("KAFKA_HEAP_OPTS", "-Xmx512m")
        for name, value in settings.items():
            self.with_env(f"KAFKA_{name.replace('.', '_').upper()}", str(value))
        self.ports.update(_on_loopback(port))


class MongoReplicaSet(DockerContainer):
    """A replica set of one member, with authentication and an administrator."""

    def __init__(self, port: int) -> None:
        super().__init__(MONGO)
        self._port = port
        self._password = new_password()
        self.with_env("KEY", secrets.token_hex(64))
        # mongod wants its key file to be its own, and nobody else's to read.
        self.with_kwargs(user="mongodb", entrypoint=["bash", "-ec"])
        script = (
            '(umask 377; printf %s "$KEY" > /tmp/keyfile); '
            f"exec mongod --port {port} --bind_ip_all --replSet {REPLICA_SET} "
            "--keyFile /tmp/keyfile --wiredTigerCacheSizeGB 0.25 --oplogSize 512 "
            f"--wiredTigerEngineConfigString {EVICTION}"
        )
        self.with_command([script])
        self.ports.update(_on_loopback(port))

    @property
    def admin_url(self) -> str:
        """The URI of a user who may do everything."""
        return url_of(f"{LOOPBACK}:{self._port}", ADMIN, self._password, "admin")

    def initiate(self) -> None:
        """Make the set and its administrator, from inside: nobody else may yet."""
        member = f'{{_id: 0, host: "{LOOPBACK}:{self._port}"}}'
        self._shell(f'rs.initiate({{_id: "{REPLICA_SET}", members: [{member}]}})')
        self._shell("if (!db.hello().isWritablePrimary) quit(1)")
        user = f'{{user: "{ADMIN}", pwd: "{self._password}", roles: ["root"]}}'
        self._shell(f'db.getSiblingDB("admin").createUser({user})')

    def _shell(self, script: str) -> None:
        """Run a script until it succeeds."""
        deadline = time.monotonic() + PATIENCE
        command = ["mongosh", "--quiet", "--port", str(self._port), "--eval", script]
        while True:
            try:
                done = self.exec(command)
            except APIError as error:
                said = b"".join(self.get_logs()).decode(errors="replace")
                raise ContainerError(f"{error.explanation}: {said[-2000:]}") from error
            if done.exit_code == 0:
                return
            if time.monotonic() > deadline:
                raise ContainerError(done.output.decode(errors="replace"))
            time.sleep(0.2)


@contextlib.contextmanager
def contained() -> Iterator[tuple[str, str]]:
    """Run both and yield Kafka's `host:port` and the URI of MongoDB's administrator."""
    kafka_port, mongo_port = free_ports(2)
    with KafkaContainer(kafka_port) as kafka, MongoReplicaSet(mongo_port) as mongo:
        mongo.initiate()
        yield kafka.bootstrap, mongo.admin_url
