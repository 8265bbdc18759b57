"""`folkmoot setup`: make topics and database users on a Kafka and MongoDB elsewhere."""

import asyncio
import os
from typing import Annotated

import typer

from folkmoot.local.errors import LocalError
from folkmoot.local.mongo import create_users, initiate
from folkmoot.local.ports import SERVICES
from folkmoot.local.topics import create_topics, plans
from folkmoot.options import Json
from folkmoot.terminal import out, plain_errors, print_json

PASSWORDS = "FOLKMOOT_MONGO_PASSWORD_"


class NoPasswordError(LocalError):
    """A service's password is nowhere to be found."""

    def __init__(self, name: str) -> None:
        super().__init__(f"set {name} to the password that the service is to have")


def command(
    kafka: Annotated[
        str | None,
        typer.Option(
            envvar="FOLKMOOT_KAFKA_BOOTSTRAP", help="host:port, comma-separated."
        ),
    ] = None,
    mongo: Annotated[
        str | None,
        typer.Option(
            envvar="FOLKMOOT_MONGO_ADMIN_URL",
            help="URI of a user who may make others; better in the environment.",
        ),
    ] = None,
    replica_set: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Make MongoDB a replica set of this one member, if it is none.",
        ),
    ] = None,
    partitions: Annotated[
        int | None, typer.Option(min=1, help="Partitions of new topics.")
    ] = None,
    replicas: Annotated[int, typer.Option(min=1, help="Copies of new topics.")] = 1,
    json: Json = False,
) -> None:
    """Make the topics on Kafka and the services' users on MongoDB, where they lack.

    Each service gets a user of its name that may touch its own database alone; the
    passwords come from FOLKMOOT_MONGO_PASSWORD_INGEST, _TAGGING, _SEARCH_INDEX and
    _NOTIFICATION. Running it again changes nothing but passwords. What is not named
    (--kafka, --mongo) is left alone. It waits a minute for either to answer.
    """
    done: dict[str, list[str]] = {"topics": [], "users": []}
    with plain_errors():
        if mongo:
            passwords = {service: _password(service) for service in SERVICES}
            if replica_set:
                initiate(mongo, replica_set, limit=60)
            create_users(mongo, passwords, limit=60)
            done["users"] = list(passwords)
        if kafka:
            wanted = plans(partitions=partitions)
            done["topics"] = asyncio.run(
                create_topics(kafka, wanted, replicas=replicas, limit=60)
            )
    _tell(done, json=json)


def _tell(done: dict[str, list[str]], *, json: bool) -> None:
    if json:
        print_json(done)
        return
    users = ", ".join(done["users"]) or "none"
    out().print(f"new topics: {len(done['topics'])}; users: {users}")


def _password(service: str) -> str:
    name = PASSWORDS + service.upper().replace("-", "_")
    if not os.environ.get(name):
        raise NoPasswordError(name)
    return os.environ[name]
