"""`/v1/inbox`: what a person was told, and what they are being told."""

import json
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import StreamingResponse
from folkmoot_chassis.auth import Claims, require_claims
from folkmoot_chassis.problems import Problem

from folkmoot_notification.api.answers import InboxAnswer
from folkmoot_notification.api.callers import Caller
from folkmoot_notification.domain.notifications import Notification
from folkmoot_notification.domain.payloads import Described, describe
from folkmoot_notification.ports import Page
from folkmoot_notification.use_cases.follow_inbox import FollowInbox
from folkmoot_notification.use_cases.read_inbox import MarkRead, ReadInbox

RETRY_MS = 1000

Limit = Annotated[int, Query(ge=1, le=200)]
Position = Annotated[int | None, Query(ge=0)]
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID")]


def inbox_routes(
    read_inbox: ReadInbox, mark_read: MarkRead, follow: FollowInbox, heartbeat: float
) -> APIRouter:
    """Return the routes of the inbox."""
    router = APIRouter(prefix="/inbox")

    @router.get("")
    async def page(
        reader: Caller,
        before: Position = None,
        limit: Limit = 50,
        unread: bool = False,
    ) -> InboxAnswer:
        """Show the inbox, newest first."""
        return InboxAnswer.of(await read_inbox(reader, Page(limit, before, unread)))

    @router.get(
        "/stream",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}}},
    )
    async def stream(
        reader: Caller,
        claims: Annotated[Claims, Depends(require_claims)],
        last_event_id: LastEventId = None,
        after: Position = None,
    ) -> StreamingResponse:
        """Show what comes in as server-sent events, until the token runs out."""
        position = after if last_event_id is None else _position(last_event_id)
        news = follow.stream(reader, position, heartbeat)
        return StreamingResponse(
            _events(news, until=float(claims.claims["exp"])),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    @router.post("/{notification_id}/read")
    async def read(notification_id: str, reader: Caller) -> Described:
        """Mark an entry as read."""
        notification = await mark_read(notification_id, reader)
        if notification is None:
            raise Problem(404, "not-found", "There is no such notification")
        return describe(notification)

    return router


async def _events(
    news: AsyncIterator[Notification | None], *, until: float
) -> AsyncIterator[str]:
    """Yield server-sent events, until the caller's token has run out."""
    yield f"retry: {RETRY_MS}\n\n"
    async for notification in news:
        if time.time() > until:
            return
        if notification is None:
            yield ": nothing new\n\n"
            continue
        data = json.dumps(describe(notification), ensure_ascii=False)
        yield f"id: {notification.position}\nevent: notification\ndata: {data}\n\n"


def _position(last_event_id: str) -> int:
    if not last_event_id.isascii() or not last_event_id.isdecimal():
        raise Problem(400, "invalid-cursor", "Last-Event-ID is not one of ours")
    return min(int(last_event_id[:19]), 2**62)
