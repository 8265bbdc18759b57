"""The named places where a process may be killed, as the source has them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from folkmoot.local.ports import SERVICES

ROOT = Path(__file__).parents[2]
CHASSIS = ROOT / "libs/chassis/src"

PLACES = (
    "consumer.before_transaction",
    "consumer.before_ack",
    "consumer.after_ack",
    "transaction.before_commit",
    "transaction.after_commit",
    "relay.before_publish",
    "relay.after_publish",
    "relay.after_remove",
    "dead_letter.before_commit",
    "events.before_capture",
    "events.before_answer",
    "projection.before_commit",
    "projection.after_commit",
    "webhook.before_send",
    "webhook.after_send",
)
"""Written out, so that one that is gone is missed as one that is new is noticed."""


def places_in_source() -> dict[str, set[str]]:
    """Return who passes each place: every service, if the chassis names it."""
    found: dict[str, set[str]] = {}
    for folder in (CHASSIS, *(ROOT / f"services/{s}/src" for s in SERVICES)):
        services = set(SERVICES) if folder == CHASSIS else {folder.parts[-2]}
        for file in folder.rglob("*.py"):
            for place in _hits(ast.parse(file.read_text())):
                found.setdefault(place, set()).update(services)
    return found


def services_of(place: str) -> list[str]:
    """Return the services that pass a place."""
    return sorted(places_in_source().get(place, ()))


def _hits(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name("failpoints"), attr="hit")
                | ast.Name("hit"),
                args=[ast.Constant(str(place))],
            ):
                yield place
            case _:
                pass
