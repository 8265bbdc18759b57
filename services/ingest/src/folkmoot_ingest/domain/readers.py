"""Who asks, and what they may see."""

from collections.abc import Iterable


def principals(person: str, company: str, groups: Iterable[str]) -> frozenset[str]:
    """Return all that a person stands for; an item shows if it names one of them."""
    own = {"everyone", f"person:{person}"}
    if company:
        own.add(f"company:{company}")
        own.update(f"group:{company}/{group}" for group in groups)
    return frozenset(own)
