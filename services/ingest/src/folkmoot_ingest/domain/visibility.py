"""Who may read an item: what its publisher may say."""

import re
from collections.abc import Sequence

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


def _company_of(principal: str) -> str | None:
    kind, _, rest = principal.partition(":")
    return rest.partition("/")[0] if kind in {"company", "group"} else None


def _refused(detail: str) -> Refused:
    return Refused(
        "invalid-visibility", "The item's visibility is not allowed", f"It {detail}."
    )
