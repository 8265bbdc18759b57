"""A write to a transport that has closed is a lost connection, on uvloop too."""

import asyncio
from typing import Any

import pytest
import uvloop
from aiokafka.conn import AIOKafkaConnection, CloseReason, create_conn
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest
from folkmoot_chassis.connections import survive_closed_transports

WRITES = {"send": MetadataRequest([]), "_send_sasl_token": b"who I am"}


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("write", WRITES)
def test_a_closed_transport_is_a_lost_connection(
    write: str, loop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AIOKafkaConnection, "_do_version_lookup", knows_its_version)
    survive_closed_transports()
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(write_after_the_end(write))


async def write_after_the_end(write: str) -> None:
    reasons: list[CloseReason] = []
    async with await asyncio.start_server(answer_nothing, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        connection = await create_conn(
            "127.0.0.1", port, on_close=lambda _, reason: reasons.append(reason)
        )
        # What the event loop does when the other side resets the connection.
        connection._writer.transport.abort()  # noqa: SLF001  there is no other way
        await asyncio.sleep(0)
        with pytest.raises(KafkaConnectionError):
            await getattr(connection, write)(WRITES[write])
    assert reasons == [CloseReason.CONNECTION_BROKEN]


async def knows_its_version(connection: Any) -> None:
    connection._versions = {MetadataRequest.API_KEY: (0, 1)}  # noqa: SLF001  nobody answers


async def answer_nothing(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    await reader.read()
    writer.close()
