"""Remember who a caller is: what they may see, and the names they go by."""

from folkmoot_notification.domain.readers import Reader
from folkmoot_notification.domain.standing import Standing
from folkmoot_notification.ports import Subscriptions


class RecogniseReader:
    """Store a caller whenever their token says something new of them.

    An older token, which may still be good, does not bring former groups back.
    """

    def __init__(self, subscriptions: Subscriptions, standing: Standing) -> None:
        self._subscriptions = subscriptions
        self._standing = standing

    async def __call__(self, reader: Reader) -> None:
        """Have the caller matched as they are now."""
        known = self._standing.reader(reader.person)
        if known and known.covers(reader):
            return
        await self._subscriptions.keep_reader(reader)
        self._standing.know(reader)
