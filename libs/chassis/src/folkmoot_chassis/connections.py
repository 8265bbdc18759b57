"""aiokafka's connections on uvloop, which tells of a closed one in its own way."""

import functools
from collections.abc import Callable
from typing import Any

from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError

Write = Callable[..., Any]
WRITES: dict[str, Write] = {
    name: getattr(AIOKafkaConnection, name) for name in ("send", "_send_sasl_token")
}
"""aiokafka's own ways to write to a broker."""


def survive_closed_transports() -> None:
    """Let a write to a transport that has closed be a lost connection.

    aiokafka 0.14 expects an `OSError`; uvloop raises a `RuntimeError`, seen while a
    broker comes and goes. It ended whichever of aiokafka's tasks was writing: the one
    that keeps the consumer in its group, or the one that looks for brokers, after which
    that consumer waited for ever. (No upstream issue is known.)
    """
    for name, write in WRITES.items():
        setattr(AIOKafkaConnection, name, _surviving(write))


def _surviving(write: Write) -> Write:
    """Return what raises KafkaConnectionError where the transport is closed."""

    @functools.wraps(write)
    def written(connection: AIOKafkaConnection, *given: Any, **named: Any) -> Any:  # noqa: ANN401  aiokafka is untyped
        try:
            return write(connection, *given, **named)
        except NotImplementedError:
            raise  # broker and client share no version of this request
        except RuntimeError as error:
            connection.close(reason=CloseReason.CONNECTION_BROKEN)
            text = f"the transport to {connection.host}:{connection.port} is closed"
            raise KafkaConnectionError(text) from error

    return written
