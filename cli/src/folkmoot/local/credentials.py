"""The secrets of one machine: MongoDB passwords and the companies' API keys.

Clear keys are kept for the person at this machine to publish and import with; ingest is
given their hashes alone, in a file of its own.
"""

import hashlib
import json
import re
import secrets
import string
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from folkmoot.local.ports import SERVICES
from folkmoot.local.secret_files import write_secret

BASE62 = string.digits + string.ascii_letters
SECRET_LENGTH = 43
"""Characters of base 62 that hold 32 bytes of chance."""


def new_password() -> str:
    """Return a password that needs no quoting anywhere."""
    return "".join(secrets.choice(BASE62) for _ in range(SECRET_LENGTH))


def new_api_key(name: str) -> str:
    """Return a key for publishing; `name` becomes its public id."""
    identity = re.sub(r"[^A-Za-z0-9-]", "-", name)
    return f"folkmoot_local_{identity}_{new_password()}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What `credentials.json` holds."""

    mongo_admin: str = field(default_factory=new_password)
    mongo: dict[str, str] = field(
        default_factory=lambda: {service: new_password() for service in SERVICES}
    )
    api_keys: dict[str, str] = field(default_factory=dict)
    """The clear key of each company."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return the credentials of a file, or new ones where there is none."""
        return cls(**json.loads(path.read_text())) if path.exists() else cls()

    def know(self, companies: Iterable[str]) -> None:
        """Make a key for each company that has none."""
        for company in companies:
            self.api_keys.setdefault(company, new_api_key(company))

    def write(self, path: Path) -> None:
        """Keep the credentials."""
        write_secret(path, json.dumps(asdict(self), indent=2) + "\n")

    def write_key_file(self, path: Path) -> None:
        """Write what ingest knows the keys by; what the file says of one stays."""
        kept = json.loads(path.read_text())["keys"] if path.exists() else []
        known = {each["sha256"] for each in kept}
        new = [_key_entry(company, key) for company, key in self.api_keys.items()]
        keys = [*kept, *(each for each in new if each["sha256"] not in known)]
        write_secret(path, json.dumps({"keys": keys}, indent=2) + "\n")


def _key_entry(company: str, key: str) -> dict[str, Any]:
    return {
        "id": key.split("_")[2],
        "sha256": hashlib.sha256(key.encode()).hexdigest(),
        "company": company,
        "sources": ["*"],
        "scopes": ["publish"],
        "expires": None,
    }
