"""The demo counts what it added, also where it has been before."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from folkmoot.demo.sample import sample
from folkmoot.demo.walk import Report, Walk
from folkmoot.local.home import Home
from folkmoot.local.ports import SERVICES
from folkmoot.local.stack import COMPANIES
from folkmoot.remote import Remote, RemoteError

SAMPLE = len(list(sample()))
TRACE = "0" * 31


class Moot:
    """Services that answer at once, and hold items of others before any demo."""

    def __init__(self) -> None:
        self.companies = {f"other-{number}": "north" for number in range(1000)}
        self.inbox: list[dict[str, Any]] = []

    def connect(self, service: str, *_: object, **__: object) -> Remote:
        remote = Remote(service, "credential")
        answering = httpx.MockTransport(partial(self.answer, service))
        remote.client = httpx.Client(base_url="http://moot.test", transport=answering)
        return remote

    def answer(self, service: str, request: httpx.Request) -> httpx.Response:
        match service:
            case "ingest":
                return self._capture(json.loads(request.content))
            case "tagging":
                return httpx.Response(200, json={"items": len(self.companies)})
            case "notification":
                return httpx.Response(200, json={"items": self.inbox})
            case _:
                return self._count(request.url.params["q"])

    def _count(self, query: str) -> httpx.Response:
        field, _, company = query.partition(":")
        all_of = list(self.companies.values())
        total = all_of.count(company) if field == "company" else 0
        return httpx.Response(200, json={"total": total, "hits": []})

    def _capture(self, events: list[dict[str, Any]]) -> httpx.Response:
        trace = f"{TRACE}{len(self.inbox)}"
        results = []
        for event in events:
            known = event["id"] in self.companies
            results.append({"outcome": "duplicate" if known else "captured"})
            self.companies[event["id"]] = event["source"].split(".")[1]
            if not known and "#tls" in event["data"]["text"]:
                self.inbox.insert(0, {"id": event["id"], "trace_id": trace})
        headers = {"trace-id": trace}
        return httpx.Response(202, json={"results": results}, headers=headers)


def walk(moot: Moot, folder: Path) -> tuple[Report, list[str]]:
    home = Home(folder)
    credentials = home.credentials
    credentials.know(COMPANIES)
    credentials.write(home.credentials_file)
    home.keys.ensure()
    told: list[str] = []
    return Walk(home, told.append, moot.connect).run(), told


def test_the_demo_counts_what_it_added_and_says_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in SERVICES:
        variable = f"FOLKMOOT_{service.upper().replace('-', '_')}_URL"
        monkeypatch.setenv(variable, "http://moot.test")
    moot = Moot()
    first, told = walk(moot, tmp_path)
    added = SAMPLE + 1
    assert (first.captured, first.known) == (added, 0)
    assert (first.tagged, first.searchable) == (added, added)
    assert first.notified == len(moot.inbox) > 1
    assert f"captured {SAMPLE} items of 7 companies" in told
    second, told = walk(moot, tmp_path)
    assert (second.captured, second.known) == (1, SAMPLE)
    assert (second.tagged, second.searchable, second.notified) == (1, 1, 1)
    assert second.told == moot.inbox[:1]
    assert (
        f"captured 0 items of 7 companies; {SAMPLE} of the sample were here already"
        in told
    )
    assert "tagged 0 more" in told


def test_a_walk_without_a_key_says_so_at_once(tmp_path: Path) -> None:
    with pytest.raises(RemoteError, match="no key in"):
        Walk(Home(tmp_path), print).run()
