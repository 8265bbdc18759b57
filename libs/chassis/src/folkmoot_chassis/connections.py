"""aiokafka's connections on uvloop, which tells of a closed one in its own way."""

from typing import Any

from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError

_send = AIOKafkaConnection.send


def survive_closed_transports() -> None:
    """Let a write to a transport that has closed be a lost connection.

    aiokafka 0.14 expects an `OSError`; uvloop raises a `RuntimeError`, seen while a
    broker comes and goes. It ended whichever of aiokafka's tasks was writing: the one
    that keeps the consumer in its group, or the one that looks for brokers, after which
    that consumer waited for ever. (No upstream issue is known.)
    """
    AIOKafkaConnection.send = send


def send(
    connection: AIOKafkaConnection,
    request: Any,  # noqa: ANN401  aiokafka is untyped
    expect_response: bool = True,
) -> Any:  # noqa: ANN401  as above
    """Send a request, and raise KafkaConnectionError where the transport is closed."""
    try:
        return _send(connection, request, expect_response)
    except NotImplementedError:
        raise  # broker and client share no version of this request
    except RuntimeError as error:
        connection.close(reason=CloseReason.CONNECTION_BROKEN)
        text = f"the transport to {connection.host}:{connection.port} is closed"
        raise KafkaConnectionError(text) from error
