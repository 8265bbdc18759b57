"""Record that a hit of a search was opened."""

from dataclasses import dataclass

from folkmoot_events import ResultOpened

from folkmoot_search_index.domain.readers import Reader
from folkmoot_search_index.ports import Clock, Openings, Transaction, Transactions
from folkmoot_search_index.use_cases.read_item import ReadItem


@dataclass(frozen=True, slots=True)
class Opening:
    """Which hit of which search, and at which rank it stood."""

    search_id: str
    item_id: str
    position: int


class RecordOpening:
    """Tells that a search helped, and not whom."""

    def __init__(
        self,
        read_item: ReadItem,
        openings: Openings,
        transactions: Transactions,
        clock: Clock,
    ) -> None:
        self._read_item = read_item
        self._openings = openings
        self._transactions = transactions
        self._clock = clock

    async def __call__(self, opening: Opening, reader: Reader) -> bool:
        """Tell it; False if there is no such item for this reader."""
        if await self._read_item(opening.item_id, reader) is None:
            return False

        async def record(transaction: Transaction) -> None:
            revision = await self._openings.next_revision(
                opening.search_id, transaction
            )
            transaction.publish(
                ResultOpened(
                    search_id=opening.search_id,
                    revision=revision,
                    company=reader.company,
                    item_id=opening.item_id,
                    position=opening.position,
                    opened=self._clock.now(),
                )
            )

        await self._transactions.run(record)
        return True
