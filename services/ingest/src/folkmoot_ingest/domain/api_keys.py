"""API keys: `folkmoot_<env>_<id>_<secret>`, of which only a hash is kept."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase
from hmac import compare_digest

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from folkmoot_ingest.domain.errors import Refused

MAX_LENGTH = 256
PUBLISH = "publish"

_KEY = re.compile(r"folkmoot_[a-z0-9]+_(?P<id>[A-Za-z0-9-]+)_[0-9A-Za-z]{20,}")
_NOBODY = "0" * 64


class ApiKey(BaseModel):
    """What is kept of a key, and what it may do."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="Of the whole key, hex.")
    company: str = Field(min_length=1, pattern=r"^[^/\s]+$")
    sources: tuple[str, ...] = Field(
        default=("*",), description="Patterns of sources that it may speak for."
    )
    scopes: tuple[str, ...] = (PUBLISH,)
    expires: AwareDatetime | None = None

    def permit(self, source: str) -> str:
        """Return the company to speak for. Raises Refused."""
        if not any(fnmatchcase(source, pattern) for pattern in self.sources):
            raise Refused(
                "source-not-allowed",
                "The key may not speak for this source",
                "The key's `sources` do not cover the event's `source`.",
                status=403,
            )
        return self.company


class KeyFile(BaseModel):
    """The file that the keys are read from."""

    keys: tuple[ApiKey, ...] = ()


class ApiKeys:
    """The keys that are known."""

    def __init__(self, keys: Sequence[ApiKey]) -> None:
        # Several live keys may share an id while one replaces the other.
        self._keys: Mapping[str, list[ApiKey]] = {
            key.id: [k for k in keys if k.id == key.id] for key in keys
        }

    def find(self, told: str, now: datetime) -> ApiKey | None:
        """Return the key, if it is one of ours and has not expired.

        Takes as long for an unknown id as for a wrong secret.
        """
        match = _KEY.fullmatch(told) if len(told) <= MAX_LENGTH else None
        digest = hashlib.sha256(told.encode()).hexdigest()
        candidates = self._keys.get(match["id"], []) if match else []
        found = None
        for key in candidates:
            if compare_digest(digest, key.sha256):
                found = key
        if not candidates:
            compare_digest(digest, _NOBODY)
        if found and found.expires and found.expires <= now:
            return None
        return found


def looks_like_key(told: str) -> bool:
    """Tell an API key from another bearer token."""
    return told.startswith("folkmoot_")
