from collections.abc import Callable

import pytest
from folkmoot_chassis.service import Service

from tests.integration.search_index.conftest import Caller
from tests.support.conditions import until
from tests.support.platform import Addresses
from tests.support.tagged_items import a_tag, an_item, retracted, tagged
from tests.support.telling import tell

Ask = Callable[..., Caller]

OPEN = an_item("itm_open", text="A loop that everyone sees.", visibility=("everyone",))
OURS = an_item("itm_ours", text="A loop of the north.")
DESIGN = an_item(
    "itm_design", text="A loop of designers.", visibility=("group:north/design",)
)
THEIRS = an_item(
    "itm_theirs", company="south", text="A loop.", visibility=("company:south",)
)
ALL = [tagged(item, tags=(a_tag(),)) for item in (OPEN, OURS, DESIGN, THEIRS)]


async def total_is(caller: Caller, number: int, query: str = "loop") -> None:
    async def as_many() -> bool:
        return await caller.total(query) == number

    await until(as_many, seconds=20)


async def test_what_is_tagged_is_found_by_those_who_may_see_it(
    platform: Addresses, ask: Ask
) -> None:
    await tell(platform.kafka_bootstrap, ALL)
    ada, grace, eve = ask(), ask("grace", groups=("design",)), ask("eve", "south")
    await total_is(grace, 3)
    assert [await ada.total("loop"), await eve.total("loop")] == [2, 2]

    answer = (await ada.get("/v1/search", q="loop", sort="newest")).json()
    assert {hit["item_id"] for hit in answer["hits"]} == {OPEN.id, OURS.id}
    assert answer["facets"]["company"] == [
        {"value": "north", "label": "north", "count": 2}
    ]
    hit = answer["hits"][0]
    assert "score" not in hit, "it tells how rare a word is where one may not look"
    start, end = hit["snippet"]["highlights"][0]
    assert hit["snippet"]["text"][start:end] == "loop"
    assert hit["tags"][0]["id"] == "hashtag:rust"

    assert (await ada.get(f"/v1/items/{OURS.id}")).json()["item"]["text"] == OURS.text
    assert (await ada.get(f"/v1/items/{THEIRS.id}")).status_code == 404
    stats = (await grace.get("/v1/stats")).json()
    assert stats == {"searchable": 3, "index": None}


async def test_a_retracted_item_is_gone_and_stays_gone(
    platform: Addresses, ask: Ask
) -> None:
    ada = ask()
    await tell(platform.kafka_bootstrap, [tagged(OPEN), retracted(OURS)])
    await total_is(ada, 1)
    await tell(platform.kafka_bootstrap, [tagged(OURS), tagged(DESIGN, 2)])
    await tell(platform.kafka_bootstrap, [retracted(OPEN), tagged(OPEN, 9)])
    await total_is(ada, 0)
    assert (await ada.get(f"/v1/items/{OPEN.id}")).status_code == 404


async def test_an_edit_changes_what_is_found(platform: Addresses, ask: Ask) -> None:
    ada = ask()
    await tell(platform.kafka_bootstrap, [tagged(OURS)])
    await total_is(ada, 1)
    edited = OURS.model_copy(update={"revision": 2, "text": "Unrolled."})
    await tell(platform.kafka_bootstrap, [tagged(edited)])
    await total_is(ada, 1, "unrolled")
    assert await ada.total("loop") == 0


async def test_a_bad_query_is_pointed_at(ask: Ask) -> None:
    answer = await ask().get("/v1/search", q='rust AND "borrow')
    problem = answer.json()
    assert answer.status_code == 400
    assert problem["type"] == "urn:folkmoot:problem:invalid-query"
    assert problem["position"] == 9
    assert problem["excerpt"].splitlines()[1].startswith(" " * 9 + "^")


async def test_bad_cursors_sizes_and_callers_are_refused(ask: Ask) -> None:
    ada = ask()
    assert (await ada.get("/v1/search", cursor="zzz")).status_code == 400
    assert (await ada.get("/v1/search", size=201)).status_code == 422
    assert (await ask(company="").get("/v1/search")).status_code == 403
    assert (await ada.post("/v1/admin/reindex")).status_code == 403
    assert (await ada.get("/v1/search", authorization="none")).status_code == 200


async def test_an_operator_has_the_index_built_anew(
    platform: Addresses, ask: Ask
) -> None:
    operator = ask("olga", roles=("operator",))
    await tell(platform.kafka_bootstrap, ALL)
    await total_is(operator, 2)
    before = (await operator.get("/v1/stats")).json()["index"]
    assert (await operator.post("/v1/admin/reindex")).status_code == 202

    async def replaced() -> bool:
        now = (await operator.get("/v1/stats")).json()["index"]
        return bool(now["generation"] != before["generation"])

    await until(replaced, seconds=20)
    assert await operator.total("loop") == 2
    assert before["documents"] == before["stored"] == 4


@pytest.mark.parametrize("tell_searches", [True])
async def test_searches_and_openings_are_told(
    platform: Addresses, ask: Ask, service: Service
) -> None:
    await tell(platform.kafka_bootstrap, [tagged(OURS)])
    ada = ask()

    async def stored() -> bool:
        return (await ada.get(f"/v1/items/{OURS.id}")).is_success

    await until(stored, seconds=20)
    search_id = (await ada.get("/v1/search", q="loop")).json()["search_id"]
    body = {"item_id": OURS.id, "position": 1}
    assert (await ada.post(f"/v1/searches/{search_id}/opened", body)).status_code == 204
    hidden = {"item_id": THEIRS.id, "position": 1}
    refused = await ada.post(f"/v1/searches/{search_id}/opened", hidden)
    assert refused.status_code == 404
    sent = service.metrics.sent.labels("folkmoot.searches.v1")

    async def told() -> bool:
        return bool(sent._value.get() == 2)  # noqa: SLF001  the counter has no other reader

    await until(told, seconds=20)
