"""Deciding what a batch of tagged items adds to whose inbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from folkmoot_events import ItemTagged

from folkmoot_notification.domain.deliveries import Delivery, first_delivery
from folkmoot_notification.domain.identities import notification_id
from folkmoot_notification.domain.notifications import (
    Excerpt,
    Notification,
    Reason,
    excerpt,
    reason,
)
from folkmoot_notification.domain.standing import Audience
from folkmoot_notification.domain.subscriptions import Subscription


class Tagging(NamedTuple):
    """An item as it was tagged, and how the news of it arrived."""

    event: ItemTagged
    traceparent: str
    replay: bool

    @property
    def first(self) -> bool:
        """Whether this is the first word on its item, so that none can be older."""
        return self.event.item.revision == 1 and self.event.revision == 1


@dataclass(frozen=True, slots=True)
class Told:
    """The newest that is known of an item of which somebody was told."""

    item_id: str
    item_revision: int
    revision: int = 0
    retracted: bool = False

    def supersedes(self, event: ItemTagged) -> bool:
        """Tell whether an event is older than what is known."""
        if self.retracted:
            return event.item.revision <= self.item_revision
        known = (self.item_revision, self.revision)
        return (event.item.revision, event.revision) < known


@dataclass(slots=True)
class Telling:
    """What is to be written for a batch.

    `told` and `known` are what the store holds: items by id, notifications by id. After
    `add` of every item, the other fields hold what is new or changed.
    """

    told: Mapping[str, Told]
    known: Mapping[str, Notification]
    now: datetime
    new: dict[str, Notification] = field(default_factory=dict)
    merged: dict[str, Notification] = field(default_factory=dict)
    revised: dict[str, Excerpt] = field(default_factory=dict)
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    changed: dict[str, Told] = field(default_factory=dict)
    quiet: set[str] = field(default_factory=set)

    def add(self, tagging: Tagging, audience: Audience) -> None:
        """Take in one item and those whom it concerns, in the order of arrival."""
        event = tagging.event
        item = event.item
        told = self.changed.get(item.id) or self.told.get(item.id)
        if told is not None and told.supersedes(event):
            return
        if told is None and not audience and tagging.first:
            return
        shown = excerpt(item)
        if told is not None and told.item_revision < item.revision:
            self._revise(shown)
        after = Told(item.id, item.revision, event.revision)
        if after != told:
            self.changed[item.id] = after
        for person, wishes in audience.items():
            self._tell(person, wishes, tagging, shown)

    def _revise(self, shown: Excerpt) -> None:
        self.revised[shown.item_id] = shown
        for key, notification in self.new.items():
            if notification.excerpt.item_id == shown.item_id:
                self.new[key] = replace(notification, excerpt=shown)

    def _tell(
        self,
        person: str,
        wishes: Sequence[Subscription],
        tagging: Tagging,
        shown: Excerpt,
    ) -> None:
        key = notification_id(person, shown.item_id)
        before = self.new.get(key) or self.merged.get(key) or self.known.get(key)
        after = self._merge(before, wishes) if before else None
        if after is None:
            after = Notification(
                id=key,
                person=person,
                company=tagging.event.item.company,
                excerpt=shown,
                reasons=tuple(map(reason, wishes)),
                endpoints=_endpoints(wishes),
                traceparent=tagging.traceparent,
                created=self.now,
            )
            if tagging.replay:
                self.quiet.add(key)
        if after == before:
            return
        (self.new if before is None or key in self.new else self.merged)[key] = after
        if not tagging.replay:
            self._deliver(before, after, wishes, tagging.traceparent)

    def _merge(
        self, before: Notification, wishes: Sequence[Subscription]
    ) -> Notification:
        reasons = dict.fromkeys((*before.reasons, *map(reason, wishes)))
        endpoints = dict.fromkeys((*before.endpoints, *_endpoints(wishes)))
        return replace(before, reasons=tuple(reasons), endpoints=tuple(endpoints))

    def _deliver(
        self,
        before: Notification | None,
        after: Notification,
        wishes: Sequence[Subscription],
        traceparent: str,
    ) -> None:
        earlier = before.endpoints if before else ()
        for wish in wishes:
            endpoint = wish.endpoint_id
            if endpoint and endpoint not in earlier:
                delivery = first_delivery(after, wish.id, endpoint, self.now)
                self.deliveries.setdefault(
                    delivery.id, replace(delivery, traceparent=traceparent)
                )


def _endpoints(wishes: Sequence[Subscription]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(w.endpoint_id for w in wishes if w.endpoint_id))


def newly_told(telling: Telling) -> list[tuple[Notification, Reason]]:
    """Return the notifications to announce, each with its first reason."""
    return [
        (notification, notification.reasons[0])
        for key, notification in telling.new.items()
        if key not in telling.quiet
    ]
