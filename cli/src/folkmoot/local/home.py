"""The folder `.folkmoot`: everything that a local Folkmoot keeps."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self

from folkmoot.local.credentials import Credentials
from folkmoot.local.errors import LocalError
from folkmoot.local.keys import SigningKeys
from folkmoot.local.secret_files import make_private


@dataclass(frozen=True, slots=True)
class Run:
    """A running `folkmoot up`: who it is and where everything listens.

    `since` is an RFC 3339 time; `pids` and `ports` are by program name.
    """

    pid: int
    since: str
    ports: dict[str, int]
    pids: dict[str, int] = field(default_factory=dict)

    def url(self, service: str) -> str:
        """Return the base URL of a service's HTTP API."""
        return f"http://127.0.0.1:{self.ports[service]}"

    @property
    def kafka_bootstrap(self) -> str:
        """What Kafka's clients connect to."""
        return f"127.0.0.1:{self.ports['kafka']}"


class AlreadyRunningError(LocalError):
    """Another `folkmoot up` has this folder."""

    def __init__(self, folder: Path, run: Run | None) -> None:
        if run is None:
            super().__init__(f"another `folkmoot up` is just starting in {folder}")
            return
        since = datetime.fromisoformat(run.since).astimezone()
        ports = ", ".join(f"{name} {port}" for name, port in run.ports.items())
        super().__init__(
            f"Folkmoot is already up in {folder}: process {run.pid} since "
            f"{since:%Y-%m-%d %H:%M:%S}, ports {ports}. "
            f"Stop it with Ctrl-C where it runs, or `kill {run.pid}`"
        )


class NotRunningError(LocalError):
    """No `folkmoot up` has this folder.

    `variable` names what is looked for where it runs elsewhere.
    """

    def __init__(self, folder: Path, variable: str | None = None) -> None:
        elsewhere = f", or say in {variable} where it is" if variable else ""
        super().__init__(
            f"Folkmoot is not up in {folder}: start it with `folkmoot up`{elsewhere}"
        )


@dataclass(frozen=True, slots=True)
class Home:
    """Where things are in the folder."""

    folder: Path

    @classmethod
    def default(cls) -> Self:
        """Return the folder of FOLKMOOT_HOME, or `.folkmoot` here."""
        return cls(Path(os.environ.get("FOLKMOOT_HOME", ".folkmoot")).resolve())

    @property
    def credentials_file(self) -> Path:
        """Clear passwords and API keys, mode 0600."""
        return self.folder / "credentials.json"

    @property
    def api_keys_file(self) -> Path:
        """The hashes of the API keys, for ingest."""
        return self.folder / "api-keys.json"

    @property
    def keys(self) -> SigningKeys:
        """The key pair that signs tokens."""
        return SigningKeys(self.folder / "keys")

    @property
    def credentials(self) -> Credentials:
        """What was kept, or new ones that are not kept yet."""
        return Credentials.read(self.credentials_file)

    def log(self, program: str) -> Path:
        """Return where a program's output goes."""
        return self.folder / "logs" / f"{program}.log"

    @property
    def _run_file(self) -> Path:
        return self.folder / "run.json"

    @property
    def _lock_file(self) -> Path:
        return self.folder / "lock"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder for ourselves; raise AlreadyRunningError if it is held.

        The kernel lets go of the lock when the process ends, however it ends.
        """
        make_private(self.folder)
        with self._lock_file.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise AlreadyRunningError(self.folder, self._read_run()) from error
            self._run_file.unlink(missing_ok=True)
            try:
                yield
            finally:
                self._run_file.unlink(missing_ok=True)

    def tell(self, run: Run) -> None:
        """Let other commands know what runs."""
        fresh = self._run_file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(run), indent=2) + "\n")
        fresh.replace(self._run_file)

    def running(self) -> Run | None:
        """Return what runs in this folder, if something does."""
        if not self._lock_file.exists():
            return None
        with self._lock_file.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return self._read_run()
        return None

    def require_running(self, variable: str | None = None) -> Run:
        """Return what runs in this folder; raise NotRunningError if nothing does.

        The error names the variable by which it would be found elsewhere.
        """
        run = self.running()
        if run is None:
            raise NotRunningError(self.folder, variable)
        return run

    def _read_run(self) -> Run | None:
        try:
            return Run(**json.loads(self._run_file.read_text()))
        except FileNotFoundError:
            return None
