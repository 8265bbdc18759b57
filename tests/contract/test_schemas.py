"""The generated files are committed as the models say, and cannot be broken unseen."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from folkmoot.registry.__main__ import main
from folkmoot.registry.files import drift
from folkmoot.registry.schemas import ENVELOPE, schemas
from folkmoot_events import EVENTS, Event
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

SHARED = Path(__file__).parents[2] / "shared"
CAPTURED = "schemas/folkmoot.item.captured.v1.json"


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    shutil.copytree(SHARED / "schemas", tmp_path / "schemas")
    shutil.copy(SHARED / "asyncapi.yaml", tmp_path)
    return tmp_path


def test_the_committed_files_are_as_the_models_say() -> None:
    assert drift(SHARED) == [], "run `make schemas`"


@pytest.mark.parametrize("name", schemas())
def test_a_schema_says_what_it_is_and_where_the_event_travels(name: str) -> None:
    schema = schemas()[name]
    assert schema["$id"] == f"urn:folkmoot:schema:{name}"
    assert schema["title"]
    assert schema["description"]
    assert name == ENVELOPE or schema["x-topic"].startswith("folkmoot.")


@pytest.mark.parametrize("name", schemas())
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schemas()[name])


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_a_validator_takes_what_the_model_takes(event: type[Event]) -> None:
    schema = schemas()[event.type]
    validator = Draft202012Validator(schema)
    for file in (SHARED / "examples" / event.type).glob("*.json"):
        payload = json.loads(file.read_text())
        validator.validate(payload)
        validator.validate(payload | {"a_field_of_tomorrow": 1})
        for field in schema["required"]:
            with pytest.raises(ValidationError):
                validator.validate({k: v for k, v in payload.items() if k != field})


def test_writing_twice_changes_nothing(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["write", "--shared", str(shared)]) == 0
    assert capsys.readouterr().out == ""


def test_a_stale_file_is_told_and_written_anew(shared: Path) -> None:
    (shared / "asyncapi.yaml").write_text("asyncapi: 3.0.0\n")
    assert main(["check", "--shared", str(shared)]) == 1
    assert main(["write", "--shared", str(shared)]) == 0
    assert main(["check", "--shared", str(shared)]) == 0


def test_a_breaking_change_is_not_written(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = shared / CAPTURED
    schema = json.loads(file.read_text())
    schema["$defs"]["Item"]["properties"]["mood"] = {"type": "string"}
    file.write_text(json.dumps(schema))
    before = file.read_text()
    assert main(["write", "--shared", str(shared)]) == 1
    assert file.read_text() == before
    told = capsys.readouterr().err
    assert "folkmoot.item.captured.v1: item.mood was removed" in told
    assert "folkmoot.item.captured.v2" in told


def test_an_event_that_was_published_cannot_vanish(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = "folkmoot.item.archived.v1"
    (shared / f"schemas/{gone}.json").write_text("{}")
    assert main(["write", "--shared", str(shared)]) == 1
    assert f"{gone}: the event is gone" in capsys.readouterr().err


def test_deleting_a_schema_is_no_way_around_the_gate(
    shared: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = shared / "schemas/folkmoot.item.archived.v1.json"
    gone.write_text("{}")
    _commit_all(shared)
    gone.unlink()
    assert main(["check", "--shared", str(shared)]) == 0
    assert main(["check", "--shared", str(shared), "--since", "HEAD"]) == 1
    assert f"{gone.stem}: the event is gone" in capsys.readouterr().err


def _commit_all(folder: Path) -> None:
    git = [
        "git",
        "-C",
        str(folder),
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@localhost",
    ]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "Publish"]):
        subprocess.run([*git, *arguments], check=True)  # noqa: S603  our own arguments
