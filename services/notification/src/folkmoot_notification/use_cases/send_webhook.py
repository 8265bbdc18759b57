"""Make one attempt to tell an endpoint."""

from collections.abc import Mapping
from typing import Any

from folkmoot_notification.domain.deliveries import Answer, Delivery
from folkmoot_notification.domain.payloads import item_payload, test_payload
from folkmoot_notification.domain.standing import Standing
from folkmoot_notification.ports import Endpoints, Notifications, Webhooks


class SendWebhook:
    """Send what the owner may still see, to where they still want it."""

    def __init__(
        self,
        endpoints: Endpoints,
        notifications: Notifications,
        standing: Standing,
        webhooks: Webhooks,
    ) -> None:
        self._endpoints = endpoints
        self._notifications = notifications
        self._standing = standing
        self._webhooks = webhooks

    async def __call__(self, delivery: Delivery) -> Answer:
        """Return what came of it; no failure of the endpoint is an exception."""
        found = await self._endpoints.find([delivery.endpoint_id])
        endpoint = found.get(delivery.endpoint_id)
        if endpoint is None or endpoint.disabled:
            return Answer(None, "endpoint-gone", 0, final=True)
        payload = await self._payload(delivery)
        if isinstance(payload, Answer):
            return payload
        return await self._webhooks.send(endpoint, delivery, payload)

    async def _payload(self, delivery: Delivery) -> Mapping[str, Any] | Answer:
        if delivery.test:
            return test_payload(delivery)
        key = delivery.notification_id
        notification = (await self._notifications.find([key])).get(key)
        reader = self._standing.reader(delivery.person)
        if reader is None:
            return Answer(None, "owner-unknown", 0)
        if not notification or not reader.may_read(notification.excerpt.visibility):
            return Answer(None, "item-withdrawn", 0, final=True)
        return item_payload(notification)
