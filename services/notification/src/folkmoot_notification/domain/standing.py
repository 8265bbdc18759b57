"""Every subscription and its owner, compiled and ready to be matched."""

from collections import defaultdict
from collections.abc import Iterable
from operator import attrgetter

from folkmoot_events import ItemTagged
from folkmoot_query import parse
from folkmoot_query.parser import LONGEST

from folkmoot_notification.domain.fields import FIELDS, values
from folkmoot_notification.domain.matcher import Matcher
from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.domain.subscriptions import Subscription

LONGEST_OF_OURS = 64 * 1024
"""Characters of a query made of a person's names: whatever their token can hold."""

Audience = dict[str, list[Subscription]]


class Standing:
    """What everybody waits for; held in memory, kept in step with the store."""

    def __init__(self) -> None:
        self._matcher = Matcher()
        self._readers: dict[str, Reader] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self._owned: defaultdict[str, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._subscriptions)

    def reader(self, person: str) -> Reader | None:
        """Return a person as they were last known."""
        return self._readers.get(person)

    def know(self, reader: Reader) -> None:
        """Learn of a person, or what has changed; an older token changes nothing."""
        before = self._readers.get(reader.person)
        if before and before.covers(reader):
            return
        self._readers[reader.person] = reader
        if before and before.names() == reader.names():
            return
        for key in self._owned[reader.person]:
            if self._subscriptions[key].kind == "mention":
                self._compile(self._subscriptions[key])

    def add(self, subscription: Subscription) -> None:
        """Start matching a subscription; adding it again changes nothing.

        Raises QueryError for an expression that cannot be read, and UnanchoredError for
        one that would have to be tried on every item.
        """
        if self._subscriptions.get(subscription.id) == subscription:
            return
        self._compile(subscription)
        self._subscriptions[subscription.id] = subscription
        self._owned[subscription.person].add(subscription.id)

    def drop(self, subscription_id: str) -> None:
        """Stop matching a subscription; unknown ones are no error."""
        subscription = self._subscriptions.pop(subscription_id, None)
        if subscription:
            self._owned[subscription.person].discard(subscription_id)
            self._matcher.remove(subscription_id)

    def audience(self, event: ItemTagged) -> Audience:
        """Return whom an item concerns: person → their subscriptions that it matches.

        Nobody is told of what they may not read, nor of what they said themselves.
        """
        if not self._subscriptions:
            return {}
        audience: Audience = {}
        matched = self._matcher.match(FIELDS.document(values(event.item, event.tags)))
        for person, wishes in self._by_person(matched).items():
            reader = self._readers.get(person)
            if reader is None or not reader.may_read(event.item.visibility):
                continue
            if not reader.wrote(event.item):
                audience[person] = wishes
        return audience

    def _by_person(self, keys: Iterable[str]) -> Audience:
        wishes: Audience = {}
        for key in keys:
            subscription = self._subscriptions[key]
            wishes.setdefault(subscription.person, []).append(subscription)
        for several in wishes.values():
            if len(several) > 1:
                several.sort(key=attrgetter("created", "id"))
        return wishes

    def _compile(self, subscription: Subscription) -> None:
        stranger = Reader(subscription.person, "", frozenset())
        owner = self._readers.get(subscription.person, stranger)
        query = subscription.query(owner)
        longest = LONGEST if subscription.kind == "expression" else LONGEST_OF_OURS
        self._matcher.add(subscription.id, parse(query, FIELDS, longest=longest))
