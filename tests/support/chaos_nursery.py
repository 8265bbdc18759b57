"""Services that start in no time: a process that has imported them all and forks.

A crash matrix starts hundreds of processes, each of which would spend two seconds on
imports. Run as `python -m tests.support.chaos_nursery SOCKET`; every line that comes in
at the socket is answered by one.
"""

import ctypes
import gc
import importlib.util
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Mapping
from importlib.abc import SourceLoader
from pathlib import Path
from types import CodeType
from typing import Any, NoReturn

from folkmoot.local.guard import PR_SET_PDEATHSIG
from folkmoot.local.ports import SERVICES
from folkmoot.local.services import module_of
from folkmoot.local.supervisor import Program

Order = dict[str, Any]

CODE: dict[str, CodeType] = {}
"""Each service's program, as it was when the nursery began."""


class Forked:
    """A running service: leader of its own process group, gone when the nursery is."""

    def __init__(self, nursery: "Nursery", pid: int) -> None:
        self.pid = pid
        self._nursery = nursery
        self._handle = os.pidfd_open(pid)
        self._status: int | None = None

    @property
    def exit_code(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        if self._status is None and select.select([self._handle], [], [], 0)[0]:
            self._status = int(self._nursery.ask({"wait": self.pid}))
            os.close(self._handle)
        return self._status

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it still runs."""
        if self.exit_code is None:
            signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """End it without warning and wait until it is gone."""
        self.signal(signal.SIGKILL)
        if self._status is None:
            select.select([self._handle], [], [])
            assert self.exit_code is not None


class Nursery:
    """The tests' end of the socket."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._lines = self._socket.makefile("rw")

    def start(self, program: Program) -> Forked:
        """Start a service that `service_programs` describes."""
        program.log.parent.mkdir(parents=True, exist_ok=True)
        order = {
            "module": program.argv[-1],
            "env": {**os.environ, **program.env},
            "log": str(program.log),
        }
        return Forked(self, int(self.ask(order)))

    def ask(self, order: Order) -> str:
        """Send an order and return its answer."""
        self._lines.write(json.dumps(order) + "\n")
        self._lines.flush()
        return self._lines.readline().strip()

    def close(self) -> None:
        """Hang up, which ends the nursery and with it all that it started."""
        self._lines.close()
        self._socket.close()


def _serve(path: str) -> None:
    for service in SERVICES:
        importlib.import_module(f"{module_of(service)}.app")
        # The program itself too, lest it and its modules be of different ages.
        CODE[module_of(service)] = _code(f"{module_of(service)}.__main__")
    gc.freeze()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen(1)
        connection, _ = server.accept()
    with connection, connection.makefile("rw") as lines:
        for line in lines:
            lines.write(f"{_obey(json.loads(line))}\n")
            lines.flush()


def _code(module: str) -> CodeType:
    spec = importlib.util.find_spec(module)
    assert spec
    assert isinstance(spec.loader, SourceLoader)
    code = spec.loader.get_code(module)
    assert code
    return code


def _obey(order: Order) -> int:
    if "wait" in order:
        return os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])
    parent = os.getpid()
    return os.fork() or _become(order["module"], order["env"], order["log"], parent)


def _become(module: str, env: Mapping[str, str], log: str, parent: int) -> NoReturn:
    """Be the service until it ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.closerange(3, 64)
    os.environ.clear()
    os.environ.update(env)
    status = 0
    try:
        exec(CODE[module], {"__name__": "__main__"})  # noqa: S102  as `python -m` would
    except BaseException:  # noqa: BLE001  nothing may return into the nursery
        sys.excepthook(*sys.exc_info())
        status = 1
    sys.stdout.flush()
    os._exit(status)


def wait_for(path: Path, seconds: float = 60) -> Nursery:
    """Return the nursery once it listens."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return Nursery(path)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


if __name__ == "__main__":
    _serve(sys.argv[1])
