"""What may change in a published schema, and what needs a new major version.

Both directions count. A consumer that is not yet deployed anew must read what the new
publisher writes, and a new consumer must read the old records that are still in the
topic, because every topic can be replayed. So within one major version only two things
are free: new optional fields, and words (titles, descriptions, examples). A wider enum
or bound is refused as a narrower one is: it breaks the readers of yesterday instead of
the records of yesterday.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

WORDS = {"$schema", "$id", "$comment", "$defs", "title", "description", "examples"}
FIELDS = {"properties", "required"}
INSIDE = {"items", "additionalProperties"}


@dataclass(frozen=True, slots=True)
class Breach:
    """A change that some reader cannot bear: of which event, where, and what then."""

    event: str
    field: str
    change: str
    remedy: str

    @property
    def message(self) -> str:
        """Say it all in one line."""
        return f"{self.event}: {self.field} {self.change}. {self.remedy}"


def breaches(
    published: Mapping[str, Schema], proposed: Mapping[str, Schema]
) -> list[Breach]:
    """Return what `proposed` breaks of what was `published`, by event type."""
    found: list[Breach] = []
    for event, schema in published.items():
        if event in proposed:
            found += _Comparison(event, schema, proposed[event]).breaches()
        else:
            remedy = (
                "Keep the class while a record may be replayed; when none is left, "
                f"delete shared/schemas/{event}.json in the same change."
            )
            found.append(Breach(event, "the event", "is gone", remedy))
    return found


class _Comparison:
    """One event's schema as published beside the one proposed."""

    def __init__(self, event: str, published: Schema, proposed: Schema) -> None:
        self._event = event
        self._published = published
        self._proposed = proposed
        self._open: set[tuple[str | None, str | None]] = set()

    def breaches(self) -> list[Breach]:
        return list(self._schema("", self._published, self._proposed))

    def _schema(self, path: str, old: Schema, new: Schema) -> Iterator[Breach]:
        references = (old.get("$ref"), new.get("$ref"))
        if references in self._open:  # a schema inside itself
            return
        if None not in references:
            self._open.add(references)
        yield from self._resolved(
            path, _resolve(old, self._published), _resolve(new, self._proposed)
        )
        self._open.discard(references)

    def _resolved(self, path: str, old: Schema, new: Schema) -> Iterator[Breach]:
        before, after = old.get("anyOf", []), new.get("anyOf", [])
        if len(before) != len(after):
            change = f"takes other kinds of value ({len(after) or 1})"
            yield self._breach(path, change, "Add an optional field beside it.")
            return
        for one, other in zip(before, after, strict=True):
            yield from self._schema(path, one, other)
        yield from self._fields(path, old, new)
        for keyword in sorted(old.keys() | new.keys()):
            if keyword in INSIDE and _both_schemas(old.get(keyword), new.get(keyword)):
                yield from self._schema(f"{path}[]", old[keyword], new[keyword])
            elif keyword not in WORDS | FIELDS | {"anyOf"}:
                yield from self._keyword(path, keyword, old, new)

    def _fields(self, path: str, old: Schema, new: Schema) -> Iterator[Breach]:
        before, after = old.get("properties", {}), new.get("properties", {})
        were, are = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            field = f"{path}.{name}".removeprefix(".")
            if name not in after:
                remedy = "Put it back; leave it empty if nothing is known any more."
                yield self._breach(field, "was removed or renamed", remedy)
                continue
            yield from self._schema(field, before[name], after[name])
            if name in are - were:
                remedy = "Give it the default back: old records lack it."
                yield self._breach(field, "was optional and is required", remedy)
            elif name in were - are:
                remedy = "Take the default away: deployed readers insist on the field."
                yield self._breach(field, "was required and is optional", remedy)
        for name in after:
            if name not in before and name in are:
                field = f"{path}.{name}".removeprefix(".")
                remedy = "Give it a default: old records lack it."
                yield self._breach(field, "is new and required", remedy)

    def _keyword(
        self, path: str, keyword: str, old: Schema, new: Schema
    ) -> Iterator[Breach]:
        before, after = old.get(keyword), new.get(keyword)
        if before == after and (keyword in old) == (keyword in new):
            return
        if keyword == "enum" and before is not None and after is not None:
            if gone := [value for value in before if value not in after]:
                remedy = "Take the value back: old records hold it."
                yield self._breach(path, f"no longer takes {gone}", remedy)
            if came := [value for value in after if value not in before]:
                remedy = "Deployed readers refuse the value: add a field beside it."
                yield self._breach(path, f"now takes {came}", remedy)
            return
        was, now = _told(keyword, old), _told(keyword, new)
        remedy = "Leave it as it was, or add an optional field beside it."
        yield self._breach(path, f"changed {keyword} from {was} to {now}", remedy)

    def _breach(self, path: str, change: str, remedy: str) -> Breach:
        name, _, major = self._event.rpartition(".v")
        newer = f" Or publish {name}.v{int(major) + 1} beside it."
        return Breach(self._event, path or "the event", change, remedy + newer)


def _resolve(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    target: Schema = root["$defs"][reference.removeprefix("#/$defs/")]
    return {**target, **{k: v for k, v in schema.items() if k != "$ref"}}


def _both_schemas(old: object, new: object) -> bool:
    return isinstance(old, Mapping) and isinstance(new, Mapping)


def _told(keyword: str, schema: Schema) -> str:
    return repr(schema[keyword]) if keyword in schema else "nothing"
