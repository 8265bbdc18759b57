"""Which addresses a webhook may reach: the public internet, and nothing inside."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

TLS_PORTS = frozenset({443, 8443})
INSIDE: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",  # carrier-grade NAT, and a cloud's metadata service
            "169.254.0.0/16",  # link-local, and most clouds' metadata services
            "192.0.0.0/24",
            "192.88.99.0/24",
            "224.0.0.0/3",  # multicast, reserved, broadcast
            "fc00::/7",
            "fe80::/9",  # link-local and, formerly, site-local
            "ff00::/8",
        ),
    )
)
NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


class RefusedError(Exception):
    """The address may not be called; says why, without naming what it resolved to."""


class Guard:
    """Resolves a host once and lets through only what may be called.

    `allow` are networks that may be called in spite of all rules, by plain HTTP and on
    any port: for what an operator runs beside this service.
    """

    def __init__(
        self, allow: Sequence[Network] = (), resolve: Resolve | None = None
    ) -> None:
        self._allow = tuple(allow)
        self._resolve = resolve or system_resolve

    async def addresses(self, host: str, port: int, *, tls: bool) -> list[str]:
        """Return the addresses of a host, all of them checked; raises RefusedError."""
        try:
            found = [ip_address(text) for text in await self._resolve(host, port)]
        except (OSError, ValueError, UnicodeError) as error:
            raise RefusedError("the host name cannot be resolved") from error
        if not found:
            raise RefusedError("the host name has no address")
        if all(map(self._allowed, found)):
            return [str(address) for address in found]
        if not tls:
            raise RefusedError("only https is allowed")
        if port not in TLS_PORTS:
            raise RefusedError(f"port {port} is not allowed")
        if any(inside(a) for a in found if not self._allowed(a)):
            raise RefusedError("the address is not on the public internet")
        return [str(address) for address in found]

    async def check(self, url: str) -> str | None:
        """Return why a URL may not be called, or None."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            return "this is not a URL"
        if parts.scheme not in {"http", "https"} or not host:
            return "an absolute https URL is needed"
        if parts.username is not None or parts.password is not None:
            return "a URL may not hold credentials"
        tls = parts.scheme == "https"
        try:
            await self.addresses(host, port or (443 if tls else 80), tls=tls)
        except RefusedError as refusal:
            return str(refusal)
        return None

    def _allowed(self, address: Address) -> bool:
        return any(address in network for network in self._allow)


def inside(address: Address) -> bool:
    """Tell whether an address, or one wrapped in it, is not on the public internet."""
    if isinstance(address, IPv6Address):
        inner = _wrapped(address)
        if inner is not None:
            return inside(inner)
    return not address.is_global or any(address in network for network in INSIDE)


def _wrapped(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that a translator or tunnel would make of an IPv6 one."""
    if any(address in network for network in NAT64):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if int(address) >> 32 == 0 and int(address) > 1:
        return IPv4Address(int(address))
    if address.teredo:
        return address.teredo[1]
    return address.ipv4_mapped or address.sixtofour


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """Return what the operating system makes of a host name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # A scope, as in fe80::1%eth0, says nothing that the check needs.
    return list(dict.fromkeys(str(info[4][0]).partition("%")[0] for info in found))
