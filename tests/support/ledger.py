"""What was acknowledged against what took effect, in the manner of Jepsen's checkers.

Every effect is counted under a key. Whatever a service did too seldom is lost, too
often doubled, unasked for a phantom. Duplicates on the wire are counted and allowed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from typing_extensions import override

Key = Any
Counts = Mapping[Key, int]


@dataclass(slots=True)
class Book:
    """What one publisher was promised: an item is in it once its event is acknowledged.

    `versions` counts the contents of each item, the last of which must stand. `told`
    are the items that a person is to be told of, `sent` those that a webhook is to get.
    `poison` are the places of bad records, by the topic of their dead letters.
    """

    company: str
    source: str
    word: str
    versions: Counter[str] = field(default_factory=Counter)
    sent: set[str] = field(default_factory=set)
    poison: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    retried: int = 0

    @property
    def query(self) -> str:
        """What finds every item of it, in a search and for a subscription."""
        return f'source:"{self.source}"'

    @property
    def revisions(self) -> Counter[Key]:
        """One effect for every revision of every item."""
        return Counter(
            (item, revision)
            for item, last in self.versions.items()
            for revision in range(1, last + 1)
        )

    @property
    def heads(self) -> Counter[Key]:
        """One effect for the last revision of every item."""
        return Counter(list(self.versions.items()))

    @property
    def items(self) -> Counter[Key]:
        """One effect for every item."""
        return Counter(list(self.versions))


@dataclass(frozen=True, slots=True)
class Account:
    """One kind of effect: what must be and what is there."""

    name: str
    expected: Counts
    found: Counts

    @property
    def lost(self) -> list[Key]:
        """What should have taken effect and did not."""
        return [k for k, n in self.expected.items() if self.found.get(k, 0) < n]

    @property
    def doubled(self) -> list[Key]:
        """What took effect more often than it should."""
        return [k for k, n in self.expected.items() if self.found.get(k, 0) > n]

    @property
    def phantom(self) -> list[Key]:
        """What took effect though nobody asked for it."""
        return [k for k in self.found if k not in self.expected]

    @property
    def is_balanced(self) -> bool:
        """Whether everything took effect once."""
        return not (self.lost or self.doubled or self.phantom)

    @override
    def __str__(self) -> str:
        wrong = {"lost": self.lost, "doubled": self.doubled, "phantom": self.phantom}
        said = [f"{len(k)} {what} ({k[:3]})" for what, k in wrong.items() if k]
        return f"{self.name}: {', '.join(said) or len(self.expected)}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """All accounts of a book, and what happened besides."""

    accounts: tuple[Account, ...]
    waiting: Mapping[str, int]
    """What is not at rest yet: records in outboxes, unread records, by name."""
    wire: Mapping[str, int]
    """Records that stand twice in a topic, requests that came twice, by name."""
    late: Mapping[str, int] = field(default_factory=dict)
    """Records that stand behind a later one of their item, which no reader minds."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing any more and nothing is under way."""
        return not any(a.lost for a in self.accounts) and not any(self.waiting.values())

    @property
    def is_balanced(self) -> bool:
        """Whether nothing is lost, doubled or unasked for."""
        return self.is_complete and all(a.is_balanced for a in self.accounts)

    @override
    def __str__(self) -> str:
        bad = [a for a in self.accounts if not a.is_balanced]
        if not bad and self.is_complete:
            figures = ", ".join(f"{len(a.expected)} {a.name}" for a in self.accounts)
            again = sum(self.wire.values())
            return f"0 lost, 0 doubled: {figures}; {again} again on the wire"
        waiting = {name: n for name, n in self.waiting.items() if n}
        return "; ".join(map(str, bad)) + (f"; waiting: {waiting}" if waiting else "")


def table(verdict: Verdict) -> str:
    """Return the ledger, an account a line."""
    lines = [LINE.format("effect", "expected", "found", "lost", "doubled", "unasked")]
    lines += [
        LINE.format(
            account.name,
            sum(account.expected.values()),
            sum(account.found.values()),
            len(account.lost),
            len(account.doubled),
            len(account.phantom),
        )
        for account in verdict.accounts
    ]
    again = ", ".join(f"{n} {name}" for name, n in verdict.wire.items() if n)
    late = sum(verdict.late.values())
    return "\n".join([*lines, f"on the wire again: {again or 0}; out of order: {late}"])


LINE = "{:<24}{:>10}{:>10}{:>6}{:>9}{:>9}"


def accounts(book: Book, found: Mapping[str, Counter[Key]]) -> tuple[Account, ...]:
    """Return every account of a book; `found` holds the effects by name.

    `delivered` is what a service says of its webhooks, `received` what came of them.
    """
    expected: dict[str, Counter[Key]] = {
        "recorded": book.revisions,
        "announced": book.revisions,
        "tagged": book.heads,
        "told with tags": book.heads,
        "indexed": book.heads,
        "searchable": book.items,
        "notified": book.items,
        "notifications announced": book.items,
        "delivered": Counter(list(book.sent)),
        "received": Counter(list(book.sent)),
        "deliveries announced": Counter(list(book.sent)),
    }
    # A record that was good has no business there.
    expected |= {name: Counter() for name in found if name.endswith(".dlq")}
    for topic, places in book.poison.items():
        expected[topic] = Counter(list(places))
    return tuple(
        Account(name, expected[name], _but_passed_over(name, book, found[name]))
        for name in expected
        if name in found
    )


def _but_passed_over(name: str, book: Book, found: Counter[Key]) -> Counter[Key]:
    """Leave out earlier revisions told once: only the last of them must be told."""
    if name != "told with tags":
        return found
    return Counter(
        {
            (item, revision): n
            for (item, revision), n in found.items()
            if n > 1 or revision >= book.versions[item]
        }
    )
