from typing import Any

import httpx
import pytest

from tests.support.conditions import until
from tests.support.platform import Addresses
from tests.support.processes import SignToken, SpawnService
from tests.support.tagged_items import an_item, retracted, tagged
from tests.support.telling import tell

PLACES = (
    "transaction.before_commit",
    "transaction.after_commit",
    "projection.before_commit",
    "projection.after_commit",
)
ITEMS = [an_item(f"itm_{number}") for number in range(60)]


@pytest.mark.slow
@pytest.mark.usefixtures("topics")
@pytest.mark.parametrize("place", PLACES)
async def test_a_kill_anywhere_loses_and_doubles_nothing(
    facts: dict[str, Any],
    platform: Addresses,
    spawn_service: SpawnService,
    sign_token: SignToken,
    place: str,
) -> None:
    dying = spawn_service("search-index", facts | {"failpoints": f"{place}=kill@2"})
    await tell(platform.kafka_bootstrap, map(tagged, ITEMS[:30]))

    async def died() -> bool:
        # Told again and again, so that the place is reached again and again.
        await tell(platform.kafka_bootstrap, map(tagged, ITEMS[30:50]))
        return dying.exit_code is not None

    await until(died, seconds=30, every=0.3)
    spawn_service("search-index", facts)
    await tell(platform.kafka_bootstrap, map(tagged, ITEMS[50:]))
    await tell(platform.kafka_bootstrap, map(retracted, ITEMS[:7]))
    address = f"http://127.0.0.1:{facts['http_port']}/v1/search?size=200"
    bearer = {"authorization": f"Bearer {sign_token('ada', 'north')}"}

    async def all_and_no_more() -> bool:
        async with httpx.AsyncClient(headers=bearer) as client:
            page = (await client.get(address)).json()
        found = {hit["item_id"] for hit in page["hits"]}
        return bool(page["total"] == len(page["hits"]) == len(found) == 53)

    await until(all_and_no_more, seconds=30)
