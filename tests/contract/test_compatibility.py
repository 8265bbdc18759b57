"""One change at a time to a published schema: refused, or let through."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from folkmoot.registry.compatibility import Breach, breaches

Change = Callable[[dict[str, Any]], object]

EVENT = "folkmoot.kettle.boiled.v1"
PUBLISHED: dict[str, Any] = {
    "title": "KettleBoiled",
    "description": "A kettle boiled.",
    "type": "object",
    "x-topic": "folkmoot.kettles.v1",
    "x-key": "kettle_id",
    "properties": {
        "kettle_id": {"type": "string", "pattern": "^k", "description": "Which."},
        "litres": {"type": "number", "minimum": 0, "maximum": 3},
        "fuel": {"enum": ["gas", "wood"], "type": "string"},
        "lid": {"anyOf": [{"$ref": "#/$defs/Lid"}, {"type": "null"}], "default": None},
        "spouts": {
            "type": "array",
            "items": {"$ref": "#/$defs/Spout"},
            "minItems": 1,
        },
        "hot": {"type": "boolean", "default": True},
        "boiled": {"type": "string", "format": "date-time"},
        "spare": {"$ref": "#/$defs/Spout", "default": {"bore": 1}},
    },
    "required": ["kettle_id", "litres", "fuel", "spouts", "boiled"],
    "$defs": {
        "Lid": {
            "type": "object",
            "properties": {"colour": {"type": "string"}},
            "required": ["colour"],
        },
        "Spout": {
            "type": "object",
            "properties": {
                "bore": {"type": "integer"},
                "inner": {"anyOf": [{"$ref": "#/$defs/Spout"}, {"type": "null"}]},
            },
            "required": ["bore"],
        },
    },
}


def fields(schema: dict[str, Any]) -> dict[str, Any]:
    inner: dict[str, Any] = schema["properties"]
    return inner


def part(schema: dict[str, Any], name: str) -> dict[str, Any]:
    inner: dict[str, Any] = schema["$defs"][name]
    return inner


def rename_field(schema: dict[str, Any]) -> None:
    fields(schema)["volume"] = fields(schema).pop("litres")
    schema["required"] = ["kettle_id", "volume", "fuel", "spouts", "boiled"]


def add_required_field(schema: dict[str, Any]) -> None:
    fields(schema)["owner"] = {"type": "string"}
    schema["required"].append("owner")


def rename_model(schema: dict[str, Any]) -> None:
    schema["$defs"]["Cover"] = schema["$defs"].pop("Lid")
    fields(schema)["lid"]["anyOf"][0]["$ref"] = "#/$defs/Cover"


def inline_model(schema: dict[str, Any]) -> None:
    fields(schema)["lid"]["anyOf"][0] = schema["$defs"].pop("Lid")


REFUSED: dict[str, tuple[Change, str, str]] = {
    "a field removed": (
        lambda s: fields(s).pop("hot"),
        "hot",
        "was removed or renamed",
    ),
    "a field renamed": (rename_field, "litres", "was removed or renamed"),
    "a nested field removed": (
        lambda s: part(s, "Spout")["properties"].pop("inner"),
        "spouts[].inner",
        "was removed or renamed",
    ),
    "a new required field": (add_required_field, "owner", "is new and required"),
    "a new required field, nested": (
        lambda s: part(s, "Lid").update(
            properties={"colour": {"type": "string"}, "size": {"type": "integer"}},
            required=["colour", "size"],
        ),
        "lid.size",
        "is new and required",
    ),
    "optional made required": (
        lambda s: s["required"].append("hot"),
        "hot",
        "was optional and is required",
    ),
    "required made optional": (
        lambda s: s["required"].remove("fuel"),
        "fuel",
        "was required and is optional",
    ),
    "another type": (
        lambda s: fields(s)["litres"].update(type="string"),
        "litres",
        "changed type from 'number' to 'string'",
    ),
    "a wider type": (
        lambda s: part(s, "Spout")["properties"]["bore"].update(type="number"),
        "spouts[].bore",
        "changed type",
    ),
    "null allowed": (
        lambda s: fields(s).update(
            fuel={"anyOf": [{"type": "string"}, {"type": "null"}]}
        ),
        "fuel",
        "takes other kinds of value",
    ),
    "null forbidden": (
        lambda s: fields(s).update(lid={"$ref": "#/$defs/Lid", "default": None}),
        "lid",
        "takes other kinds of value",
    ),
    "an enum narrowed": (
        lambda s: fields(s)["fuel"].update(enum=["gas"]),
        "fuel",
        "no longer takes ['wood']",
    ),
    "an enum widened": (
        lambda s: fields(s)["fuel"].update(enum=["gas", "wood", "peat"]),
        "fuel",
        "now takes ['peat']",
    ),
    "an enum put on a free text": (
        lambda s: fields(s)["kettle_id"].update(enum=["k1"]),
        "kettle_id",
        "changed enum from nothing",
    ),
    "another pattern": (
        lambda s: fields(s)["kettle_id"].update(pattern="^ket"),
        "kettle_id",
        "changed pattern",
    ),
    "a bound narrowed": (
        lambda s: fields(s)["litres"].update(maximum=2),
        "litres",
        "changed maximum from 3 to 2",
    ),
    "a bound widened": (
        lambda s: fields(s)["litres"].update(minimum=-1),
        "litres",
        "changed minimum",
    ),
    "a bound lifted": (
        lambda s: fields(s)["spouts"].pop("minItems"),
        "spouts",
        "changed minItems from 1 to nothing",
    ),
    "another format": (
        lambda s: fields(s)["boiled"].update(format="date"),
        "boiled",
        "changed format",
    ),
    "another default": (
        lambda s: fields(s)["hot"].update(default=False),
        "hot",
        "changed default from True to False",
    ),
    "another default beside a model used before": (
        lambda s: fields(s)["spare"].update(default={"bore": 2}),
        "spare",
        "changed default",
    ),
    "closed to fields of tomorrow": (
        lambda s: s.update(additionalProperties=False),
        "the event",
        "changed additionalProperties from nothing to False",
    ),
    "another topic": (
        lambda s: s.update({"x-topic": "folkmoot.teapots.v1"}),
        "the event",
        "changed x-topic",
    ),
    "another key": (
        lambda s: s.update({"x-key": "litres"}),
        "the event",
        "changed x-key",
    ),
}

ALLOWED: dict[str, Change] = {
    "nothing": lambda _: None,
    "a new optional field": lambda s: fields(s).update(
        owner={"type": "string", "default": ""}
    ),
    "a new optional field, nested": lambda s: part(s, "Lid")["properties"].update(
        knob={"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    ),
    "another description": lambda s: fields(s)["kettle_id"].update(description="Its."),
    "another title": lambda s: s.update(title="KettleHasBoiled"),
    "examples": lambda s: fields(s)["kettle_id"].update(examples=["k7"]),
    "an enum in another order": lambda s: fields(s)["fuel"].update(
        enum=["wood", "gas"]
    ),
    "fields in another order": lambda s: s.update(
        properties=dict(reversed(fields(s).items()))
    ),
    "a model renamed": rename_model,
    "a model inlined": inline_model,
}


def changed(change: Change) -> list[Breach]:
    proposed = deepcopy(PUBLISHED)
    change(proposed)
    return breaches({EVENT: PUBLISHED}, {EVENT: proposed})


@pytest.mark.parametrize("case", REFUSED)
def test_a_change_that_breaks_a_reader_is_refused(case: str) -> None:
    change, field, what = REFUSED[case]
    found = {breach.field: breach for breach in changed(change)}
    assert found[field].change.startswith(what)
    assert found[field].event == EVENT
    assert "folkmoot.kettle.boiled.v2" in found[field].remedy


@pytest.mark.parametrize("case", ALLOWED)
def test_a_change_that_every_reader_bears_is_let_through(case: str) -> None:
    assert changed(ALLOWED[case]) == []


def test_a_new_major_version_may_differ_in_everything() -> None:
    newer = {"type": "object", "properties": {}}
    proposed = {EVENT: PUBLISHED, "folkmoot.kettle.boiled.v2": newer}
    assert breaches({EVENT: PUBLISHED}, proposed) == []


def test_an_event_cannot_vanish_unless_its_file_goes_too() -> None:
    (breach,) = breaches({EVENT: PUBLISHED}, {})
    assert breach.change == "is gone"
    assert f"delete shared/schemas/{EVENT}.json" in breach.remedy
    assert breaches({}, {}) == []
