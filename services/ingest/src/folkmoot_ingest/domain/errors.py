"""Why ingest refuses something, in words for the one who sent it."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):  # noqa: N818  a refusal is an answer, not a fault of ours
    """Something submitted breaks a rule; carries what an RFC 9457 problem needs.

    Never quotes what was submitted: a refusal may be logged.
    """

    def __init__(
        self,
        kind: str,
        title: str,
        detail: str,
        *,
        status: int = 422,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{title}: {detail}")
        self.kind = kind
        self.title = title
        self.detail = detail
        self.status = status
        self.members = dict(members or {})
