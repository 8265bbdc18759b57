"""Connections that go to the very address that was checked.

The name is resolved where the connection is made, and nowhere after the check, so that
a second answer of the DNS cannot lead elsewhere. TLS still verifies the name.
"""

from collections.abc import Iterable

import httpcore
from typing_extensions import override

from folkmoot_notification.gateways.guard import Guard


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects where the guard lets it."""

    def __init__(self, guard: Guard, *, tls: bool) -> None:
        self._guard = guard
        self._tls = tls
        self._network = httpcore.AnyIOBackend()

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await self._guard.addresses(host, port, tls=self._tls)
        for address in addresses[:-1]:
            try:
                return await self._network.connect_tcp(address, port, timeout)
            except httpcore.ConnectError:
                continue
        return await self._network.connect_tcp(addresses[-1], port, timeout)

    @override
    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)
