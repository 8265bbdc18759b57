"""The walk through: publish, tag, search, be told; counted by asking the services."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from folkmoot.demo.sample import Said, fresh, sample
from folkmoot.importing import MEDIA_TYPE
from folkmoot.local.home import Home
from folkmoot.local.keys import Person
from folkmoot.remote import Remote, RemoteError

EXPRESSION = 'tag:tls OR "dead letter"'
QUERY = "certificate AND (tag:tls OR runbook)"
READER = Person("nadia", "tern", "Nadia Haddad", (), ())
PATIENCE = 60.0
POLL = 0.1


class WalkError(RemoteError):
    """The walk through did not get where it should."""


@dataclass(slots=True)
class Report:
    """What the walk through saw."""

    captured: int = 0
    tagged: int = 0
    searchable: int = 0
    notified: int = 0
    trace_id: str = ""
    seconds: float = 0.0
    found: dict[str, Any] = field(default_factory=dict)
    told: list[dict[str, Any]] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """Return what is counted."""
        figures = asdict(self)
        del figures["found"], figures["told"]
        return figures


class Walk:
    """Leads through Folkmoot once, telling of each step."""

    def __init__(self, home: Home, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._home = home
        self._report = Report()

    def run(self) -> Report:
        """Walk, and return what was seen. Raises RemoteError where it ends early."""
        began = time.monotonic()
        told = Remote("notification", self._token(READER))
        told.call(
            "POST",
            "/v1/subscriptions",
            json={"expression": EXPRESSION},
            headers={"idempotency-key": "folkmoot-demo"},
        )
        self._tell(f"{READER.name} of {READER.company} asks to be told of {EXPRESSION}")
        self._capture()
        self._await_tags()
        self._tell(f"tagged {self._report.tagged}")
        self._await_index()
        self._tell(f"searchable {self._report.searchable}")
        self._search()
        self._await_news(told)
        self._await_tags()
        self._await_index()
        self._report.seconds = round(time.monotonic() - began, 2)
        return self._report

    def _capture(self) -> None:
        by_company: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for said in sample():
            by_company[said.company].append(said.event)
        for company, events in by_company.items():
            self._publish(company, events)
        self._tell(
            f"captured {self._report.captured} items of {len(by_company)} companies"
        )

    def _publish(self, company: str, events: list[dict[str, Any]]) -> str:
        key = self._home.credentials.api_keys[company]
        answer = Remote("ingest", key, patience=10).call(
            "POST", "/v1/events", json=events, headers={"content-type": MEDIA_TYPE}
        )
        for result in answer.json()["results"]:
            if "problem" in result:
                raise WalkError(f"ingest refused an item: {result['problem']}")
            self._report.captured += 1
        return answer.headers["trace-id"]

    def _await_tags(self) -> None:
        token = self._token(Person("operator", "north", None, (), ("operator",)))
        tagging = Remote("tagging", token)
        self._report.tagged = self._until(
            "tagged",
            lambda: int(tagging.call("GET", "/v1/stats").json()["items"]),
            self._report.captured,
        )

    def _await_index(self) -> None:
        """Count by company, each as somebody who may see all of it."""
        groups: dict[str, set[str]] = defaultdict(set)
        for said in sample():
            groups[said.company] |= _groups(said)
        remotes = {
            company: Remote(
                "search-index",
                self._token(Person("member", company, None, tuple(names), ())),
            )
            for company, names in groups.items()
        }

        def count() -> int:
            return sum(
                int(
                    remote.call(
                        "GET",
                        "/v1/search",
                        params={"q": f"company:{company}", "size": 1},
                    ).json()["total"]
                )
                for company, remote in remotes.items()
            )

        wanted = self._report.captured
        self._report.searchable = self._until("searchable", count, wanted)

    def _search(self) -> None:
        remote = Remote("search-index", self._token(READER))
        params = {"q": QUERY, "size": 3}
        self._report.found = remote.call("GET", "/v1/search", params=params).json()

    def _await_news(self, told: Remote) -> None:
        before = {entry["id"] for entry in self._inbox(told)}
        trace_id = self._publish("sable", [fresh(datetime.now(UTC)).event])

        def news() -> int:
            return sum(entry["id"] not in before for entry in self._inbox(told))

        self._until("notified", news, 1)
        entries = self._inbox(told)
        traces = {entry["trace_id"] for entry in entries if entry["id"] not in before}
        if traces != {trace_id}:
            raise WalkError(f"the trace broke: sent {trace_id}, told {traces}")
        self._report.notified = len(entries)
        self._report.told = entries[:3]
        self._report.trace_id = trace_id

    def _inbox(self, told: Remote) -> list[dict[str, Any]]:
        page = told.call("GET", "/v1/inbox", params={"limit": 200}).json()
        entries: list[dict[str, Any]] = page["items"]
        return entries

    def _until(self, what: str, count: Callable[[], int], wanted: int) -> int:
        deadline = time.monotonic() + PATIENCE
        while (have := count()) < wanted:
            if time.monotonic() > deadline:
                raise WalkError(f"{what} {have} of {wanted} after {PATIENCE:.0f} s")
            time.sleep(POLL)
        return have

    def _token(self, person: Person) -> str:
        return self._home.keys.token(person, seconds=3600)


def _groups(said: Said) -> set[str]:
    principals = said.event["data"]["visibility"]
    return {p.partition("/")[2] for p in principals if p.startswith("group:")}
