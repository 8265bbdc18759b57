"""`folkmoot up` and the commands that speak to it."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from folkmoot.local.ports import PORTS, free_ports
from folkmoot.terminal import Exit

LOOKED_AT = {"tagging", "lag folkmoot-tagging", "dead letters"}
FOLKMOOT = (sys.executable, "-m", "folkmoot")


class Up:
    """A running `folkmoot up` with one service, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        ports = zip(PORTS, free_ports(len(PORTS)), strict=True)
        told = " ".join(f"{name}={port}" for name, port in ports)
        self.env = {**os.environ, "FOLKMOOT_HOME": str(folder), "FOLKMOOT_PORTS": told}
        self.process = subprocess.Popen(  # noqa: S603  our own command
            [*FOLKMOOT, "up", "--json", "--only", "tagging", "--partitions", "1"],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.run: dict[str, Any] = json.loads(self.process.stdout.readline())

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command beside it."""
        return subprocess.run(  # noqa: S603  our own command
            [*FOLKMOOT, *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )

    def stop(self) -> int:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=45)
        return self.process.returncode


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    running = Up(tmp_path / "home")
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.communicate()


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_folkmoot_lives_its_whole_life(up: Up) -> None:
    second = up.ask("up")
    assert second.returncode == Exit.ALREADY_UP
    assert f"process {up.run['pid']} since" in second.stderr

    found = json.loads(up.ask("doctor", "--json").stdout)
    assert found["state"] == "ok", found
    assert {f["name"] for f in found["findings"]} >= LOOKED_AT

    assert up.ask("restart", "--kill", "tagging").returncode == Exit.DONE
    assert json.loads(up.ask("doctor", "--json").stdout)["state"] == "ok"

    programs = [os.pidfd_open(up.run["pids"][name]) for name in ("kafka", "mongod")]
    assert up.stop() == Exit.DONE
    for program in programs:
        ended, _, _ = select.select([program], [], [], 0)
        os.close(program)
        assert ended
    assert "is not up" in up.ask("doctor").stdout
