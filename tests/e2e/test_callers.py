"""Nobody gets anywhere unknown, and nobody gets at what is another's."""

import base64
import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
import pytest
from folkmoot.local.credentials import new_api_key
from folkmoot.local.keys import Person, SigningKeys
from joserfc import jwt
from joserfc.jwk import OKPKey
from typing_extensions import override

from tests.support.conditions import until
from tests.support.service_modules import SERVICES, service_module, settings_class
from tests.support.webhook_receiver import WebhookReceiver
from tests.support.whole import Folkmoot, Json, Reader, Whole, an_item, event_of

PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, order=True)
class Route:
    """One thing that can be asked of a service."""

    service: str
    method: str
    path: str

    @property
    def parameters(self) -> list[str]:
        """The names in its path."""
        return PARAMETER.findall(self.path)

    def with_ids(self, ids: Mapping[str, str]) -> str:
        """Return its path for these things."""
        return PARAMETER.sub(lambda found: ids[found[1]], self.path)

    @override
    def __str__(self) -> str:
        return f"{self.method} {self.service}{self.path}"


@cache
def routes() -> list[Route]:
    """Return every route of every service, as their OpenAPI documents name them."""
    found = []
    for service in SERVICES:
        settings = settings_class(service)()
        document = service_module(service, "app").build_app(settings).app.openapi()
        found += [
            Route(service, method.upper(), path)
            for path, methods in document["paths"].items()
            for method in methods
        ]
    assert len(found) >= 23
    return sorted(found)


ONE_S_OWN = Route("ingest", "POST", "/v1/events")
FOR_SYSTEMS_TOO = Route("ingest", "GET", "/v1/stats")
BODIES: Mapping[str, Json] = {
    "/v1/searches/{search_id}/opened": {"item_id": "itm_1", "position": 1},
    "/v1/subscriptions": {"expression": "clay"},
    "/v1/webhooks": {"url": "https://example.org/in"},
}


async def ask(caller: Reader, route: Route, ids: Mapping[str, str]) -> httpx.Response:
    """Send what a route expects, so that nothing but the caller is at fault."""
    body = dict(BODIES.get(route.path, {}))
    if "item_id" in body:
        body["item_id"] = ids["item_id"]
    return await caller.call(
        route.service,
        route.method,
        route.with_ids(ids),
        json=body or None,
        params={"prefix": "a"} if route.path == "/v1/concepts" else None,
    )


def bad_credentials(whole: Whole, company: str, stranger: SigningKeys) -> Json:
    """Return what is no credential, by what is wrong with it."""
    claims: dict[str, Any] = dict(Person("eve", company).claims())
    now = int(time.time())
    good = {"iss": "folkmoot", "aud": "folkmoot", "iat": now, "exp": now + 60}
    wrong: dict[str, Json] = {
        "expired": {"iat": now - 900, "exp": now - 600},
        "another issuer": {"iss": "elsewhere"},
        "issuers": {"iss": ["folkmoot", "elsewhere"]},
        "another audience": {"aud": "elsewhere"},
        "endless": {"exp": None},
        "nobody's": {"sub": ""},
    }
    told = {
        name: signed(whole, {**claims, **good, **bad}) for name, bad in wrong.items()
    }
    header, body, _ = signed(whole, claims | good).split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    return told | {
        "none at all": None,
        "nonsense": "nonsense",
        "unsigned": f"{none}.{body}.",
        "without signature": f"{header}.{body}.",
        "signed by a stranger": stranger.token(Person("eve", company), seconds=60),
        "unknown key": new_api_key(company),
        "broken key": whole.api_key(company)[:-1],
    }


