"""A whole Folkmoot for end-to-end tests: its processes, and everybody who uses them."""

import asyncio
import contextlib
import itertools
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from folkmoot.local.home import Home
from folkmoot.local.keys import Person
from folkmoot.local.stack import Stack, Wanted

from tests.support.conditions import until

COMPANIES = tuple(f"company-{number}" for number in range(1, 61))
"""Every test takes its own, so that one stack serves them all."""
SERVICES = ("ingest", "tagging", "search-index", "notification")
BATCHED = "application/cloudevents-batch+json"
SUBMITTED = "folkmoot.item.submitted.v1"
WITHDRAWN = "folkmoot.item.withdrawn.v1"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Whole:
    """A Folkmoot that runs, in a folder of its own."""

    stack: Stack
    unused: Iterator[str] = field(default_factory=lambda: iter(COMPANIES))

    @property
    def home(self) -> Home:
        """The folder with its logs, traces, keys and secrets."""
        return self.stack.home

    @property
    def environment(self) -> Mapping[str, str]:
        """What lets the command find it."""
        return {"FOLKMOOT_HOME": str(self.home.folder)}

    @property
    def inbound_sources(self) -> Path:
        """The file that says which source of the inbound topic is whose."""
        return self.home.folder / "inbound-sources.json"

    def url(self, service: str) -> str:
        """Return where a service answers."""
        return self.stack.run.url(service)

    def api_key(self, company: str) -> str:
        """Return the key that a company's systems publish with."""
        return self.stack.credentials.api_keys[company]

    def token(self, person: str, company: str, **more: Any) -> str:
        """Return a person's bearer token."""
        return self.home.keys.token(Person(person, company, **more), seconds=3600)

    def written(self) -> Mapping[str, str]:
        """Return all that services wrote to logs and trace files so far, by file."""
        folder = self.home.folder
        files = [*(self.home.log(name) for name in SERVICES), *folder.glob("traces/*")]
        return {str(file.relative_to(folder)): file.read_text() for file in files}

    def spans(self, trace: str | None = None) -> list[Json]:
        """Return the finished spans of every service, or those of one trace."""
        lines = (
            line
            for file in sorted(self.home.folder.glob("traces/*.jsonl"))
            for line in file.read_text().splitlines()
        )
        return [
            span
            for span in map(json.loads, lines)
            if trace is None or span["context"]["trace_id"] == f"0x{trace}"
        ]


