"""JSON from strangers: strict, and of bounded depth before anything is built of it."""

import json
import re
from typing import Any

from folkmoot_ingest.domain.errors import Refused

MAX_DEPTH = 32

# Possessive, and content with an unterminated string: linear on whatever comes.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_AS_SQUARE = bytes.maketrans(b"{}", b"[]")
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))


def loads(body: bytes, max_depth: int = MAX_DEPTH) -> Any:  # noqa: ANN401  JSON is anything
    """Parse UTF-8 JSON; the last of equal keys counts. Raises Refused."""
    if is_deeper(body, max_depth):
        raise Refused(
            "too-deep",
            "The JSON is nested too deeply",
            f"Arrays and objects may be nested {max_depth} deep.",
            members={"limit": max_depth},
        )
    try:
        return _DECODER.decode(body.decode())
    except UnicodeDecodeError as error:
        raise _malformed(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise _malformed(
            f"{error.msg} at line {error.lineno} column {error.colno}"
        ) from None
    except ValueError as error:
        raise _malformed(str(error)) from None


def is_deeper(body: bytes, limit: int) -> bool:
    """Tell whether brackets nest deeper than `limit`, without parsing.

    Each round removes the innermost pairs, so that an array of depth n takes n rounds.
    What never closes is malformed; it counts as deep where parsing it could go deep.
    """
    if body.count(b"[") + body.count(b"{") <= limit:
        return False
    brackets = _STRING.sub(b"", body).translate(_AS_SQUARE, _NO_BRACKET)
    for _ in range(limit):
        shorter = brackets.replace(b"[]", b"")
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    return b"[]" in brackets or brackets.count(b"[") > limit


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is out of range")
    return number


_DECODER = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite)


def _malformed(detail: str) -> Refused:
    return Refused(
        "malformed-json",
        "The body is not JSON",
        f"{detail[:1].upper()}{detail[1:]}.",
        status=400,
    )
