"""The fixtures that every other integration test stands on."""

from collections.abc import Sequence
from typing import Any

import httpx
from fastapi import APIRouter, Depends
from folkmoot_chassis.auth import Claims, require_claims
from folkmoot_chassis.messages import AnyEvent, Message
from folkmoot_chassis.service import Service
from folkmoot_chassis.settings import ServiceSettings
from folkmoot_chassis.transactions import Transaction

from tests.support.processes import ServiceFacts, SignToken, running
from tests.support.stores import MakeTopic

router = APIRouter()


@router.get("/me")
async def me(claims: Claims = Depends(require_claims)) -> dict[str, Any]:  # noqa: B008, FAST002  short
    return {"sub": claims.subject, **claims.claims}


async def ignore(batch: Sequence[Message[AnyEvent]], tx: Transaction) -> None:
    del batch, tx


async def test_a_service_runs_in_process_and_knows_our_tokens(
    service_facts: ServiceFacts, sign_token: SignToken, make_topic: MakeTopic
) -> None:
    settings = ServiceSettings(**service_facts("probe"))
    service = Service(settings, name="probe", version="0")
    service.mount(router)
    service.consume_any(await make_topic(), ignore)
    token = sign_token("ada", "north", groups=("design",), roles=("steward",))
    async with running(service) as url, httpx.AsyncClient(base_url=url) as client:
        nobody = await client.get("/me")
        ada = await client.get("/me", headers={"authorization": f"Bearer {token}"})
    assert nobody.status_code == 401
    assert ada.json()["company"] == "north"
    assert ada.json()["groups"] == ["design"]
