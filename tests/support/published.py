"""Whether a record on Kafka is as its published schema and document say."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

SHARED = Path(__file__).parents[2] / "shared"


def faults(
    topic: str, key: bytes | None, value: bytes, headers: Mapping[str, bytes]
) -> Iterator[str]:
    """Yield what is wrong with a record of ours; nothing where all is well."""
    told = {name: raw.decode() for name, raw in headers.items()}
    documented = _headers()
    yield from (e.message for e in Draft202012Validator(documented).iter_errors(told))
    yield from (
        f"header {name} is not documented"
        for name in sorted(told.keys() - documented["properties"].keys())
    )
    schema = _schema(told.get("ce_type", ""))
    if schema is None:
        yield f"no schema is published for {told.get('ce_type')}"
        return
    validator = Draft202012Validator(schema)
    yield from (error.message for error in validator.iter_errors(json.loads(value)))
    if schema["x-topic"] != topic:
        yield f"belongs on {schema['x-topic']}"
    if key is None or key.decode() != told.get("ce_subject"):
        yield "the key is not the subject"


@cache
def _headers() -> dict[str, Any]:
    document = yaml.safe_load((SHARED / "asyncapi.yaml").read_text())
    schema: dict[str, Any] = document["components"]["schemas"]["CloudEventHeaders"]
    return schema


@cache
def _schema(event: str) -> dict[str, Any] | None:
    file = SHARED / "schemas" / f"{event}.json"
    if not event or not file.exists():
        return None
    schema: dict[str, Any] = json.loads(file.read_text())
    return schema
