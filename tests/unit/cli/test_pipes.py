"""Commands end quietly when nobody reads on, as when they are piped into `head`."""

import subprocess
import sys
from pathlib import Path

import pytest
from folkmoot.terminal import Exit

IMPORT = (sys.executable, "-m", "folkmoot", "import", "mbox", "--dry-run")


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """Return an archive that is longer than a pipe holds."""
    file = tmp_path / "tea.mbox"
    file.write_text(
        "".join(
            f"From ada@example.org Mon May  4 09:30:00 2026\nFrom: ada@example.org\n"
            f"Message-ID: <{number}@example.org>\nSubject: {'Tea. ' * 100}\n\nTea.\n\n"
            for number in range(1000)
        )
    )
    return file


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_what_nobody_reads_on_ends_without_a_word(
    mail: Path, more: tuple[str, ...]
) -> None:
    with subprocess.Popen(  # noqa: S603  our own command
        [*IMPORT, str(mail), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as importing:
        assert importing.stdout
        assert importing.stderr
        assert importing.stdout.readline()
        importing.stdout.close()
        assert importing.stderr.read() == ""
    assert importing.returncode == Exit.UNREAD
