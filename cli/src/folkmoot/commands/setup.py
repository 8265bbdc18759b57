"""`folkmoot setup`: make topics and database users on a Kafka and MongoDB elsewhere."""

import asyncio
from typing import Annotated

import typer
from folkmoot_chassis.kafka import client_security

from folkmoot.deployment import SetupSettings, password_variable
from folkmoot.local.errors import LocalError
from folkmoot.local.mongo import create_users, initiate
from folkmoot.local.ports import SERVICES
from folkmoot.local.topics import Plan, create_topics, plans, require_partitions
from folkmoot.options import Json
from folkmoot.terminal import out, plain_errors, print_json

WAIT = 60.0
"""Seconds that Kafka and MongoDB are given to answer."""


class NoPasswordError(LocalError):
    """A service's password is nowhere to be found."""

    def __init__(self, name: str) -> None:
        super().__init__(f"set {name} to the password that the service is to have")


def command(
    kafka: Annotated[
        str | None,
        typer.Option(
            help="host:port, comma-separated; or FOLKMOOT_KAFKA_BOOTSTRAP, which knows "
            "the other FOLKMOOT_KAFKA_ settings beside it.",
        ),
    ] = None,
    mongo: Annotated[
        str | None,
        typer.Option(
            help="URI of a user who may make others; better in "
            "FOLKMOOT_MONGO_ADMIN_URL, or in a file of that name.",
        ),
    ] = None,
    replica_set: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Make MongoDB a replica set of this one member, and that user, if it "
            "is none; to be done on MongoDB's own machine.",
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
    _NOTIFICATION, or from files of those names in FOLKMOOT_SECRETS_DIR. Running it
    again changes nothing but passwords; topics with too few partitions are an error.
    What is not named (--kafka, --mongo) is left alone. It waits a minute for an answer.
    """
    with plain_errors():
        settings = SetupSettings.read()
        kafka = kafka or _known_kafka(settings)
        mongo = mongo or _known_mongo(settings)
        if not (kafka or mongo):
            raise typer.BadParameter("name a Kafka or a MongoDB: --kafka, --mongo")
        users = _make_users(settings, mongo, replica_set) if mongo else []
        wanted = plans(partitions=partitions)
        topics = _make_topics(settings, kafka, wanted, replicas) if kafka else []
    if json:
        print_json({"topics": topics, "users": users})
        return
    out().print(f"new topics: {len(topics)}; users: {', '.join(users) or 'none'}")


def _known_kafka(settings: SetupSettings) -> str | None:
    named = "kafka_bootstrap" in settings.model_fields_set
    return settings.kafka_bootstrap if named else None


def _known_mongo(settings: SetupSettings) -> str | None:
    url = settings.mongo_admin_url
    return url.get_secret_value() if url else None


def _make_users(
    settings: SetupSettings, url: str, replica_set: str | None
) -> list[str]:
    passwords = {service: _password(settings, service) for service in SERVICES}
    if replica_set:
        initiate(url, replica_set, limit=WAIT)
    create_users(url, passwords, limit=WAIT)
    return list(passwords)


def _make_topics(
    settings: SetupSettings, bootstrap: str, wanted: list[Plan], replicas: int
) -> list[str]:
    security = client_security(settings)
    made = create_topics(
        bootstrap, wanted, replicas=replicas, limit=WAIT, security=security
    )
    new = asyncio.run(made)
    asyncio.run(require_partitions(bootstrap, wanted, limit=WAIT, security=security))
    return new


def _password(settings: SetupSettings, service: str) -> str:
    password = settings.password(service)
    if not password:
        raise NoPasswordError(password_variable(service))
    return password
