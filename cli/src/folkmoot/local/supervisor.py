"""Start programs, wait until they answer, stop them in the reverse order.

Nothing is restarted: a program that dies is a finding, and its log says why.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from folkmoot.local import guard
from folkmoot.local.errors import LocalError

POLL, LONGEST_POLL = 0.02, 0.25
"""Seconds between questions: the first, and once it takes long."""
TAIL_LINES, TAIL_WIDTH = 20, 400


@dataclass(frozen=True, slots=True)
class Program:
    """A command line, where its output goes, and how to tell that it answers.

    `files` are settings too, for as long as there are such files: it is looked for them
    at each start. `start_limit` and `stop_grace` are seconds.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    is_ready: Callable[[], bool]
    env: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    start_limit: float = 60.0
    stop_grace: float = 30.0


class ProgramError(LocalError):
    """A program died or did not answer in time; the message holds its last words."""

    def __init__(self, program: Program, what: str) -> None:
        super().__init__(
            f"{program.name} {what}; the end of {program.log}:\n{tail(program.log)}"
        )


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a log, indented."""
    try:
        text = log.read_text(errors="replace")
    except FileNotFoundError:
        return "  (no log)"
    last = [f"  {line[:TAIL_WIDTH]}" for line in text.splitlines()[-lines:]]
    return "\n".join(last) or "  (empty)"


def _present(files: Mapping[str, Path]) -> Mapping[str, str]:
    return {
        name: str(path)
        for name, path in files.items()
        if name not in os.environ and path.exists()
    }


class Process:
    """A running program: leader of its own process group, and gone when we are.

    Start it from the main thread: the kernel counts the death of the thread that
    started a child as the death of its parent.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        program.log.parent.mkdir(parents=True, exist_ok=True)
        with program.log.open("ab") as output:
            self._popen = subprocess.Popen(  # noqa: S603  our own command lines
                [
                    sys.executable,
                    "-IS",
                    guard.__file__,
                    str(os.getpid()),
                    *program.argv,
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **program.env, **_present(program.files)},
                # Ctrl-C at the terminal is for us alone: we stop the others in order.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id, and the id of its group."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._popen.poll()

    def wait_ready(self) -> None:
        """Return once the program answers; raise ProgramError if it will not."""
        deadline = time.monotonic() + self.program.start_limit
        wait = POLL
        while not self.program.is_ready():
            if self.exit_code is not None:
                raise ProgramError(self.program, f"ended with {self.exit_code}")
            if time.monotonic() > deadline:
                limit = f"{self.program.start_limit:.0f} s"
                raise ProgramError(self.program, f"did not answer within {limit}")
            time.sleep(wait)
            wait = min(wait * 1.2, LONGEST_POLL)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program's whole group, if it still runs."""
        if self.exit_code is None:
            os.killpg(self.pid, number)

    def stop(self) -> None:
        """Ask the program to end, insist after its grace, and wait."""
        stop_all([self])

    def wait(self, seconds: float) -> bool:
        """Tell whether the program ends within some seconds."""
        try:
            self._popen.wait(max(0.0, seconds))
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """End the program without warning, as a crash would."""
        self.signal(signal.SIGKILL)
        self._popen.wait()


def stop_all(processes: Sequence[Process]) -> None:
    """Ask programs to end, side by side, and kill each that outstays its grace."""
    asked = time.monotonic()
    for process in processes:
        process.signal(signal.SIGTERM)
    for process in processes:
        if not process.wait(asked + process.program.stop_grace - time.monotonic()):
            process.kill()


class Supervisor:
    """The programs started so far, in order. A context that stops them all.

    What is started side by side is stopped so too, after all that was started later.
    """

    def __init__(self) -> None:
        self._processes: dict[str, Process] = {}
        self._tiers: list[set[str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __iter__(self) -> Iterator[Process]:
        return iter(self._processes.values())

    def __getitem__(self, name: str) -> Process:
        return self._processes[name]

    def start(self, *programs: Program) -> None:
        """Start programs side by side and return once all of them answer."""
        self._tiers.append(set())
        started = [self.launch(program, self._tiers[-1]) for program in programs]
        for process in started:
            process.wait_ready()

    def launch(self, program: Program, tier: set[str] | None = None) -> Process:
        """Start a program, in place of one of its name, without waiting for it."""
        if program.name in self._processes:
            self[program.name].stop()
        process = Process(program)
        self._processes[program.name] = process
        if tier is None:
            self._tiers.append(tier := set())
        tier.add(program.name)
        return process

    def again(self, name: str) -> None:
        """Stop a program if it still runs, start it anew, wait until it answers."""
        tier = next(tier for tier in self._tiers if name in tier)
        self.launch(self[name].program, tier).wait_ready()

    def dead(self) -> list[Process]:
        """Return the programs that have ended by themselves."""
        return [process for process in self if process.exit_code is not None]

    def stop(self) -> None:
        """Stop everything, the latest first."""
        while self._tiers:
            stop_all([self[name] for name in self._tiers.pop()])
        self._processes.clear()
