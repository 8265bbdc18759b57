"""Record batches off the wire, read so that a bad header name stops nobody.

aiokafka 0.14 decodes header names strictly, inside `getmany`: one that is not UTF-8
raises there, again with every fetch, and what other partitions had handed out to the
same call is lost. (No upstream issue is known; ag2ai/faststream#2458 is about values.)
Such a batch is read by aiokafka's own Python parser instead, whose bytes decode
tolerantly; every other one takes the usual path.
"""

import struct
from collections.abc import Iterator
from typing import Any, SupportsIndex

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from typing_extensions import override

LENGTH = struct.Struct(">8xi")
"""Base offset and length, which open every batch whatever its version."""


def tolerate_header_names() -> None:
    """Let every consumer of this process read header names that are not UTF-8."""
    fetcher.MemoryRecords = TolerantRecords


class TolerantRecords:
    """The batches of one fetched partition; takes the place of `MemoryRecords`."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data or b"")
        self._records = MemoryRecords(data)

    def size_in_bytes(self) -> int:
        """Return the size of what was fetched."""
        return int(self._records.size_in_bytes())

    def has_next(self) -> bool:
        """Tell whether a whole batch is left."""
        return bool(self._records.has_next())

    def next_batch(self) -> "TolerantBatch | None":
        """Return the next batch."""
        batch = self._records.next_batch()
        if batch is None:
            return None
        size = LENGTH.size + LENGTH.unpack_from(self._data)[0]
        raw, self._data = self._data[:size], self._data[size:]
        return TolerantBatch(batch, raw)


class TolerantBatch:
    """One batch, parsed fast where that goes and tolerantly where it does not."""

    __slots__ = ("_batch", "_raw")

    def __init__(self, batch: Any, raw: memoryview) -> None:  # noqa: ANN401  untyped
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  untyped upstream
        return getattr(self._batch, name)

    def __next__(self) -> Any:  # noqa: ANN401  untyped upstream
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._batch))
        except UnicodeDecodeError:
            return iter(list(_SlowBatch(self._raw)))


class _SlowBatch(_DefaultRecordBatchPy):  # type: ignore[misc]  # aiokafka is untyped
    _buffer: bytearray

    def __iter__(self) -> "_SlowBatch":
        self._maybe_uncompress()
        self._buffer = _TolerantBytes(self._buffer)
        return self


class _TolerantBytes(bytearray):
    """Bytes whose parts decode with escapes in place of what is no UTF-8."""

    @override
    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        part = super().__getitem__(index)
        return _TolerantBytes(part) if isinstance(part, bytearray) else part

    @override
    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        del errors
        return super().decode(encoding, "backslashreplace")