def signed(whole: Whole, claims: Json) -> str:
    """Return a token that our own key signs, whatever it says; None is left out."""
    claims = {name: value for name, value in claims.items() if value is not None}
    private = json.loads((whole.home.keys.folder / "signing-key.json").read_text())
    key = OKPKey.import_key(private)
    header = {"alg": "Ed25519", "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=["Ed25519"])


async def test_no_route_answers_a_caller_whom_nobody_knows(
    folkmoot: Folkmoot, company: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = SigningKeys(tmp_path_factory.mktemp("stranger"))
    stranger.ensure()
    bad = bad_credentials(folkmoot.whole, company, stranger)
    person = folkmoot.whole.token("ada", company)
    answered = {}
    for route in routes():
        ids = dict.fromkeys([*route.parameters, "item_id"], "any")
        tried = dict(bad)
        # Each kind of caller has credentials of its own; only counts are for both.
        if route == ONE_S_OWN:
            tried["a person's token"] = person
        elif route != FOR_SYSTEMS_TOO:
            tried["a system's key"] = folkmoot.whole.api_key(company)
        for name, credential in tried.items():
            answer = await ask(
                folkmoot.nobody(credential), route, {"item_id": "itm_1"} | ids
            )
            if answer.status_code != 401:
                answered[f"{route} with {name}"] = answer.status_code
            assert answer.headers["content-type"] == "application/problem+json"
    assert answered == {}


async def test_only_health_and_metrics_are_for_all(folkmoot: Folkmoot) -> None:
    nobody = folkmoot.nobody()
    for service in SERVICES:
        for path, status in {
            "/health/live": 200,
            "/health/ready": 200,
            "/metrics": 200,
            "/": 404,
            "/docs": 404,
            "/openapi.json": 404,
            "/v1/nothing": 404,
        }.items():
            answer = await nobody.call(service, "GET", path)
            assert (service, path, answer.status_code) == (service, path, status)


async def belongings(
    folkmoot: Folkmoot, ada: Reader, company: str, receiver: WebhookReceiver
) -> dict[str, str]:
    """Let a person have one of everything; return the ids as paths name them."""
    endpoint = await ada.post("notification", "/v1/webhooks", {"url": receiver.url})
    wish = {"expression": "porcelain", "endpoint_id": endpoint["id"]}
    subscription = await ada.post("notification", "/v1/subscriptions", wish)
    (item,) = await folkmoot.publish(company, an_item("Porcelain"))
    await ada.finds("porcelain")
    (notification,) = await ada.is_told(1)
    await receiver.wait(1)
    log = await ada.get("notification", "/v1/deliveries")
    found = await ada.get("search-index", "/v1/search", q="porcelain")
    return {
        "item_id": item,
        "endpoint_id": endpoint["id"],
        "subscription_id": subscription["id"],
        "notification_id": notification["id"],
        "delivery_id": log["items"][0]["id"],
        "search_id": found["search_id"],
    }


async def test_what_is_another_s_does_not_even_exist(
    folkmoot: Folkmoot, company: str, another_company: str, receiver: WebhookReceiver
) -> None:
    ada = folkmoot.person("ada", company)
    ids = await belongings(folkmoot, ada, company, receiver)
    eve = folkmoot.person("eve", another_company, roles=("operator", "steward"))
    bo = folkmoot.person("bo", company)
    of_company = {"item_id", "search_id"}
    answered = {}
    reachable = 0
    for route in routes():
        if not route.parameters:
            continue
        for name, caller in (("eve", eve), ("bo", bo)):
            if name == "bo" and of_company.issuperset(route.parameters):
                continue
            answer = await ask(caller, route, ids)
            if answer.status_code != 404:
                answered[f"{route} as {name}"] = answer.status_code
        if route.method == "GET":
            assert (await ask(ada, route, ids)).is_success
            reachable += 1
    assert answered == {}
    assert reachable >= 7


async def test_lists_and_counts_hold_nothing_of_others(
    folkmoot: Folkmoot, company: str, another_company: str, receiver: WebhookReceiver
) -> None:
    await belongings(folkmoot, folkmoot.person("ada", company), company, receiver)
    eve = folkmoot.person("eve", another_company)
    for path in ("/v1/inbox", "/v1/subscriptions", "/v1/webhooks", "/v1/deliveries"):
        assert (await eve.get("notification", path))["items"] == []
    assert (await eve.get("ingest", "/v1/stats"))["items"] == 0
    assert await eve.total("porcelain") == 0
    assert await eve.total(f"company:{company}") == 0


async def test_roles_and_a_company_are_asked_for(
    folkmoot: Folkmoot, company: str
) -> None:
    steward = folkmoot.person("ada", company, roles=("steward",))
    administrative = [route for route in routes() if "/admin/" in route.path]
    assert administrative
    for route in administrative:
        assert (await ask(steward, route, {})).status_code == 403
    (item,) = await folkmoot.publish(company, an_item("Terracotta"))
    await steward.finds("terracotta")
    nowhere = folkmoot.nobody(folkmoot.whole.token("ada", ""))
    for route in routes():
        if route.parameters == ["item_id"]:
            answer = await ask(nowhere, route, {"item_id": item})
            assert answer.status_code in {403, 404}
    assert (await ask(nowhere, FOR_SYSTEMS_TOO, {})).status_code == 403


def entry(name: str, key: str, **facts: Any) -> Json:
    digest = hashlib.sha256(key.encode()).hexdigest()
    return {"id": name, "sha256": digest, **facts}


async def test_a_key_speaks_for_its_company_and_its_sources_alone(
    folkmoot: Folkmoot, company: str, another_company: str
) -> None:
    theirs = event_of(another_company, an_item("Faience"))
    (result,) = (await folkmoot.send(company, [theirs])).json()["results"]
    item = f"/v1/items/{result['item_id']}"
    ada, eve = folkmoot.person("ada", company), folkmoot.person("eve", another_company)
    assert (await ada.get("ingest", item))["company"] == company
    assert (await eve.call("ingest", "GET", item)).status_code == 404
    for principal in (f"company:{another_company}", f"group:{another_company}/design"):
        told = an_item("Faience", company=another_company, visibility=[principal])
        refused = await folkmoot.send(company, [event_of(company, told)])
        assert refused.status_code == 422
        assert refused.json()["type"].endswith(":invalid-visibility")
    assert await eve.total("faience") == 0


async def test_keys_may_be_narrow_mute_or_out_of_date(
    folkmoot: Folkmoot, company: str
) -> None:
    facts: dict[str, Json] = {
        "narrow": {"sources": ["wiki.*"]},
        "mute": {"scopes": ["read"]},
        "late": {"expires": "2026-01-01T00:00:00Z"},
    }
    keys = {name: new_api_key(f"{name}-{company}") for name in facts}
    file = folkmoot.whole.home.api_keys_file
    known = json.loads(file.read_text())
    known["keys"] += [
        entry(f"{name}-{company}", keys[name], company=company, **facts[name])
        for name in facts
    ]
    file.write_text(json.dumps(known))

    async def answer(name: str, source: str) -> int:
        event = {**event_of(company, an_item("Stoneware")), "source": source}
        caller = folkmoot.nobody(keys[name])
        sent = await caller.call(
            "ingest",
            "POST",
            "/v1/events",
            content=json.dumps(event),
            headers={"content-type": "application/cloudevents+json"},
        )
        return sent.status_code

    async def known_by_now() -> bool:
        return await answer("narrow", "wiki.one") == 202

    await until(known_by_now)
    assert await answer("narrow", "chat.one") == 403
    assert await answer("mute", "wiki.one") == 403
    assert await answer("late", "wiki.one") == 401
