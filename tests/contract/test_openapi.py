"""The OpenAPI documents say all that the services answer, and to whom."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.openapi.models import OpenAPI
from fastapi.routing import iter_route_contexts
from folkmoot.registry.openapi import drift, main
from folkmoot_chassis.http import OWN_PATHS
from folkmoot_chassis.problems import MEDIA_TYPE
from folkmoot_chassis.service import Service
from jsonschema import Draft202012Validator

from tests.support.service_modules import SERVICES

API = Path(__file__).parents[2] / "docs" / "api"
SCHEMES = {"person", "system", "systemByHeader"}


@pytest.fixture
def document(service: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((API / f"{service}.json").read_text())
    return read


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def test_the_committed_documents_are_as_the_code_says() -> None:
    assert drift(API) == [], "run `make schemas`"


def test_writing_twice_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone.json").write_text("{}")
    main([str(tmp_path)])
    assert len(capsys.readouterr().out.splitlines()) == len(SERVICES) + 1
    main([str(tmp_path)])
    assert capsys.readouterr().out == ""
    assert {file.stem for file in tmp_path.iterdir()} == set(SERVICES)


async def test_all_that_a_service_answers_is_documented(
    app: Service, document: dict[str, Any]
) -> None:
    answered = {
        (method, route.path)
        for route in iter_route_contexts(app.app.routes)
        if route.path not in OWN_PATHS
        for method in route.methods or ()
    }
    assert answered == {(method, path) for method, path, _ in operations(document)}


def test_a_document_says_what_it_is(service: str, document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    about = document["info"]
    assert about["title"] == f"Folkmoot {service}"
    assert about["summary"]
    assert about["version"]


def test_a_document_is_one(document: dict[str, Any]) -> None:
    OpenAPI.model_validate(document)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_asks_who_calls_and_answers_with_problems(
    document: dict[str, Any],
) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes.keys() <= SCHEMES
    for method, path, operation in operations(document):
        named = {name for each in operation["security"] for name in each}
        assert named, f"{method} {path} asks nobody"
        assert named <= schemes.keys()
        assert operation["description"]
        assert MEDIA_TYPE in operation["responses"]["default"]["content"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in set(references(document)):
        target: Any = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        assert target


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)
