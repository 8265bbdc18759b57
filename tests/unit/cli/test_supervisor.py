"""Programs are started, waited for, and never left behind."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from folkmoot.local.supervisor import Program, ProgramError, Supervisor

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""


def program(folder: Path, code: str, *, name: str = "thing", **more: Any) -> Program:
    log = folder / f"{name}.log"
    return Program(
        name=name,
        argv=(sys.executable, "-IS", "-c", code),
        log=log,
        is_ready=lambda: log.exists() and "up" in log.read_text(),
        **more,
    )


def test_a_program_that_dies_is_reported_with_the_end_of_its_log(
    tmp_path: Path,
) -> None:
    dies = program(tmp_path, "import sys; print('no disk'); sys.exit(7)")
    with (
        Supervisor() as supervisor,
        pytest.raises(ProgramError, match=r"thing ended with 7.*\n  no disk"),
    ):
        supervisor.start(dies)


def test_a_program_that_never_answers_is_reported(tmp_path: Path) -> None:
    mute = program(tmp_path, "import time; time.sleep(60)", start_limit=0.1)
    with (
        Supervisor() as supervisor,
        pytest.raises(ProgramError, match="did not answer within 0 s"),
    ):
        supervisor.start(mute)


def test_a_program_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        supervisor.start(program(tmp_path, STUBBORN, stop_grace=0.1))
        process = supervisor["thing"]
    assert process.exit_code == -signal.SIGKILL


def test_programs_stop_in_the_reverse_order(tmp_path: Path) -> None:
    story = tmp_path / "story"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        "    open({story!r}, 'a').write({name!r})\n"
        "    sys.exit()\n"
        "signal.signal(15, end)\n"
        "print('up', flush=True)\n"
        "time.sleep(60)"
    )
    with Supervisor() as supervisor:
        for name in "abc":
            text = code.format(story=str(story), name=name)
            supervisor.start(program(tmp_path, text, name=name))
    assert story.read_text() == "cba"


def test_programs_started_side_by_side_stop_so_too(tmp_path: Path) -> None:
    names = [f"thing-{number}" for number in range(3)]
    with Supervisor() as supervisor:
        supervisor.start(
            *(program(tmp_path, STUBBORN, name=n, stop_grace=0.5) for n in names)
        )
        processes = [supervisor[name] for name in names]
        began = time.monotonic()
        supervisor.stop()
        took = time.monotonic() - began
    assert {process.exit_code for process in processes} == {-signal.SIGKILL}
    assert took < 1.4, "one grace for all, not one for each"


def test_a_dead_program_is_known_and_starts_anew(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        supervisor.start(program(tmp_path, STUBBORN, stop_grace=0.1))
        first = supervisor["thing"]
        first.kill()
        assert supervisor.dead() == [first]
        supervisor.again("thing")
        assert supervisor["thing"].pid != first.pid
        assert not supervisor.dead()


def test_nothing_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from folkmoot.local.supervisor import Process, Program\n"
        f"child = (sys.executable, '-IS', '-c', {STUBBORN!r})\n"
        f"log = Path({str(tmp_path / 'log')!r})\n"
        "process = Process(Program('x', child, log, lambda: 'up' in log.read_text()))\n"
        "process.wait_ready()\n"
        "print(process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout
        child = os.pidfd_open(int(running.stdout.readline()))
        running.kill()
    gone, _, _ = select.select([child], [], [], 10)
    os.close(child)
    assert gone


def test_a_file_that_makes_a_setting_is_looked_for_at_each_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says = "import os, time; print(os.environ.get('THINGS'), 'up', flush=True)"
    file = tmp_path / "things.json"
    thing = program(tmp_path, f"{says}; time.sleep(60)", files={"THINGS": file})
    for elsewhere in (None, "elsewhere.json"):
        if elsewhere:
            monkeypatch.setenv("THINGS", elsewhere)
        for there in (False, True):
            file.unlink(missing_ok=True)
            thing.log.unlink(missing_ok=True)
            if there:
                file.touch()
            with Supervisor() as supervisor:
                supervisor.start(thing)
            wanted = elsewhere or (str(file) if there else None)
            assert f"{wanted} up" in thing.log.read_text()
