"""Count what a company has here."""

from collections.abc import Mapping

from folkmoot_ingest.ports import Readings


class CountItems:
    """Counts of one company, never of another."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    async def __call__(
        self, company: str, principals: frozenset[str] | None
    ) -> Mapping[str, int]:
        """Count `items`, `retracted` ones and `revisions`; None: whoever may see them.

        A retracted item is visible to nobody.
        """
        return await self._readings.counts(company, principals)
