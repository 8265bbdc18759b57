"""Let a person say where they want to be told by machine, and try it."""

from folkmoot_notification.domain.deliveries import Delivery, test_delivery
from folkmoot_notification.domain.endpoints import Endpoint, new_endpoint
from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.ports import (
    Clock,
    Deliveries,
    Endpoints,
    Transactions,
    Webhooks,
)


class RefusedUrlError(Exception):
    """The URL leads where webhooks may not go."""


class EndpointLimitError(Exception):
    """The person has as many endpoints as one may have."""


class RegisterEndpoint:
    """Store an endpoint."""

    def __init__(
        self, endpoints: Endpoints, webhooks: Webhooks, clock: Clock, limit: int
    ) -> None:
        self._endpoints = endpoints
        self._webhooks = webhooks
        self._clock = clock
        self._limit = limit

    async def __call__(self, reader: Reader, url: str) -> Endpoint:
        """Return the endpoint; raises RefusedUrlError and EndpointLimitError."""
        if len(await self._endpoints.owned_by(reader.person)) >= self._limit:
            raise EndpointLimitError(f"at most {self._limit} endpoints a person")
        refusal = await self._webhooks.check(url)
        if refusal:
            raise RefusedUrlError(refusal)
        now = self._clock.now()
        endpoint = new_endpoint(reader.person, reader.company, url, now)
        await self._endpoints.add(endpoint)
        return endpoint


class TryEndpoint:
    """Send an endpoint a message that says nothing but hello."""

    def __init__(
        self,
        endpoints: Endpoints,
        deliveries: Deliveries,
        transactions: Transactions,
        clock: Clock,
    ) -> None:
        self._endpoints = endpoints
        self._deliveries = deliveries
        self._transactions = transactions
        self._clock = clock

    async def __call__(
        self, endpoint_id: str, reader: Reader, traceparent: str
    ) -> Delivery | None:
        """Return the delivery that is now on its way; None: no such endpoint."""
        endpoint = (await self._endpoints.find([endpoint_id])).get(endpoint_id)
        if endpoint is None or endpoint.person != reader.person:
            return None
        delivery = test_delivery(endpoint, traceparent, self._clock.now())
        await self._transactions.run(lambda tx: self._deliveries.add([delivery], tx))
        return delivery
