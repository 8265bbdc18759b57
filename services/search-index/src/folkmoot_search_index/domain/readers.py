"""Who is asking, and what they may see."""

from collections.abc import Iterable
from dataclasses import dataclass

EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may read what any of their principals may read."""

    person: str
    company: str
    principals: frozenset[str]

    def may_read(self, visibility: Iterable[str]) -> bool:
        """Tell whether an item of this visibility is for this reader."""
        return not self.principals.isdisjoint(visibility)


def reader(person: str, company: str, groups: Iterable[str]) -> Reader:
    """Return the reader whom a company vouches for as a member of its groups."""
    memberships = {f"group:{company}/{group}" for group in groups}
    own = {EVERYONE, f"company:{company}", f"person:{person}"}
    return Reader(person, company, frozenset(own | memberships))
