"""The papers say what the code does."""

import ast
import json
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from folkmoot.app import make_app
from folkmoot_chassis.dead_letters import ADDED
from folkmoot_chassis.metrics import Metrics
from folkmoot_chassis.settings import ServiceSettings
from folkmoot_ingest.domain.cloud_events import structured
from folkmoot_ingest.domain.drafts import draft
from folkmoot_ingest.domain.submission import Submission
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from typer.main import get_command

from tests.support.service_modules import SERVICES, settings_class

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DECISION = ("Context", "Decision", "Consequences", "Rejected")
IGNORED = {".venv", ".git", ".folkmoot", "node_modules"}
PAPERS = [
    file
    for file in sorted(ROOT.rglob("*.md"))
    if not IGNORED & {*file.relative_to(ROOT).parts}
]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")
BLOCK = re.compile(r"^```json\n(.*?)^```$", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^folkmoot ([^|\n]+)", re.MULTILINE)
CURL_BODY = re.compile(r"-d '(\{.*?\})'\n", re.DOTALL)
REASON = re.compile(r'(?:reason=|error, |reason else )"([a-z-]+)"')
SHORT = re.compile(r"`([a-z-]+)`")
PUBLISHING = (DOCS / "publishing.md").read_text()
OPERATIONS = (DOCS / "operations.md").read_text()
EVENTS = [
    *CURL_BODY.findall((ROOT / "README.md").read_text()),
    *(block for block in BLOCK.findall(PUBLISHING) if "specversion" in block),
]


def headings(text: str) -> list[str]:
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


def first_cells(text: str) -> set[str]:
    cells = re.findall(r"^\| ([^|]+) \|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(paper: Path) -> None:
    dead = [
        link
        for link in LINK.findall(paper.read_text())
        if not (paper.parent / link).exists()
    ]
    assert not dead


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: str(p.relative_to(ROOT)))
def test_what_is_told_to_make_can_be_made(paper: Path) -> None:
    targets = re.findall(
        r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE
    )
    told = re.findall(r"(?:`|^)make ([a-z0-9-]+)", paper.read_text(), re.MULTILINE)
    assert not set(told) - set(targets)


@pytest.mark.parametrize("paper", PAPERS, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_are_told_as_they_are(paper: Path) -> None:
    for line in COMMAND.findall(paper.read_text()):
        command: Any = get_command(make_app())
        words = shlex.split(line, comments=True)
        while words and isinstance(getattr(command, "commands", None), dict):
            command = command.commands[words.pop(0)]
        known = {name for each in command.params for name in each.opts}
        assert {word for word in words if word.startswith("--")} <= known, line


def test_every_setting_is_documented_and_nothing_else() -> None:
    known = {"FOLKMOOT_FAILPOINTS", "FOLKMOOT_CORPORA"}
    for service in SERVICES:
        fields = settings_class(service).model_fields
        known |= {f"FOLKMOOT_{name.upper()}" for name in fields}
    assert first_cells((DOCS / "settings.md").read_text()) == known


@pytest.mark.parametrize(
    ("heading", "settings"),
    [("Every service", ServiceSettings), *((s, settings_class(s)) for s in SERVICES)],
    ids=["Every service", *SERVICES],
)
def test_defaults_are_documented_as_they_are(
    heading: str, settings: type[ServiceSettings]
) -> None:
    text = (DOCS / "settings.md").read_text()
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    for name, default in re.findall(
        r"^\| `FOLKMOOT_(\w+)` \|.*\| `([^`]+)` \|$", section, re.MULTILINE
    ):
        field = settings.model_fields[name.lower()]
        known = field.default
        if isinstance(known, SecretStr):
            known = known.get_secret_value()
        assert str(known).lower() == default.lower(), name


def test_every_metric_of_the_plumbing_is_documented() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    counted = {"counter": "_total"}
    asked = {m.name + counted.get(m.type, "") for m in registry.collect()}
    assert asked <= first_cells(OPERATIONS)


def test_every_failpoint_is_documented_and_nothing_else() -> None:
    section = OPERATIONS.partition("## Failpoints")[2]
    places = {
        str(node.args[0].value)
        for folder in ("libs", "services")
        for file in (ROOT / folder).rglob("src/**/*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name | ast.Attribute)
        and "hit" in {getattr(node.func, "id", ""), getattr(node.func, "attr", "")}
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert first_cells(section) == places


def test_every_header_of_a_dead_letter_is_documented() -> None:
    section = OPERATIONS.partition("## Dead letters")[2].partition("## ")[0]
    assert first_cells(section) == {*ADDED, "traceparent"}


def test_every_reason_to_set_a_record_aside_is_documented() -> None:
    section = OPERATIONS.partition("### Reasons")[2].partition("### ")[0]
    sources = [f.read_text() for f in (ROOT / "libs/chassis/src").rglob("*.py")]
    named = set(REASON.findall("\n".join(sources)))
    assert {"bad-payload", "oversize"} < named <= set(SHORT.findall(section))


def test_every_field_that_a_publisher_may_send_is_documented() -> None:
    section = PUBLISHING.partition("### Something was said")[2].partition("###")[0]
    assert first_cells(section) == set(Submission.model_fields)


@pytest.mark.parametrize("text", EVENTS, ids=range(len(EVENTS)))
def test_an_event_in_the_papers_is_one_that_ingest_takes(text: str) -> None:
    event = structured(json.loads(text))
    assert draft(event, lambda _: "north", datetime.now(UTC)).item_id


def test_decisions_are_numbered_told_in_full_and_listed() -> None:
    files = sorted((DOCS / "decisions").glob("0*.md"))
    listed = (DOCS / "decisions" / "README.md").read_text()
    guide = (ROOT / "mkdocs.yml").read_text()
    assert [int(f.name[:4]) for f in files] == list(range(1, len(files) + 1))
    for file in files:
        text = file.read_text()
        assert text.startswith(f"# {int(file.name[:4])}. ")
        assert re.search(r"^Status: \w+", text, re.MULTILINE)
        assert tuple(headings(text)) == DECISION
        assert f"({file.name})" in listed
        assert f"decisions/{file.name}" in guide


def test_every_page_is_in_the_guide() -> None:
    guide = (ROOT / "mkdocs.yml").read_text()
    assert not [p.name for p in DOCS.glob("*.md") if f" {p.name}\n" not in guide]
