"""Records that nobody can take: set aside with a reason, and their neighbours pass."""

import asyncio
import json
from collections.abc import Callable, Iterator

import pytest
from aiokafka.errors import MessageSizeTooLargeError
from folkmoot.dead_letters import DeadLetter, dead_letters
from folkmoot_events import INBOUND, TOPICS, Item, ItemCaptured, ItemTagged

from tests.support.conditions import until
from tests.support.poison import DEEP, LATER, NotText, Raw, inbound, told, write
from tests.support.tagged_items import an_item, tagged
from tests.support.whole import Folkmoot, Json

ITEMS, TAGS = ItemCaptured.topic, ItemTagged.topic

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(autouse=True)
def _kafka(folkmoot: Folkmoot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command's own reader of dead letters find this Kafka."""
    bootstrap = folkmoot.whole.stack.run.kafka_bootstrap
    monkeypatch.setenv("FOLKMOOT_KAFKA_BOOTSTRAP", bootstrap)


async def put(folkmoot: Folkmoot, *records: Raw) -> None:
    await write(folkmoot.whole.stack.run.kafka_bootstrap, records)


async def set_aside(records: dict[str, Raw], by: str) -> dict[str, DeadLetter]:
    """Wait until a service has set all of these aside; return its letters by name."""
    names = {record.id: name for name, record in records.items()}

    async def all_of_them() -> dict[str, DeadLetter] | None:
        found = {}
        for letter in await dead_letters():
            name = names.get(letter.header("ce_id"))
            if name and letter.summary()["service"] == by:
                assert name not in found, f"{name} was set aside twice"
                found[name] = letter
        return found if found.keys() == records.keys() else None

    return await until(all_of_them, seconds=30, every=0.2) or {}


def spoiled(record: Callable[[], Raw], version: bytes) -> Iterator[tuple[str, Raw]]:
    """Yield records that are wrong in ways that hold for any topic."""
    yield "bad-header", record().saying("ce_subject", b"\xff\xfe")
    yield "null-header", record().saying("ce_subject", None)
    yield "null-value", record().but(None)
    yield "cut off", record().but(b'{"item": {"id": "itm_')
    yield "deep", record().but(DEEP)
    yield "version", record().saying("ce_type", version)


REASONS = {
    "bad-header": "bad-header",
    "null-header": "null-header",
    "null-value": "null-value",
    "cut off": "bad-payload",
    "deep": "bad-payload",
    "version": "unsupported-version",
}
INBOUND_REASONS = REASONS | {
    "cut off": "malformed-json",
    "deep": "too-deep",
    "version": "unsupported-type",
    "future": "future-time",
}


class Sayings:
    """Items of a company that can be told without ingest."""

    def __init__(self, company: str) -> None:
        self._company = company
        self._count = 0

    def item(self, **changes: object) -> Item:
        self._count += 1
        return an_item(
            f"itm_{self._company}_{self._count}",
            company=self._company,
            visibility=(f"company:{self._company}",),
            **changes,
        )

    def captured(self, **changes: object) -> Raw:
        return told(ItemCaptured(item=self.item(**changes)))

    def tagged(self, **changes: object) -> Raw:
        return told(tagged(self.item(**changes)))


def between(neighbour: Callable[[], Raw], poison: dict[str, Raw]) -> list[Raw]:
    """Return poison with a good neighbour around each, all in one partition."""
    records = [neighbour()]
    for record in poison.values():
        records += [record, neighbour()]
    key = records[0].key
    return [Raw(r.topic, key, r.value, r.headers) for r in records]


def documented(letter: DeadLetter, record: Raw, key: bytes) -> Json:
    """Check that a letter holds the record as it was; return why it is here."""
    assert (letter.record.key, letter.record.value) == (key, record.value)
    kept = [pair for pair in letter.record.headers if not pair[0].startswith("x-")]
    assert dict(kept) == dict(record.headers)
    why = letter.summary()
    assert why["topic"] == record.topic
    assert why["error"]
    assert why["attempts"] >= "1"
    trace = dict(record.headers)["traceparent"] or b""
    assert why["trace"] == trace.decode().split("-")[1]
    return why


@pytest.mark.parametrize(
    ("topic", "services"),
    [(ITEMS, ["tagging"]), (TAGS, ["search-index", "notification"])],
)
async def test_what_a_service_cannot_read_is_set_aside_and_its_neighbours_pass(
    folkmoot: Folkmoot, company: str, topic: str, services: list[str]
) -> None:
    sayings = Sayings(company)
    tell = sayings.captured if topic == ITEMS else sayings.tagged
    version = b"folkmoot.item.captured.v9"
    if topic == TAGS:
        version = b"folkmoot.item.tagged.v9"
    poison = dict(spoiled(tell, version))
    records = between(tell, poison)
    await put(folkmoot, *records)
    await folkmoot.person("ada", company).finds(
        f"company:{company}", len(poison) + 1, seconds=30
    )
    for service in services:
        letters = await set_aside(poison, service)
        for name, letter in letters.items():
            why = documented(letter, poison[name], records[0].key)
            assert why["reason"] == REASONS[name]


async def test_what_is_only_odd_is_handled(folkmoot: Folkmoot, company: str) -> None:
    sayings = Sayings(company)
    odd = [
        sayings.captured().saying(NotText("nonsense"), b"any"),
        sayings.captured(published=LATER),
        sayings.captured().saying("ce_time", LATER.isoformat().encode()),
        sayings.captured().saying("ce_unheard", b"of"),
        sayings.captured().saying("traceparent", b"nonsense"),
    ]
    unknown = sayings.captured().saying("ce_type", b"folkmoot.item.praised.v1")
    first = sayings.captured(text="The one")
    other = Raw(ITEMS, first.key, sayings.captured(text="Other").value, first.headers)
    await put(folkmoot, *odd, unknown, first, other, sayings.captured(text="Last"))
    ada = folkmoot.person("ada", company)
    await ada.finds("text:last")
    await ada.finds(f"company:{company}", len(odd) + 2)
    assert [await ada.total(f"text:{word}") for word in ("one", "other")] == [1, 0]


async def test_poison_of_other_systems_is_set_aside_by_ingest(
    folkmoot: Folkmoot, company: str
) -> None:
    source = f"crm.{company}"
    subjects = iter(range(100))

    def say() -> Raw:
        return inbound(INBOUND, source, f"deal/{next(subjects)}", "We won")

    poison = dict(spoiled(say, b"folkmoot.item.submitted.v9"))
    poison["future"] = say().saying("ce_time", LATER.isoformat().encode())
    first = say().saying("ce_subject", b"twice")
    again = first.but(b'{"text": "We lost"}')
    odd = say().saying(NotText("nonsense"), b"any")
    records = [*between(say, poison), first, again, odd, say()]
    await put(folkmoot, *records)
    ada = folkmoot.person("ada", company)
    await ada.finds("text:won", len(poison) + 1 + 3, seconds=30)
    assert await ada.total("text:lost") == 0
    letters = await set_aside(poison, "ingest")
    for name, letter in letters.items():
        why = documented(letter, poison[name], source.encode())
        assert why["reason"] == INBOUND_REASONS[name]


async def test_what_is_too_large_gets_no_further_than_the_door(
    folkmoot: Folkmoot, company: str
) -> None:
    key = folkmoot.whole.api_key(company)
    large = {"content-type": "application/cloudevents+json"}
    answer = await folkmoot.nobody(key).call(
        "ingest", "POST", "/v1/events", content=b" " * (1024**2 + 1), headers=large
    )
    assert answer.status_code == 413
    bounds = {t.name: t.max_bytes for t in TOPICS if t.name in (ITEMS, TAGS, INBOUND)}
    bootstrap = folkmoot.whole.stack.run.kafka_bootstrap
    for topic, bound in bounds.items():
        record = Raw(topic, b"k", b"x" * (bound + 1), [])
        with pytest.raises(MessageSizeTooLargeError):
            await write(bootstrap, [record], max_request_size=4 * bound)


async def register(folkmoot: Folkmoot, source: str, company: str) -> None:
    """Say whose a source is, and wait until ingest has read it."""
    file = folkmoot.whole.inbound_sources

    def times_read() -> int:
        return folkmoot.whole.written()["logs/ingest.log"].count(f"read {file.name}")

    before = times_read()
    file.write_text(json.dumps(json.loads(file.read_text()) | {source: company}))

    async def read() -> bool:
        return times_read() > before

    await until(read)


async def is_open(folkmoot: Folkmoot, id_: str, event: str) -> None:
    listing, showing = await asyncio.gather(
        folkmoot.command(
            *("dlq", "list", "--json", "--service", "ingest"),
            *("--reason", "unregistered-source"),
        ),
        folkmoot.command("dlq", "show", id_),
    )
    listed = {one["id"]: one for one in listing.json_lines()}
    assert {one["decision"] for one in listed.values()} == {None}
    assert listed[id_]["event"] == event
    (shown,) = showing.json_lines()
    assert shown["record"]["value"] == {"text": "We won"}
    assert "not registered" in shown["error"]


async def test_a_dead_letter_replayed_after_the_fix_takes_effect_once(
    folkmoot: Folkmoot, company: str
) -> None:
    source = f"new-crm-{company}"
    ada = folkmoot.person("ada", company)
    await ada.post("notification", "/v1/subscriptions", {"expression": "text:won"})
    lost = inbound(INBOUND, source, "deal/1", "We won")
    given_up = inbound(INBOUND, source, "deal/2", "We won this too")
    await put(folkmoot, lost, given_up)
    letters = await set_aside({"lost": lost, "given up": given_up}, "ingest")
    id_ = letters["lost"].id

    await is_open(folkmoot, id_, lost.id)

    await register(folkmoot, source, company)
    (done,) = (await folkmoot.command("dlq", "replay", id_, "--json")).json_lines()
    assert done["dead_letter_id"] == id_
    (notification,) = await ada.is_told(1)

    unwanted = letters["given up"].id
    refused, again, discarded = await asyncio.gather(
        folkmoot.command("dlq", "replay", id_),
        folkmoot.command("dlq", "replay", id_, "--again", "--json"),
        folkmoot.command(
            *("dlq", "discard", unwanted, "--because", "a test", "--json")
        ),
    )
    assert (refused.status, refused.out) == (1, "")
    assert "decided already" in refused.err
    assert again.status == 0
    assert discarded.json_lines() == [{"discarded": [unwanted]}]
    # In the same partition as the replayed one, so behind it.
    await put(folkmoot, inbound(INBOUND, source, "deal/3", "We won again"))
    await ada.is_told(2)
    item = notification["item_id"]
    record = await ada.get("ingest", f"/v1/items/{item}/record")
    assert [entry["revision"] for entry in record["entries"]] == [1]
    await ada.finds(f"company:{company}", 2)

    everything = await folkmoot.command("dlq", "list", "--decided", "--json")
    decisions = {one["id"]: one["decision"] for one in everything.json_lines()}
    assert decisions[id_] == "replayed"
    assert decisions[unwanted] == "discarded"
