"""Where a person wants to be told by machine."""

import secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL that takes signed messages; `secret` is shown once, when it is made.

    `disabled` says since when it is sent nothing more, because it answered 410.
    """

    id: str
    person: str
    company: str
    url: str
    secret: str
    created: datetime
    disabled: datetime | None = None


def new_endpoint(person: str, company: str, url: str, now: datetime) -> Endpoint:
    """Return an endpoint with a secret of its own (24 bytes, as the standard asks)."""
    secret = f"whsec_{b64encode(secrets.token_bytes(24)).decode()}"
    return Endpoint(f"whe_{uuid4().hex}", person, company, url, secret, now)
