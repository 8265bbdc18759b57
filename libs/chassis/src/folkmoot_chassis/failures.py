"""Failure has two words: it will pass, or it will not."""

import asyncio

import httpx
from aiokafka.errors import KafkaError
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    ExecutionTimeout,
    OperationFailure,
    WTimeoutError,
)

DUPLICATE_KEY = 11000

# What the server says of a document that it will never take: BadValue, FailedToParse,
# TypeMismatch, PathNotViable, ConflictingUpdateOperators, DollarPrefixedFieldName,
# EmptyFieldName, DottedFieldName, ImmutableField, DocumentValidationFailure,
# BSONObjectTooLarge, KeyTooLong, and a document grown too large by an update. Anything
# else that it refuses (no primary, no permission, no time) is no fault of the message.
BAD_DOCUMENT = frozenset({2, 9, 14, 28, 40, 52, 56, 57, 66, 121, 10334, 17280, 17419})

# What it says of a transaction that it ended: NoSuchTransaction (its time was up
# between commands, or a failover lost it), TransactionTooLarge,
# TransactionExceededLifetimeLimitSeconds (its time was up within a command) and
# TransactionTooLargeForCache.
ENDED_TRANSACTION = frozenset({251, 257, 290, 388})

# httpx's own words for what other clients raise as an OSError.
NETWORK = (httpx.NetworkError, httpx.TimeoutException, httpx.RemoteProtocolError)


class Permanent(Exception):  # noqa: N818  the word is the contract
    """This message can never be handled; its neighbours can.

    `reason` is a short slug that names the kind of failure.
    """

    def __init__(self, message: str, *, reason: str = "rejected") -> None:
        super().__init__(message)
        self.reason = reason


class Transient(Exception):  # noqa: N818  the word is the contract
    """Trying again later may work; the message is good."""


def is_transient(error: BaseException) -> bool:
    """Tell whether trying the same work again may succeed."""
    if isinstance(error, (Transient, ConnectionFailure, ExecutionTimeout)):
        return True
    if isinstance(error, (WTimeoutError, asyncio.TimeoutError, OSError)):
        return True
    if isinstance(error, NETWORK):
        return True
    if isinstance(error, KafkaError):
        return bool(error.retriable)
    if isinstance(error, OperationFailure):
        # A duplicate key: another replica took the same work. Read again, then skip.
        return is_duplicate_key(error) or not BAD_DOCUMENT & set(_codes(error))
    return False


def is_duplicate_key(error: BaseException) -> bool:
    """Tell whether a write met a document that exists already."""
    return isinstance(error, OperationFailure) and DUPLICATE_KEY in _codes(error)


def has_outgrown(error: BaseException) -> bool:
    """Tell whether a transaction took too long or wrote too much, as it seems."""
    if not isinstance(error, OperationFailure):
        return False
    return bool(ENDED_TRANSACTION & set(_codes(error)))


def _codes(error: OperationFailure) -> list[int]:
    codes = [error.code] if error.code is not None else []
    if isinstance(error, BulkWriteError):
        failures = (error.details or {}).get("writeErrors", [])
        codes.extend(failure.get("code", 0) for failure in failures)
    return codes
