"""Ports that are taken are told all at once, with what changes each."""

import socket
from pathlib import Path

import pytest
from folkmoot.local.home import Home
from folkmoot.local.ports import (
    LOOPBACK,
    PortTakenError,
    free_ports,
    is_open,
    require_free,
)
from folkmoot.local.stack import Stack, Wanted


def test_a_taken_port_is_named() -> None:
    (port,) = free_ports(1)
    require_free({"kafka": port})
    assert not is_open(port)
    with socket.create_server((LOOPBACK, port)):
        assert is_open(port)
        with pytest.raises(PortTakenError, match=rf"port {port}, wanted for kafka"):
            require_free({"kafka": port})


def test_a_start_names_every_taken_port_and_how_to_choose_another(
    tmp_path: Path,
) -> None:
    wanted = Wanted.anywhere()
    taken = ("kafka", "search-index")
    with (
        socket.create_server((LOOPBACK, wanted.ports["kafka"])),
        socket.create_server((LOOPBACK, wanted.ports["search-index"])),
        pytest.raises(PortTakenError) as caught,
        Stack(Home(tmp_path), wanted) as stack,
    ):
        stack.start()
    told = str(caught.value)
    for name, port in wanted.ports.items():
        assert (f"port {port}, wanted for {name}" in told) == (name in taken)
        assert (f"--port {name}=NUMBER" in told) == (name in taken)
    assert "FOLKMOOT_PORTS='kafka=NUMBER search-index=NUMBER'" in told
