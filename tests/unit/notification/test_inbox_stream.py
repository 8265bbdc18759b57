"""Over HTTP a stream shows what comes while the caller's token holds."""

import time

import httpx
import pytest
from fastapi import FastAPI
from folkmoot_chassis.auth import Claims, require_claims
from folkmoot_notification.api.inbox import inbox_routes
from folkmoot_notification.use_cases.follow_inbox import FollowInbox
from folkmoot_notification.use_cases.read_inbox import MarkRead, ReadInbox

from tests.support.notification_fakes import (
    FakeNotifications,
    FakeTransaction,
    FakeTransactions,
    ManualClock,
)
from tests.support.notification_samples import a_notification


@pytest.mark.parametrize(("seconds", "shown"), [(0.3, True), (-1, False)])
async def test_a_token_that_ran_out_shows_nothing_more(
    seconds: float, *, shown: bool
) -> None:
    inbox = FakeNotifications()
    await inbox.write([a_notification()], (), {}, FakeTransaction())
    app = FastAPI()
    mark_read = MarkRead(inbox, FakeTransactions(), ManualClock())
    follow = FollowInbox(inbox, 60)
    app.include_router(inbox_routes(ReadInbox(inbox), mark_read, follow, 0.1))
    told = {"company": "north", "iat": 0, "exp": time.time() + seconds}
    app.dependency_overrides[require_claims] = lambda: Claims("grace", told)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        answer = await client.get("http://test/inbox/stream?after=0")

    assert ("event: notification" in answer.text) is shown
