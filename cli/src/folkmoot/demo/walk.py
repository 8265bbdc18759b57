"""The walk through: publish, tag, search, be told; counted by asking the services."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from folkmoot_chassis.traces import new_traceparent

from folkmoot.demo.sample import Said, fresh, sample
from folkmoot.importing import MEDIA_TYPE
from folkmoot.local.home import Home
from folkmoot.local.keys import Person
from folkmoot.remote import Remote, RemoteError, signed

EXPRESSION = 'tag:tls OR "dead letter"'
QUERY = "certificate AND (tag:tls OR runbook)"
READER = Person("nadia", "tern", "Nadia Haddad", (), ())
PATIENCE = 60.0
POLL = 0.1


class WalkError(RemoteError):
    """The walk through did not get where it should."""


@dataclass(slots=True)
class Report:
    """What the walk through saw; the counts are of what it added, and of no more.

    `known` are the items of the sample that were there before.
    """

    captured: int = 0
    known: int = 0
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

    def __init__(
        self,
        home: Home,
        tell: Callable[[str], None],
        connect: Callable[..., Remote] = Remote,
    ) -> None:
        self._tell = tell
        self._connect = connect
        self._home = home
        self._report = Report()
        self._tagged_before = self._searchable_before = 0

    def run(self) -> Report:
        """Walk, and return what was seen. Raises RemoteError where it ends early."""
        began = time.monotonic()
        self._remember()
        told = self._connect("notification", self._token(READER))
        told.call(
            "POST",
            "/v1/subscriptions",
            json={"expression": EXPRESSION},
            headers={"idempotency-key": "folkmoot-demo"},
        )
        self._tell(f"{READER.name} of {READER.company} asks to be told of {EXPRESSION}")
        before = {entry["id"] for entry in self._inbox(told)}
        self._capture()
        self._await_items()
        new = " more" if self._report.known else ""
        self._tell(f"tagged {self._report.tagged}{new}")
        self._tell(f"searchable {self._report.searchable}{new}")
        self._search()
        self._await_news(told, before)
        self._await_items()
        self._report.seconds = round(time.monotonic() - began, 2)
        return self._report

    def _capture(self) -> None:
        by_company: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for said in sample():
            by_company[said.company].append(said.event)
        for company, events in by_company.items():
            self._publish(company, events)
        told = f"captured {self._report.captured} items of {len(by_company)} companies"
        if self._report.known:
            told += f"; {self._report.known} of the sample were here already"
        self._tell(told)

    def _publish(
        self, company: str, events: list[dict[str, Any]], **headers: str
    ) -> str:
        key = self._home.credentials.api_keys[company]
        answer = self._connect("ingest", key, patience=10).call(
            "POST",
            "/v1/events",
            json=events,
            headers={"content-type": MEDIA_TYPE, **headers},
        )
        for result in answer.json()["results"]:
            if "problem" in result:
                raise WalkError(f"ingest refused an item: {result['problem']}")
            if result["outcome"] == "captured":
                self._report.captured += 1
            else:
                self._report.known += 1
        return answer.headers["trace-id"]

    def _remember(self) -> None:
        """Count what is here already: a folder may have been used before."""
        self._tagged_before = self._tagged()
        self._searchable_before = self._searchable()

    def _await_items(self) -> None:
        """Wait until all of the sample is tagged and searchable, new or not."""
        report = self._report
        report.tagged = self._until_added("tagged", self._tagged, self._tagged_before)
        report.searchable = self._until_added(
            "searchable", self._searchable, self._searchable_before
        )

    def _until_added(self, what: str, count: Callable[[], int], before: int) -> int:
        report = self._report
        wanted = max(before + report.captured, report.captured + report.known)
        return self._until(what, count, wanted) - before

    def _tagged(self) -> int:
        token = self._token(Person("operator", "north", None, (), ("operator",)))
        return int(
            self._connect("tagging", token).call("GET", "/v1/stats").json()["items"]
        )

    def _searchable(self) -> int:
        """Count by company, each as somebody who may see all of its sample."""
        groups: dict[str, set[str]] = defaultdict(set)
        for said in sample():
            groups[said.company] |= _groups(said)
        total = 0
        for company, names in groups.items():
            member = Person("member", company, None, tuple(names), ())
            params = {"q": f"company:{company}", "size": 1}
            answer = self._connect("search-index", self._token(member)).call(
                "GET", "/v1/search", params=params
            )
            total += int(answer.json()["total"])
        return total

    def _search(self) -> None:
        remote = self._connect("search-index", self._token(READER))
        params = {"q": QUERY, "size": 3}
        self._report.found = remote.call("GET", "/v1/search", params=params).json()

    def _await_news(self, told: Remote, before: set[str]) -> None:
        """Publish once more and wait for it to arrive; count what came since `before`.

        What the sample told may still be on its way, so the trace says what it is.
        """
        # Sampled, for it is to be looked at: of the others a share is recorded.
        trace_id = self._publish(
            "sable",
            [fresh(datetime.now(UTC)).event],
            traceparent=new_traceparent(sampled=True),
        )

        def news() -> list[dict[str, Any]]:
            return [entry for entry in self._inbox(told) if entry["id"] not in before]

        def arrived() -> int:
            return sum(entry["trace_id"] == trace_id for entry in news())

        self._until(f"notified in the trace {trace_id}", arrived, 1)
        self._tell("captured one more, and told of it")
        entries = news()
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
        return signed(self._home, person)


def _groups(said: Said) -> set[str]:
    principals = said.event["data"]["visibility"]
    return {p.partition("/")[2] for p in principals if p.startswith("group:")}
