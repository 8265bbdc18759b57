"""Which company a source belongs to."""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from folkmoot_ingest.domain.errors import Refused


def company_of(registered: Mapping[str, str], source: str) -> str:
    """Return the company that a source is registered for; the first pattern that fits.

    Raises Refused.
    """
    for pattern, company in registered.items():
        if fnmatchcase(source, pattern):
            return company
    raise Refused(
        "unregistered-source",
        "The source is not registered",
        "No company is registered for this `source`.",
    )
