"""Fixtures for every kind of test; see tests/support for how they work."""

import os
from pathlib import Path

import pytest

pytest_plugins = ["tests.support.stores", "tests.support.processes"]

REAL_THINGS = {"integration", "e2e", "chaos"}


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Return the folder of real conversations, which this repository does not hold."""
    named = os.environ.get("FOLKMOOT_CORPORA")
    if not named:
        pytest.skip("FOLKMOOT_CORPORA names no folder of corpora")
    return Path(named)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker of what no usual run can wait for."""
    config.addinivalue_line(
        "markers", "hour: lasts about that long, run by `make chaos-cluster` alone"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs real Kafka and MongoDB by the folder that it lies in."""
    here = Path(__file__).parent
    for item in items:
        kind = item.path.relative_to(here).parts[0]
        if kind in REAL_THINGS:
            item.add_marker("integration")
        if kind == "chaos":
            item.add_marker("chaos")
