"""Let a person have a delivery attempted again."""

from folkmoot_notification.domain.deliveries import Delivery
from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.ports import Clock, Deliveries


class NotSettledError(Exception):
    """The delivery is on its way already, or its item was withdrawn."""


class RetryDelivery:
    """Make a settled delivery due at once, under the same id."""

    def __init__(self, deliveries: Deliveries, clock: Clock) -> None:
        self._deliveries = deliveries
        self._clock = clock

    async def __call__(self, delivery_id: str, reader: Reader) -> Delivery | None:
        """Return the delivery; None: no such one. Raises NotSettledError."""
        delivery = await self._deliveries.find(delivery_id, reader.person)
        if delivery is None:
            return None
        if delivery.state == "cancelled":
            raise NotSettledError("the item was withdrawn")
        again = delivery.again(self._clock.now())
        if not await self._deliveries.reopen(again):
            raise NotSettledError("the delivery is on its way")
        return again
