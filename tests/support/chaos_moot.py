"""A Folkmoot to be hurt: its parts can be killed, frozen, armed and started again."""

import asyncio
import contextlib
import json
import random
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import httpx
from folkmoot.local.home import Home
from folkmoot.local.keys import Person
from folkmoot.local.ports import LOOPBACK, PORTS, SERVICES, is_open
from folkmoot.local.services import Ready, service_programs
from folkmoot.local.stack import Stack, Wanted
from folkmoot.local.supervisor import Process, Program, Supervisor

from tests.support import chaos_effects, chaos_nursery
from tests.support.chaos_balance import Ledger
from tests.support.chaos_load import Load, ask_to_be_told
from tests.support.conditions import until
from tests.support.ledger import Book, Verdict
from tests.support.webhook_receiver import WebhookReceiver, webhook_receiver

COMPANY = "north"
PARTITIONS = 2
SESSION_SECONDS = 6
REST_SECONDS = 40.0
"""How long all may take to come to rest: less than MongoDB keeps a dead transaction."""


def quiet_ports(names: Iterator[str]) -> dict[str, int]:
    """Return free ports that no outgoing connection takes while their owner is dead."""
    start = random.SystemRandom().randrange(11_000, 30_000)
    free = (port for port in range(start, 32_000) if not is_open(port))
    return {name: next(free) for name in names}


@dataclass(slots=True)
class Trial:
    """One publisher's story: what it was promised, and who waits to be told."""

    book: Book
    marks: chaos_effects.Marks
    receiver: WebhookReceiver


@dataclass(slots=True)
class Moot:
    """Kafka, MongoDB and four services whose processes come and go.

    `supervisor` runs Kafka and MongoDB. Clients reach them at `kafka`, and at `mongo`
    as a user who may do everything. `ports` are those of the services.
    """

    home: Home
    supervisor: Supervisor
    kafka: str
    mongo: str
    ports: Mapping[str, int]
    nursery: chaos_nursery.Nursery
    programs: dict[str, Program]
    running: dict[str, chaos_nursery.Forked] = field(default_factory=dict)

    @property
    def api_key(self) -> str:
        """What publishers are known by."""
        return self.home.credentials.api_keys[COMPANY]

    def url(self, service: str) -> str:
        """Return where a service answers."""
        return f"http://{LOOPBACK}:{self.ports[service]}"

    def token(self, person: str) -> str:
        """Return a person's bearer token."""
        return self.home.keys.token(Person(person, COMPANY), seconds=7200)

    def places(self, person: str) -> chaos_effects.Places:
        """Return where effects are read, with a person's eyes."""
        search = self.url("search-index")
        return chaos_effects.Places(self.kafka, self.mongo, search, self.token(person))

    def launch(self, service: str, failpoints: str = "") -> chaos_nursery.Forked:
        """Start a service without waiting for it; `failpoints` may arm it."""
        program = self.programs[service]
        armed = {**program.env, "FOLKMOOT_FAILPOINTS": failpoints}
        self.running[service] = self.nursery.start(replace(program, env=armed))
        return self.running[service]

    async def ready(self, *services: str, seconds: float = 60) -> None:
        """Return once services say that they are ready."""
        for service in services:
            is_ready = self.programs[service].is_ready
            await until(lambda: asyncio.to_thread(is_ready), seconds=seconds)  # noqa: B023  awaited at once

    async def start(self, *services: str) -> None:
        """Start services that are down and return once all of them are ready."""
        for service in services:
            if (
                service not in self.running
                or self.running[service].exit_code is not None
            ):
                self.launch(service)
        await self.ready(*services)

    async def stop(self, service: str, seconds: float = 30) -> float:
        """Ask a service to end and return how many seconds it took."""
        began = time.monotonic()
        process = self.running[service]
        process.signal(signal.SIGTERM)

        async def ended() -> bool:
            return process.exit_code is not None

        await until(ended, seconds=seconds)
        assert process.exit_code == 0, f"{service} ended with {process.exit_code}"
        return time.monotonic() - began

    def part(self, name: str) -> chaos_nursery.Forked | Process:
        """Return the process of a service, of Kafka or of MongoDB."""
        return self.running.get(name) or self.supervisor[name]

    async def revive(self, name: str) -> None:
        """Start a part that is dead and return once it is ready."""
        if name in self.programs:
            return await self.start(name)
        process = self.supervisor.launch(self.supervisor[name].program)
        ready = process.program.is_ready
        await until(lambda: asyncio.to_thread(ready), seconds=60)
        return None

    def replicate(self, service: str) -> str:
        """Prepare a second replica of a service and return its name."""
        name = f"{service}-b"
        program = self.programs[service]
        port = quiet_ports(iter([name]))[name]
        more = {
            "FOLKMOOT_INSTANCE": "chaos-b",
            "FOLKMOOT_HTTP_PORT": str(port),
            "FOLKMOOT_INDEX_DIR": str(self.home.folder / name),
        }
        self.programs[name] = replace(
            program, env={**program.env, **more}, is_ready=Ready(port)
        )
        return name

    async def metric(self, service: str, name: str) -> float:
        """Return the sum of a metric over its labels."""
        async with httpx.AsyncClient(trust_env=False) as client:
            text = (await client.get(f"{self.url(service)}/metrics")).text
        lines = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", text, re.MULTILINE)
        return sum(map(float, lines))

    @contextlib.asynccontextmanager
    async def trial(self) -> AsyncIterator[Trial]:
        """Begin a story of its own: a source, a person, an inbox and a webhook."""
        await self.start(*SERVICES)
        word = f"w{uuid4().hex[:10]}"
        book = Book(COMPANY, f"chaos-{word}", word)
        async with webhook_receiver() as receiver:
            await self._subscribe(book, receiver.url)
            yield Trial(book, await chaos_effects.ends(self.places(word)), receiver)

    def load(self, trial: Trial, pause: float = 0.04) -> Load:
        """Return a publisher that writes into a trial's book."""
        return Load(trial.book, self.url("ingest"), self.api_key, self.kafka, pause)

    async def verdict(self, trial: Trial, seconds: float = REST_SECONDS) -> Verdict:
        """Wait until nothing is under way, or for so long, and balance the book."""
        places = self.places(trial.book.word)
        ledger = Ledger(trial.book, places, trial.marks, trial.receiver)
        return await ledger.balanced(seconds, every=0.2)

    async def _subscribe(self, book: Book, hook: str) -> None:
        headers = {"authorization": f"Bearer {self.token(book.word)}"}
        async with httpx.AsyncClient(
            base_url=self.url("notification"), headers=headers, trust_env=False
        ) as client:
            await ask_to_be_told(client, book, hook)


