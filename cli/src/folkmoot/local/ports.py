"""TCP ports on the loopback interface."""

import secrets
import socket
from collections.abc import Mapping

from folkmoot.local.errors import LocalError

LOOPBACK = "127.0.0.1"
LOWEST, HIGHEST = 10_000, 32_768
SERVICES = ("ingest", "tagging", "search-index", "notification")
PORTS = {
    "kafka": 9092,
    "kafka-controller": 9093,
    "mongod": 27017,
    "ingest": 8101,
    "tagging": 8102,
    "search-index": 8103,
    "notification": 8104,
}
"""Where everything listens unless told otherwise."""


class PortTakenError(LocalError):
    """Somebody else listens where programs of ours were to listen."""

    def __init__(self, taken: Mapping[str, int]) -> None:
        wanted = "; ".join(
            f"port {port}, wanted for {name}" for name, port in taken.items()
        )
        options = " ".join(f"--port {name}=NUMBER" for name in taken)
        variable = " ".join(f"{name}=NUMBER" for name in taken)
        super().__init__(
            f"taken by other programs: {wanted}. Stop those programs, or choose "
            f"other ports with {options}, or with FOLKMOOT_PORTS='{variable}'"
        )


def is_open(port: int) -> bool:
    """Tell whether somebody accepts connections on a port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0


def require_free(ports: Mapping[str, int]) -> None:
    """Raise PortTakenError unless programs may listen on all ports, given by name."""
    taken = {name: port for name, port in ports.items() if not _is_free(port)}
    if taken:
        raise PortTakenError(taken)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on at this moment.

    They lie below those from which the kernel takes one for each outgoing connection,
    which might else be one of these before its program listens.
    """
    free: dict[int, socket.socket] = {}
    try:
        while len(free) < count:
            port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
            probe = socket.socket()
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                probe.close()
            else:
                free[port] = probe
        return list(free)
    finally:
        for probe in free.values():
            probe.close()
