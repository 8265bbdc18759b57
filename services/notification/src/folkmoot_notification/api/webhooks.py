"""`/v1/webhooks`: where a person wants to be told by machine."""

from fastapi import APIRouter
from folkmoot_chassis.problems import Problem
from folkmoot_chassis.traces import current_traceparent
from folkmoot_events import Frozen
from pydantic import Field

from folkmoot_notification.api.answers import DeliveryAnswer, EndpointAnswer
from folkmoot_notification.api.callers import Caller
from folkmoot_notification.ports import Endpoints
from folkmoot_notification.use_cases.manage_endpoints import (
    EndpointLimitError,
    RefusedUrlError,
    RegisterEndpoint,
    TryEndpoint,
)


class EndpointBody(Frozen):
    """Where to send messages."""

    url: str = Field(min_length=1, max_length=2048)


def webhook_routes(
    register: RegisterEndpoint, try_endpoint: TryEndpoint, endpoints: Endpoints
) -> APIRouter:
    """Return the routes of webhook endpoints."""
    router = APIRouter(prefix="/webhooks")

    _add_use(router, register, try_endpoint)

    @router.get("")
    async def own(reader: Caller) -> dict[str, list[EndpointAnswer]]:
        """Show the caller's own, oldest first."""
        owned = await endpoints.owned_by(reader.person)
        return {"items": [EndpointAnswer.of(one) for one in owned]}

    @router.get("/{endpoint_id}")
    async def one(endpoint_id: str, reader: Caller) -> EndpointAnswer:
        """Show one of the caller's own."""
        endpoint = (await endpoints.find([endpoint_id])).get(endpoint_id)
        if endpoint is None or endpoint.person != reader.person:
            raise _unknown()
        return EndpointAnswer.of(endpoint)

    @router.delete("/{endpoint_id}", status_code=204)
    async def delete(endpoint_id: str, reader: Caller) -> None:
        """Forget an endpoint; what is on its way to it fails."""
        if not await endpoints.remove(endpoint_id, reader.person):
            raise _unknown()

    return router


def _add_use(
    router: APIRouter, register: RegisterEndpoint, try_endpoint: TryEndpoint
) -> None:
    """Add the routes that do more than look into the store."""

    @router.post("", status_code=201)
    async def create(body: EndpointBody, reader: Caller) -> EndpointAnswer:
        """Register an endpoint; this answer alone shows the secret."""
        try:
            endpoint = await register(reader, body.url)
        except RefusedUrlError as error:
            title = "Webhooks may not go there"
            raise Problem(422, "refused-url", title, str(error)) from error
        except EndpointLimitError as error:
            raise Problem(409, "too-many", "No more webhooks", str(error)) from error
        return EndpointAnswer.of(endpoint, secret=True)

    @router.post("/{endpoint_id}/test", status_code=202)
    async def test(endpoint_id: str, reader: Caller) -> DeliveryAnswer:
        """Send an endpoint a message that says nothing."""
        delivery = await try_endpoint(endpoint_id, reader, current_traceparent())
        if delivery is None:
            raise _unknown()
        return DeliveryAnswer.of(delivery)


def _unknown() -> Problem:
    return Problem(404, "not-found", "There is no such webhook")