@contextlib.contextmanager
def moot_in(folder: Path) -> Iterator[Moot]:
    """Run Kafka, MongoDB and a nursery; the services are started as they are needed."""
    home = Home(folder)
    ports = quiet_ports(iter(PORTS))
    wanted = Wanted(ports, (), (COMPANY,), PARTITIONS)
    with Stack(home, wanted) as stack:
        stack.start()
        kafka, mongo = stack.platform.kafka, stack.platform.mongo
        more = {"FOLKMOOT_KAFKA_SESSION_TIMEOUT": str(SESSION_SECONDS)}
        made = service_programs(home, kafka, mongo, ports)
        programs = {p.name: known(home, p, more) for p in made}
        with nursery_in(home) as nursery:
            yield Moot(
                home,
                stack.supervisor,
                kafka.bootstrap,
                mongo.admin_url,
                ports,
                nursery,
                programs,
            )


@contextlib.contextmanager
def nursery_in(home: Home) -> Iterator[chaos_nursery.Nursery]:
    """Run what services are forked from; they end with it."""
    socket = home.folder / "nursery"
    argv = (sys.executable, "-m", "tests.support.chaos_nursery", str(socket))
    with Supervisor() as supervisor:
        supervisor.start(Program("nursery", argv, home.log("nursery"), socket.exists))
        with contextlib.closing(chaos_nursery.wait_for(socket)) as nursery:
            yield nursery


def known(home: Home, program: Program, more: Mapping[str, str]) -> Program:
    """Return a service that knows our sources, with more in its environment."""
    sources = home.folder / "inbound-sources.json"
    sources.write_text(json.dumps({"chaos-*": COMPANY}))
    own = {
        "FOLKMOOT_INBOUND_SOURCES": str(sources),
        "FOLKMOOT_INSTANCE": "chaos",
    }
    return replace(program, env={**program.env, **own, **more})
