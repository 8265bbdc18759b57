"""Write down what came of attempts, and tell the other services."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from folkmoot_events import Event, NotificationDelivered, NotificationFailed

from folkmoot_notification.domain.deliveries import Answer, Delivery
from folkmoot_notification.ports import (
    Clock,
    Deliveries,
    Endpoints,
    Transaction,
    Transactions,
)

Outcome = tuple[Delivery, Answer]


class _Waiting(NamedTuple):
    outcome: Outcome
    stored: asyncio.Future[None]


class SettleDeliveries:
    """Commits outcomes in groups: all that came while the last commit was under way."""

    def __init__(
        self,
        deliveries: Deliveries,
        endpoints: Endpoints,
        transactions: Transactions,
        clock: Clock,
    ) -> None:
        self._deliveries = deliveries
        self._endpoints = endpoints
        self._transactions = transactions
        self._clock = clock
        self._waiting: list[_Waiting] = []
        self._turn = asyncio.Lock()

    async def __call__(self, delivery: Delivery, answer: Answer) -> None:
        """Return when the outcome is stored; raises where its group was not."""
        luck = random.random()  # noqa: S311  jitter needs no secrecy
        outcome = (delivery.answered(answer, self._clock.now(), luck), answer)
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(outcome, stored))
        async with self._turn:
            if not stored.done():
                await self._store_all()
        await stored

    async def _store_all(self) -> None:
        group, self._waiting = self._waiting, []
        outcomes = [one.outcome for one in group]
        try:
            await self._transactions.run(lambda tx: self._settle(outcomes, tx))
        except asyncio.CancelledError:
            self._waiting = group + self._waiting
            raise
        except Exception as error:  # noqa: BLE001  each of them raises it
            for one in group:
                one.stored.set_exception(error)
        else:
            for one in group:
                one.stored.set_result(None)

    async def _settle(self, group: Sequence[Outcome], tx: Transaction) -> None:
        for delivery, answer in group:
            if answer.gone:
                await self._endpoints.disable(delivery.endpoint_id, delivery.due, tx)
            if await self._deliveries.settle(delivery, tx) and not delivery.test:
                _announce(delivery, answer, tx)


def _announce(delivery: Delivery, answer: Answer, tx: Transaction) -> None:
    told: dict[str, Any] = {
        "subscription_id": delivery.subscription_id,
        "notification_id": delivery.notification_id,
        "revision": delivery.begun,
        "company": delivery.company,
        "person_id": delivery.person,
        "item_id": delivery.item_id,
        "channel": "webhook",
        "attempts": delivery.begun,
    }
    event: Event
    match delivery.state:
        case "delivered":
            event = NotificationDelivered(**told, delivered=delivery.due)
        case "failed":
            reason = answer.reason
            event = NotificationFailed(**told, reason=reason, failed=delivery.due)
        case _:
            return
    tx.publish(event, traceparent=delivery.traceparent)
