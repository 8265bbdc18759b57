"""Reading a request's body, never more of it than is allowed."""

import zlib
from collections.abc import AsyncIterator, Mapping

from folkmoot_chassis.problems import Problem

MIB = 1024 * 1024
MAX_BODY = MIB
MAX_BATCH_BODY = 5 * MIB
MAX_DECOMPRESSED = 10 * MIB
MAX_RATIO = 100
RATIO_FROM = 64 * 1024
"""Below this many bytes a ratio means nothing: a few zeros compress as well."""

_GZIP = 16 + zlib.MAX_WBITS


async def read_body(
    chunks: AsyncIterator[bytes], headers: Mapping[str, str], limit: int
) -> bytes:
    """Return the body, decompressed. Raises Problem 400, 413 or 415."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise Problem(
            415,
            "unsupported-encoding",
            "The content encoding is not supported",
            "Send the body as it is, or gzip.",
            headers={"accept-encoding": "gzip"},
        )
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large("body", limit)
    bounded = _bounded(chunks, limit)
    if encoding == "identity":
        return b"".join([chunk async for chunk in bounded])
    return await _gunzip(bounded)


async def _bounded(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise _too_large("body", limit)
        yield chunk


async def _gunzip(chunks: AsyncIterator[bytes]) -> bytes:
    """Decompress as it comes, so that a bomb is dropped before it has gone off."""
    inflating = zlib.decompressobj(_GZIP)
    whole = bytearray()
    compressed = 0
    try:
        async for chunk in chunks:
            compressed += len(chunk)
            allowed = max(RATIO_FROM, compressed * MAX_RATIO)
            most = min(MAX_DECOMPRESSED, allowed) + 1 - len(whole)
            whole += inflating.decompress(chunk, most)
            if len(whole) > MAX_DECOMPRESSED:
                raise _too_large("decompressed body", MAX_DECOMPRESSED)
            if len(whole) > allowed:
                raise Problem(
                    413,
                    "compressed-too-well",
                    "The body expands too much",
                    f"It may expand {MAX_RATIO}:1.",
                    limit=MAX_RATIO,
                )
    except zlib.error:
        raise _broken() from None
    if not inflating.eof or inflating.unused_data:
        raise _broken()
    return bytes(whole)


def _broken() -> Problem:
    return Problem(
        400, "malformed-gzip", "The body is not gzip", "Send one whole gzip member."
    )


def _too_large(what: str, limit: int) -> Problem:
    return Problem(
        413,
        "too-large",
        f"The {what} is too large",
        f"The {what} may hold {limit} bytes.",
        limit=limit,
    )
