"""The key pair that signs people's tokens on this machine, and the tokens."""

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import KeyParameters, KeySet, OKPKey

from folkmoot.local.secret_files import make_private, write_secret

ALGORITHM = "Ed25519"
ISSUER = AUDIENCE = "folkmoot"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a token speaks of; `groups` are names within the company."""

    id: str
    company: str
    name: str | None = None
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    def claims(self) -> Mapping[str, object]:
        """Return what a token says of the person."""
        return {
            "sub": self.id,
            "name": self.name or self.id,
            "company": self.company,
            "groups": list(self.groups),
            "roles": list(self.roles),
        }


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """A key pair in a folder: `signing-key.json` is secret, `jwks.json` is not."""

    folder: Path

    @property
    def jwks(self) -> Path:
        """The file that services check tokens against."""
        return self.folder / "jwks.json"

    @property
    def _private(self) -> Path:
        return self.folder / "signing-key.json"

    def exist(self) -> bool:
        """Tell whether the pair was made."""
        return self._private.exists() and self.jwks.exists()

    def ensure(self) -> None:
        """Make the pair unless it exists."""
        if self.exist():
            return
        make_private(self.folder)
        kid = f"local-{secrets.token_hex(4)}"
        facts: KeyParameters = {"use": "sig", "alg": ALGORITHM, "kid": kid}
        key = OKPKey.generate_key("Ed25519", facts)
        write_secret(self._private, json.dumps(key.as_dict(private=True)))
        public = KeySet([key]).as_dict(private=False)
        self.jwks.write_text(json.dumps(public, indent=2) + "\n")

    def token(self, person: Person, *, seconds: int) -> str:
        """Return a bearer token that a person may use for some seconds."""
        key = OKPKey.import_key(json.loads(self._private.read_text()))
        now = int(time.time())
        registered = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "exp": now + seconds,
            "jti": secrets.token_hex(8),
        }
        header = {"alg": ALGORITHM, "kid": key.kid}
        claims = {**person.claims(), **registered}
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])
