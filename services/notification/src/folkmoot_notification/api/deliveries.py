"""`/v1/deliveries`: what became of a person's webhooks."""

from typing import Annotated

from fastapi import APIRouter, Query
from folkmoot_chassis.problems import Problem

from folkmoot_notification.api.answers import DeliveriesAnswer, DeliveryAnswer
from folkmoot_notification.api.callers import Caller
from folkmoot_notification.ports import Deliveries
from folkmoot_notification.use_cases.retry_delivery import (
    NotSettledError,
    RetryDelivery,
)


def delivery_routes(retry: RetryDelivery, deliveries: Deliveries) -> APIRouter:
    """Return the routes of the delivery log."""
    router = APIRouter(prefix="/deliveries")

    @router.get("")
    async def page(
        reader: Caller,
        before: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> DeliveriesAnswer:
        """Show the log, newest first."""
        last = await deliveries.find(before, reader.person) if before else None
        if before and last is None:
            raise Problem(400, "invalid-cursor", "`before` is no delivery of yours")
        found = await deliveries.page(reader.person, limit + 1, last)
        return DeliveriesAnswer.of(found[:limit], more=len(found) > limit)

    @router.get("/{delivery_id}")
    async def one(delivery_id: str, reader: Caller) -> DeliveryAnswer:
        """Show one message with each attempt."""
        delivery = await deliveries.find(delivery_id, reader.person)
        if delivery is None:
            raise _unknown()
        return DeliveryAnswer.of(delivery)

    @router.post("/{delivery_id}/retry", status_code=202)
    async def again(delivery_id: str, reader: Caller) -> DeliveryAnswer:
        """Send a settled message once more, under the same id."""
        try:
            delivery = await retry(delivery_id, reader)
        except NotSettledError as error:
            title = "The delivery cannot be retried now"
            raise Problem(409, "not-settled", title, str(error)) from error
        if delivery is None:
            raise _unknown()
        return DeliveryAnswer.of(delivery)

    return router


def _unknown() -> Problem:
    return Problem(404, "not-found", "There is no such delivery")
