"""Which mail belongs to which conversation."""

from collections import Counter

from folkmoot_ingest.gateways.archives.mail import Headers

TRUSTED = 0.01
"""Share of Message-IDs that may be alike in an archive which did not redact them."""


class Threads:
    """The headers of an archive, a few hundred bytes a mail.

    Where Message-IDs can be trusted, a conversation is named by its first mail. Where
    an archive redacted them, by the subject: a reference counts only if it fits one.
    """

    def __init__(self) -> None:
        self._uses: Counter[str] = Counter()
        self._mails: dict[str, Headers] = {}
        self._seen: set[str] = set()

    def add(self, headers: Headers) -> None:
        """Take note of a mail; the same one again counts once."""
        if headers.message_id and headers.native_id not in self._seen:
            self._seen.add(headers.native_id)
            self._uses[headers.message_id] += 1
            self._mails[headers.message_id] = headers

    @property
    def trusted(self) -> bool:
        """Tell whether Message-IDs name one mail each."""
        alike = self._uses.total() - len(self._uses)
        return alike <= TRUSTED * self._uses.total()

    def parent(self, headers: Headers) -> str | None:
        """Return the native id of the mail that is answered, if it is certain."""
        answered = self._answered(headers)
        return answered.native_id if answered else None

    def conversation(self, headers: Headers) -> str:
        """Name the conversation of a mail."""
        root, seen = headers, {headers.native_id}
        while (answered := self._answered(root)) and answered.native_id not in seen:
            root = answered
            seen.add(root.native_id)
        if self.trusted:
            # A mail that answers one which is not here stays with its other answers.
            return root.parent or root.message_id or root.native_id
        return f"subject:{root.topic[:512]}" if root.topic else root.native_id

    def _answered(self, headers: Headers) -> Headers | None:
        parent = headers.parent
        if parent is None or parent == headers.message_id or self._uses[parent] != 1:
            return None
        return self._mails[parent]
