"""TCP ports on the loopback interface."""

import socket

from folkmoot.local.errors import LocalError

LOOPBACK = "127.0.0.1"
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
    """Somebody else listens where a program of ours was to listen."""

    def __init__(self, port: int, name: str) -> None:
        super().__init__(
            f"port {port}, wanted for {name}, is taken by another program: "
            f"stop that program, or choose another with --port {name}=NUMBER"
        )
        self.port = port


def is_open(port: int) -> bool:
    """Tell whether somebody accepts connections on a port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) == 0


def require_free(port: int, name: str) -> None:
    """Raise PortTakenError unless a program may listen on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise PortTakenError(port, name) from error


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on at this moment."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
