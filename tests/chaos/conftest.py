"""Fixtures of the chaos suite: one Folkmoot to be hurt, and a place for figures."""

from collections.abc import Callable, Iterator

import pytest
from _pytest.capture import CaptureManager

from tests.support.chaos_cluster import Cluster, cluster_in
from tests.support.chaos_moot import Moot, moot_in

Note = Callable[[object], None]
Say = Callable[[str], None]

_NOTES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def moot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moot]:
    """Run one Folkmoot for all tests; each begins with a trial of its own."""
    with moot_in(tmp_path_factory.mktemp("chaos")) as made:
        yield made


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Run one Folkmoot on three nodes for the tests of a file."""
    with cluster_in(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Note:
    """Return what writes a line into the summary at the end."""
    lines = request.config.stash.setdefault(_NOTES, [])
    name = request.node.name

    def write(line: object) -> None:
        lines.append(f"{name}: {line}")

    return write


@pytest.fixture
def say(request: pytest.FixtureRequest) -> Say:
    """Return what writes a line at once: some runs last an hour."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    capture = request.config.pluginmanager.get_plugin("capturemanager")
    assert isinstance(reporter, pytest.TerminalReporter)
    assert isinstance(capture, CaptureManager)

    def write(line: str) -> None:
        with capture.global_and_fixture_disabled():
            reporter.ensure_newline()
            reporter.write_line(line)
            reporter.flush()

    return write


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tell every ledger."""
    lines = config.stash.get(_NOTES, [])
    if lines:
        terminalreporter.section("ledgers")
    for line in sorted(lines):
        terminalreporter.write_line(line)
