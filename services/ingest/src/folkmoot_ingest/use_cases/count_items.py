"""Count what a company has here."""

from collections.abc import Mapping

from folkmoot_ingest.ports import Readings


class CountItems:
    """Counts of one company, never of another."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    async def __call__(self, company: str) -> Mapping[str, int]:
        """Count a company's `items`, `retracted` ones and `revisions`."""
        return await self._readings.counts(company)
