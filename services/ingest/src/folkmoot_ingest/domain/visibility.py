"""Who may read an item: what its publisher may say, and what a reader is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from folkmoot_ingest.domain.errors import Refused

_PRINCIPAL = re.compile(r"everyone|company:[^/\s]+|group:[^/\s]+/\S+|person:\S+")


def visibility(company: str, asked: Sequence[str] | None) -> tuple[str, ...]:
    """Settle who may read an item of a company; sorted, for order means nothing.

    A company may open its items to all, or narrow them, but speaks for no other
    company. Raises Refused.
    """
    if asked is None:
        return (f"company:{company}",)
    if not asked:
        raise _refused("is empty: leave it out for the whole company")
    for principal in asked:
        if not _PRINCIPAL.fullmatch(principal):
            raise _refused(
                "holds something else than `everyone`, `company:<id>`, "
                "`group:<company>/<name>` or `person:<id>`"
            )
        if _company_of(principal) not in (None, company):
            raise _refused("names another company or a group of it")
    return tuple(sorted(set(asked)))


def principals(subject: str, claims: Mapping[str, Any]) -> frozenset[str]:
    """List what a reader's token lets them read as."""
    company = claims.get("company")
    held = {"everyone", f"person:{subject}"}
    if isinstance(company, str) and company:
        held.add(f"company:{company}")
        held.update(f"group:{company}/{name}" for name in _strings(claims, "groups"))
    return frozenset(held)


def _strings(claims: Mapping[str, Any], name: str) -> Iterable[str]:
    values = claims.get(name)
    return [v for v in values if isinstance(v, str)] if isinstance(values, list) else []


def _company_of(principal: str) -> str | None:
    kind, _, rest = principal.partition(":")
    return rest.partition("/")[0] if kind in {"company", "group"} else None


def _refused(detail: str) -> Refused:
    return Refused(
        "invalid-visibility", "The item's visibility is not allowed", f"It {detail}."
    )
