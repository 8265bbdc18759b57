"""The four services as programs of this machine."""

import os
import sys
from collections.abc import Mapping

import httpx

from folkmoot.local.home import Home
from folkmoot.local.kafka import Kafka
from folkmoot.local.mongo import Mongo, database_of
from folkmoot.local.ports import LOOPBACK, SERVICES
from folkmoot.local.supervisor import Program

OWN_FILES = {
    "FOLKMOOT_VOCABULARY": "vocabulary.ttl",
    "FOLKMOOT_INBOUND_SOURCES": "inbound-sources.json",
}
"""Settings that a file in the folder makes, where there is one."""


def service_programs(
    home: Home, kafka: Kafka, mongo: Mongo, ports: Mapping[str, int]
) -> list[Program]:
    """Return the services to start: those that have a port."""
    passwords = home.credentials.mongo
    return [
        Program(
            name=service,
            argv=(sys.executable, "-m", module_of(service)),
            log=home.log(service),
            files={name: home.folder / file for name, file in OWN_FILES.items()},
            is_ready=Ready(ports[service]),
            env={
                **_habits(home, service),
                "FOLKMOOT_KAFKA_BOOTSTRAP": kafka.bootstrap,
                "FOLKMOOT_MONGO_URL": mongo.url(
                    service, passwords[service], database_of(service)
                ),
                "FOLKMOOT_MONGO_DATABASE": database_of(service),
                "FOLKMOOT_HTTP_HOST": LOOPBACK,
                "FOLKMOOT_HTTP_PORT": str(ports[service]),
                "FOLKMOOT_JWKS": str(home.keys.jwks),
                "FOLKMOOT_API_KEYS": str(home.api_keys_file),
            },
        )
        for service in SERVICES
        if service in ports
    ]


def module_of(service: str) -> str:
    """Return the package that is the service's program."""
    return f"folkmoot_{service.replace('-', '_')}"


def _habits(home: Home, service: str) -> Mapping[str, str]:
    """Return settings that the environment may set otherwise."""
    habits = {
        "FOLKMOOT_INSTANCE": "local",
        "FOLKMOOT_INDEX_DIR": str(home.folder / "search-index"),
        "FOLKMOOT_TRACE_FILE": str(home.folder / "traces" / f"{service}.jsonl"),
        # Where a person tries webhooks out on the machine that they sit at.
        "FOLKMOOT_WEBHOOK_ALLOW": "127.0.0.0/8",
    }
    (home.folder / "traces").mkdir(parents=True, exist_ok=True)
    return {name: os.environ.get(name, value) for name, value in habits.items()}


class Ready:
    """Tells whether a service says that it is ready."""

    def __init__(self, port: int) -> None:
        self._url = f"http://{LOOPBACK}:{port}/health/ready"

    def __call__(self) -> bool:
        """Ask once."""
        try:
            return httpx.get(self._url, timeout=5, trust_env=False).is_success
        except httpx.HTTPError:
            return False
