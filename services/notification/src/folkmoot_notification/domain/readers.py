"""Who is told, and what they may see."""

from collections.abc import Iterable
from dataclasses import dataclass

from folkmoot_events import Item


@dataclass(frozen=True, slots=True)
class Reader:
    """A person as their token describes them.

    `accounts` are their ids in the sources (`<source>/<native id>`). `issued` is when
    the token was: seconds since 1970.
    """

    person: str
    company: str
    principals: frozenset[str]
    name: str = ""
    accounts: frozenset[str] = frozenset()
    issued: float = 0

    def covers(self, other: "Reader") -> bool:
        """Tell whether another description says nothing new: the same, or an older."""
        return self == other or other.issued < self.issued

    def may_read(self, visibility: Iterable[str]) -> bool:
        """Tell whether any of the reader's principals may see an item."""
        return not self.principals.isdisjoint(visibility)

    def wrote(self, item: Item) -> bool:
        """Tell whether an item is the reader's own.

        A source that names its people as the company does needs no declared account.
        """
        author = item.author.id
        if author in self.accounts or author == self.person:
            return True
        native = author.removeprefix(f"{item.source}/")
        return item.company == self.company and native == self.person

    def names(self) -> tuple[str, ...]:
        """Return every name that a mention of the reader may use."""
        return tuple(sorted({self.person, self.name, *self.accounts} - {""}))


def principals_of(person: str, company: str, groups: Iterable[str]) -> frozenset[str]:
    """Return all that a person may read as."""
    return frozenset(
        {
            "everyone",
            f"company:{company}",
            f"person:{person}",
            *(f"group:{company}/{group}" for group in groups),
        }
    )
