"""Webhooks reach the public internet and nothing inside."""

from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from folkmoot_notification.gateways.guard import Guard, Network, RefusedError

PUBLIC = ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946")


def guard(*addresses: str, allow: Sequence[Network] = ()) -> Guard:
    async def resolve(host: str, port: int) -> Sequence[str]:
        del host, port
        return addresses

    return Guard(allow, resolve)


INSIDE = [
    "0.0.0.0",  # noqa: S104  an address to refuse, not to bind
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2001:0:53aa:64c:0:0:80ff:fffe",
    "2001:db8::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "100::1",
]


@pytest.mark.parametrize("address", INSIDE)
async def test_an_address_inside_is_refused(address: str) -> None:
    with pytest.raises(RefusedError):
        await guard(address).addresses("hooks.example", 443, tls=True)


@pytest.mark.parametrize("address", INSIDE)
async def test_one_bad_address_among_good_ones_is_enough(address: str) -> None:
    with pytest.raises(RefusedError):
        await guard(*PUBLIC, address).addresses("hooks.example", 443, tls=True)


async def test_public_addresses_are_let_through_by_https() -> None:
    found = await guard(*PUBLIC).addresses("hooks.example", 443, tls=True)

    assert found == list(PUBLIC)


@pytest.mark.parametrize(("port", "tls"), [(80, False), (22, True), (6379, True)])
async def test_plain_http_and_odd_ports_are_refused(port: int, *, tls: bool) -> None:
    with pytest.raises(RefusedError):
        await guard(*PUBLIC).addresses("hooks.example", port, tls=tls)


async def test_what_an_operator_allows_is_let_through() -> None:
    allow = [ip_network("127.0.0.0/8")]
    one = guard("127.0.0.1", allow=allow)
    mixed = guard("127.0.0.1", "10.0.0.1", allow=allow)

    assert await one.addresses("localhost", 8080, tls=False) == ["127.0.0.1"]
    with pytest.raises(RefusedError):
        await mixed.addresses("localhost", 443, tls=True)
    with pytest.raises(RefusedError):
        await guard(*PUBLIC, allow=allow).addresses("x.example", 80, tls=False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "gopher://hooks.example/",
        "https://",
        "https:///path",
        "https://user:secret@hooks.example/",
        "https://hooks.example:port/",
        "https://hooks.example:99999/",
        "https://[::1/",
    ],
)
async def test_what_is_no_https_url_is_refused(url: str) -> None:
    assert await guard(*PUBLIC).check(url) is not None


async def test_a_good_url_is_let_through() -> None:
    assert await guard(*PUBLIC).check("https://hooks.example/in?x=1") is None


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "[::ffff:127.0.0.1]"]
)
async def test_odd_spellings_of_loopback_are_refused(host: str) -> None:
    assert await Guard().check(f"https://{host}/") is not None


async def test_every_metadata_url_of_the_corpus_is_refused(corpora: Path) -> None:
    text = (corpora / "bad-input/ssrf/cloud-metadata.txt").read_text()
    urls = [line.strip() for line in text.splitlines() if line.startswith("http")]
    literal = [u for u in urls if (urlsplit(u).hostname or "a")[-1].isdigit()]

    assert len(literal) > 20
    for url in literal:
        by_tls = url.replace("http:", "https:", 1)
        assert await Guard().check(url) is not None, url
        assert await Guard().check(by_tls) is not None, url
