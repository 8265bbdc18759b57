"""Each import contract is kept by our tree, and refuses a breach made on purpose.

The breaches are made in a small tree of the same packages and modules, all empty, so
that what is refused is the breach alone.
"""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "pyproject.toml"
LINTING = ROOT / "tests" / "support" / "linting.py"
CONTRACTS = tomllib.loads(CONFIG.read_text())["tool"]["importlinter"]["contracts"]

SERVICES = ("ingest", "tagging", "search_index", "notification")
MODULES = ("__main__", "app", "wiring", "settings", "handlers", "ports")
PACKAGES = ("api", "storage", "gateways", "use_cases", "domain")
LIBRARIES = ("folkmoot", "folkmoot_events", "folkmoot_chassis", "folkmoot_query")

BREACHES = [
    (
        "a service imports a service",
        "services-independent",
        "folkmoot_tagging/wiring.py",
        "import folkmoot_ingest.domain.rules",
    ),
    (
        "a service imports the command",
        "direction",
        "folkmoot_ingest/app.py",
        "import folkmoot.code",
    ),
    (
        "the chassis imports the schemas",
        "direction",
        "folkmoot_chassis/code.py",
        "import folkmoot_events.code",
    ),
    (
        "the chassis imports a service",
        "direction",
        "folkmoot_chassis/code.py",
        "import folkmoot_tagging.domain",
    ),
    (
        "the query language imports the schemas",
        "direction",
        "folkmoot_query/code.py",
        "import folkmoot_events",
    ),
    (
        "the schemas import the chassis",
        "direction",
        "folkmoot_events/code.py",
        "import folkmoot_chassis.code",
    ),
    (
        "the schemas import the broker",
        "schemas-only",
        "folkmoot_events/code.py",
        "import faststream",
    ),
    (
        "the query language imports the engine",
        "query-is-pure",
        "folkmoot_query/code.py",
        "import tantivy",
    ),
    (
        "a handler imports storage",
        "service-layers",
        "folkmoot_tagging/handlers.py",
        "from folkmoot_tagging.storage import rules",
    ),
    (
        "a handler imports settings",
        "service-layers",
        "folkmoot_tagging/handlers.py",
        "import folkmoot_tagging.settings",
    ),
    (
        "api imports handlers",
        "service-layers",
        "folkmoot_ingest/api/rules.py",
        "import folkmoot_ingest.handlers",
    ),
    (
        "a use case imports storage",
        "service-layers",
        "folkmoot_ingest/use_cases/rules.py",
        "import folkmoot_ingest.storage",
    ),
    (
        "domain imports ports",
        "service-layers",
        "folkmoot_notification/domain/rules.py",
        "import folkmoot_notification.ports",
    ),
    (
        "a stray module beside the layers",
        "service-layers",
        "folkmoot_search_index/utils.py",
        "",
    ),
    (
        "domain imports the driver",
        "pure-core",
        "folkmoot_ingest/domain/rules.py",
        "import motor.motor_asyncio",
    ),
    (
        "a use case imports the chassis",
        "pure-core",
        "folkmoot_tagging/use_cases/rules.py",
        "import folkmoot_chassis.code",
    ),
    (
        "a port imports telemetry",
        "pure-core",
        "folkmoot_search_index/ports.py",
        "import opentelemetry.trace",
    ),
    (
        "storage imports a use case",
        "adapters-look-down",
        "folkmoot_tagging/storage/rules.py",
        "import folkmoot_tagging.use_cases.rules",
    ),
    (
        "a gateway imports a use case",
        "adapters-look-down",
        "folkmoot_ingest/gateways/rules.py",
        "import folkmoot_ingest.use_cases",
    ),
    (
        "a handler imports the driver",
        "driver-in-storage",
        "folkmoot_search_index/handlers.py",
        "import pymongo",
    ),
    (
        "api imports the driver's document ids",
        "driver-in-storage",
        "folkmoot_notification/api/rules.py",
        "from bson import ObjectId",
    ),
    (
        "a gateway imports the broker",
        "broker-in-chassis",
        "folkmoot_notification/gateways/rules.py",
        "import aiokafka",
    ),
    (
        "app imports the broker's framework",
        "broker-in-chassis",
        "folkmoot_ingest/app.py",
        "from faststream.kafka import KafkaBroker",
    ),
    (
        "storage imports the web framework",
        "web-in-api",
        "folkmoot_ingest/storage/rules.py",
        "from fastapi import HTTPException",
    ),
    (
        "a use case imports the engine",
        "engine-in-gateways",
        "folkmoot_search_index/use_cases/rules.py",
        "import tantivy",
    ),
    (
        "two modules import each other",
        "no-circles",
        "folkmoot_chassis/code.py",
        "import folkmoot_chassis.more",
    ),
]
LET_THROUGH = [
    (
        "a handler calls a use case",
        "",
        "folkmoot_tagging/handlers.py",
        "import folkmoot_tagging.use_cases.rules, folkmoot_events, folkmoot_chassis",
    ),
    (
        "storage implements a port on the driver",
        "",
        "folkmoot_tagging/storage/rules.py",
        "import folkmoot_tagging.ports, motor.motor_asyncio, folkmoot_chassis.code",
    ),
    (
        "a gateway drives the engine",
        "",
        "folkmoot_search_index/gateways/rules.py",
        "import tantivy",
    ),
]


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    tree = tmp_path_factory.mktemp("tree")
    for library in LIBRARIES:
        _package(tree / library, "code")
    (tree / "folkmoot_chassis/more.py").write_text("import folkmoot_chassis.code\n")
    for service in SERVICES:
        package = tree / f"folkmoot_{service}"
        _package(package, *MODULES)
        for inner in PACKAGES:
            _package(package / inner, "rules")
    result = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-P", str(LINTING), str(CONFIG)],
        input=json.dumps([*BREACHES, *LET_THROUGH]),
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=True,
    )
    said: dict[str, str] = json.loads(result.stdout)
    return said


def _package(folder: Path, *modules: str) -> None:
    folder.mkdir()
    for module in ("__init__", *modules):
        (folder / f"{module}.py").touch()


@pytest.mark.parametrize("breach", BREACHES, ids=lambda breach: breach[0])
def test_a_breach_is_refused(
    breach: tuple[str, str, str, str], reports: dict[str, str]
) -> None:
    report = reports[breach[0]]
    assert "Contracts: 0 kept, 1 broken." in " ".join(report.split())


@pytest.mark.parametrize("change", LET_THROUGH, ids=lambda change: change[0])
def test_what_the_layers_are_for_is_let_through(
    change: tuple[str, str, str, str], reports: dict[str, str]
) -> None:
    kept = f"Contracts: {len(CONTRACTS)} kept, 0 broken."
    assert kept in " ".join(reports[change[0]].split())


def test_every_contract_is_broken_at_least_once() -> None:
    assert {breach[1] for breach in BREACHES} == {c["id"] for c in CONTRACTS}


def test_every_contract_is_a_sentence() -> None:
    for contract in CONTRACTS:
        assert contract["name"][0].isupper()
        assert len(contract["name"].split()) >= 5


def test_our_tree_keeps_every_contract() -> None:
    result = subprocess.run(  # noqa: S603  a program of our environment
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
