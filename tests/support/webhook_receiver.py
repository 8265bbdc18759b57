"""An endpoint for webhooks that keeps what it gets and answers as it is told."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

SECONDS = 15


@dataclass(frozen=True, slots=True)
class Received:
    """One request; `at` is by the monotonic clock."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def data(self) -> dict[str, Any]:
        """The body as JSON."""
        data: dict[str, Any] = json.loads(self.body)
        return data


@dataclass
class WebhookReceiver:
    """Answers with the next of `answers` (status and headers), then with 204."""

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    requests: list[Received] = field(default_factory=list)
    open: set[asyncio.StreamWriter] = field(default_factory=set)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait(self, count: int, seconds: float = SECONDS) -> list[Received]:
        """Return the requests once there are so many."""
        async with asyncio.timeout(seconds), self.arrived:
            await self.arrived.wait_for(lambda: len(self.requests) >= count)
        return list(self.requests)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.open.add(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self._answer(reader, writer)
        self.open.discard(writer)
        writer.close()

    async def close(self) -> None:
        """Hang up on everybody."""
        for writer in tuple(self.open):
            writer.close()
            await writer.wait_closed()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers["content-length"]))
        received = Received(head[0].split()[1], headers, body)
        status, extra = self.answers.pop(0) if self.answers else (204, {})
        lines = [f"HTTP/1.1 {status} x", *(f"{k}: {v}" for k, v in extra.items())]
        writer.write("\r\n".join([*lines, "content-length: 0", "", ""]).encode())
        await writer.drain()
        async with self.arrived:
            self.requests.append(received)
            self.arrived.notify_all()


@contextlib.asynccontextmanager
async def webhook_receiver() -> AsyncIterator[WebhookReceiver]:
    """Run an endpoint on this machine."""
    receiver = WebhookReceiver()
    server = await asyncio.start_server(receiver._serve, "127.0.0.1", 0)  # noqa: SLF001  same module
    port = server.sockets[0].getsockname()[1]
    receiver.url = f"http://127.0.0.1:{port}/in"
    async with server:
        try:
            yield receiver
        finally:
            server.close()
            await receiver.close()
