"""The secrets of a Folkmoot that runs in containers: a folder for each reader of some.

A service, mongod and whoever sets them up are each given their own folder and see no
other. A file is named as the variable that it is read instead of.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from folkmoot_chassis.settings import ServiceSettings
from pydantic import SecretStr

from folkmoot.local.home import Home
from folkmoot.local.mongo import ADMIN, OPTIONS, database_of, url_of
from folkmoot.local.ports import SERVICES
from folkmoot.local.secret_files import make_private, require_private, write_secret

MONGO_URL = "FOLKMOOT_MONGO_URL"
ADMIN_URL = "FOLKMOOT_MONGO_ADMIN_URL"
KEY_FILE = "keyfile"


def password_variable(service: str) -> str:
    """Return the variable with the password that a service's user is to have."""
    return f"FOLKMOOT_MONGO_PASSWORD_{service.upper().replace('-', '_')}"


class SetupSettings(ServiceSettings):
    """What `folkmoot setup` reads besides its options."""

    mongo_admin_url: SecretStr | None = None
    mongo_password_ingest: SecretStr | None = None
    mongo_password_tagging: SecretStr | None = None
    mongo_password_search_index: SecretStr | None = None
    mongo_password_notification: SecretStr | None = None

    def password(self, service: str) -> str | None:
        """Return what a service's user is to have, if it was said."""
        name = password_variable(service).removeprefix("FOLKMOOT_").lower()
        given: SecretStr | None = getattr(self, name)
        return given.get_secret_value() if given else None


@dataclass(frozen=True, slots=True)
class SecretFolders:
    """The folders `home`, `mongo`, `setup` and one by each service's name."""

    folder: Path

    @property
    def home(self) -> Home:
        """What `folkmoot walk` and `folkmoot token` go by (FOLKMOOT_HOME)."""
        return Home(self.folder / "home")

    def ensure(
        self, mongo_hosts: str, companies: Iterable[str], options: str = OPTIONS
    ) -> None:
        """Make what is missing; what is there stays as it is.

        `mongo_hosts` are `host:port`, comma-separated; `options` are those of MongoDB's
        connection string, such as `replicaSet=people&tls=true`.
        """
        make_private(self.folder)
        require_private(self.folder)
        home = self.home
        known = home.credentials
        known.know(companies)
        known.write(home.credentials_file)
        known.write_key_file(home.api_keys_file)
        home.keys.ensure()
        self._write_key_file()
        admin = url_of(mongo_hosts, ADMIN, known.mongo_admin, "admin", options)
        self._keep("setup", ADMIN_URL, admin)
        for service in SERVICES:
            password = known.mongo[service]
            self._write("setup", password_variable(service), password)
            database = database_of(service)
            url = url_of(mongo_hosts, service, password, database, options)
            self._keep(service, MONGO_URL, url)
            self._write(service, "jwks.json", home.keys.jwks.read_text())
        known.write_key_file(self.folder / "ingest" / "api-keys.json")

    def _write_key_file(self) -> None:
        """Write what mongod reads, which runs as a user of its own.

        Others may read it, then, who can look into the folder above: we alone.
        """
        folder = self.folder / "mongo"
        folder.mkdir(exist_ok=True, mode=0o755)
        file = folder / KEY_FILE
        if not file.exists():
            new = file.with_suffix(".new")  # half a file would stay as it is
            new.write_text(secrets.token_hex(64))
            new.chmod(0o644)
            new.replace(file)

    def _keep(self, reader: str, name: str, text: str) -> None:
        """Write a file unless it is there: what was added to it by hand stays."""
        if not (self.folder / reader / name).exists():
            self._write(reader, name, text)

    def _write(self, reader: str, name: str, text: str) -> None:
        write_secret(self.folder / reader / name, text)