@contextlib.contextmanager
def started(folder: Path) -> Iterator[Whole]:
    """Run one; it knows every company's key and inbound sources (`*.<company>`)."""
    home = Home(folder)
    wanted = Wanted.anywhere()
    wanted = Wanted(ports=wanted.ports, companies=COMPANIES, partitions=3)
    with home.locked(), Stack(home, wanted) as stack:
        whole = Whole(stack)
        sources = {f"*.{company}": company for company in COMPANIES}
        whole.inbound_sources.write_text(json.dumps(sources))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("FOLKMOOT_INBOUND_SOURCES", str(whole.inbound_sources))
            # Tests bring their own sampled traces; nobody else's are recorded.
            patch.setenv("FOLKMOOT_TRACE_RATIO", "0")
            # A comment tells a test that all there was has been streamed.
            patch.setenv("FOLKMOOT_STREAM_HEARTBEAT", "0.05")
            stack.start()
        yield whole


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    status: int
    out: str
    err: str

    def json_lines(self) -> list[Json]:
        """Return what it printed, one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


async def command(*arguments: str, environment: Mapping[str, str]) -> Done:
    """Run `folkmoot` as a process of its own and return what became of it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "folkmoot", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "NO_COLOR": "1", **environment},
    )
    try:
        out, err = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    return Done(process.returncode or 0, out.decode(), err.decode())


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who calls the services with a token, or with another credential."""

    whole: Whole
    client: httpx.AsyncClient
    credential: str | None

    async def call(
        self, service: str, method: str, path: str, **more: Any
    ) -> httpx.Response:
        """Send a request and return the answer, whatever it is."""
        headers = dict(more.pop("headers", {}))
        if self.credential:
            headers["authorization"] = f"Bearer {self.credential}"
        url = f"{self.whole.url(service)}{path}"
        return await self.client.request(method, url, headers=headers, **more)

    async def get(self, service: str, path: str, **params: Any) -> Json:
        """Return the body of a good answer."""
        answer = await self.call(service, "GET", path, params=params)
        body: Json = answer.raise_for_status().json()
        return body

    async def post(self, service: str, path: str, body: Any) -> Json:
        """Return the body of a good answer."""
        answer = await self.call(service, "POST", path, json=body)
        told: Json = answer.raise_for_status().json()
        return told

    async def total(self, query: str) -> int:
        """Return how many items a search finds."""
        found = await self.get("search-index", "/v1/search", q=query, size=1)
        total: int = found["total"]
        return total

    async def inbox(self) -> list[Json]:
        """Return the newest notifications, newest first."""
        page = await self.get("notification", "/v1/inbox", limit=200)
        items: list[Json] = page["items"]
        return items

    async def finds(self, query: str, count: int = 1, seconds: float = 15) -> None:
        """Wait until a search finds that many."""

        async def found() -> bool:
            return await self.total(query) == count

        await until(found, seconds=seconds)

    async def is_told(self, count: int, seconds: float = 15) -> list[Json]:
        """Wait until the inbox holds that many, and return them."""

        items: list[Json] = []

        async def told() -> bool:
            items[:] = await self.inbox()
            return len(items) == count

        await until(told, seconds=seconds)
        return items


@dataclass(frozen=True, slots=True)
class Folkmoot:
    """The whole, as one test uses it: over HTTP and by command."""

    whole: Whole
    client: httpx.AsyncClient

    def person(self, person: str, company: str, **more: Any) -> Reader:
        """Return somebody of a company, whose id no other company's people have.

        `groups=` and `roles=` may be given.
        """
        id_ = f"{person}-{company}"
        token = self.whole.token(id_, company, name=person, **more)
        return Reader(self.whole, self.client, token)

    def nobody(self, credential: str | None = None) -> Reader:
        """Return a caller with any credential, or with none."""
        return Reader(self.whole, self.client, credential)

    async def send(
        self, company: str, events: list[Json], **headers: str
    ) -> httpx.Response:
        """Publish CloudEvents in one batch and return the answer."""
        caller = self.nobody(self.whole.api_key(company))
        sent = {"content-type": BATCHED, **headers}
        return await caller.call(
            "ingest", "POST", "/v1/events", content=json.dumps(events), headers=sent
        )

    async def publish(self, company: str, *items: Json, **headers: str) -> list[str]:
        """Submit items that must be taken and return their ids."""
        events = [event_of(company, item) for item in items]
        answer = await self.send(company, events, **headers)
        results = answer.raise_for_status().json()["results"]
        return [result["item_id"] for result in results]

    async def command(self, *arguments: str) -> Done:
        """Run `folkmoot` against this Folkmoot."""
        return await command(*arguments, environment=self.whole.environment)


_numbers = itertools.count(1)


def an_item(text: str, **more: Any) -> Json:
    """Return the data of a submission."""
    return {"native_id": f"n{next(_numbers)}", "text": text, **more}


def event_of(company: str, data: Json, **attributes: str) -> Json:
    """Return the CloudEvent that submits an item of a company's chat."""
    return {
        "specversion": "1.0",
        "id": uuid4().hex,
        "source": f"chat.{company}",
        "type": SUBMITTED,
        "data": data,
        **attributes,
    }


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """Run a whole Folkmoot once for all end-to-end tests."""
    with started(tmp_path_factory.mktemp("folkmoot")) as running:
        yield running


@pytest.fixture
async def folkmoot(whole: Whole) -> AsyncIterator[Folkmoot]:
    """Return the Folkmoot that runs, with a client for this test."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        yield Folkmoot(whole, client)


@pytest.fixture
def company(whole: Whole) -> str:
    """Return a company that no other test speaks of."""
    return next(whole.unused)


@pytest.fixture
def another_company(whole: Whole) -> str:
    """Return one more of them."""
    return next(whole.unused)
