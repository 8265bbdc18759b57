"""Only tokens signed by our keys, for us, now, get in."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from folkmoot_chassis.auth import Claims, Keys, Verifier
from folkmoot_chassis.problems import Problem
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from typing_extensions import override

from tests.unit.chassis.fakes import ManualTime

ED: Any = OKPKey.generate_key("Ed25519", {"kid": "ed", "use": "sig"})
EC: Any = ECKey.generate_key("P-256", {"kid": "ec"})
RSA: Any = RSAKey.generate_key(2048, {"kid": "rsa"})
OTHER: Any = OKPKey.generate_key("Ed25519", {"kid": "other"})


def claims(**more: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {
        "iss": "folkmoot",
        "aud": "folkmoot",
        "sub": "ada",
        "iat": now,
        "exp": now + 600,
        "roles": ["steward"],
    }
    return {k: v for k, v in (good | more).items() if v is not None}


def sign(
    key: Any = ED,
    alg: str = "Ed25519",
    header: dict[str, Any] | None = None,
    **more: Any,
) -> str:
    given = {"alg": alg, "kid": key.kid} | (header or {})
    return jwt.encode(given, claims(**more), key, algorithms=[alg, "HS256"])


def raw(header: object, payload: object, signature: str = "") -> str:
    def part(value: object) -> str:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    return f"{part(header)}.{part(payload)}.{signature}"


class CountedKeys(Keys):
    """A key set that counts how often it is read, from where there may be none."""

    def __init__(self, *keys: Any, time_: ManualTime | None = None) -> None:
        super().__init__("memory", monotonic=time_ or ManualTime())
        self.keys = list(keys)
        self.readings = 0
        self.broken = False

    @override
    async def _fetch(self) -> Any:
        self.readings += 1
        if self.broken:
            raise OSError("gone")
        return KeySet(self.keys).as_dict(private=False)


def verifier(keys: Keys | None = None) -> Verifier:
    known = keys or CountedKeys(ED, EC, RSA)
    return Verifier(known, issuer="folkmoot", audience="folkmoot")


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # and still in use
@pytest.mark.parametrize(
    ("key", "alg"), [(ED, "EdDSA"), (ED, "Ed25519"), (EC, "ES256"), (RSA, "RS256")]
)
async def test_a_good_token_says_who_is_calling(key: Any, alg: str) -> None:
    known = await verifier().verify(sign(key, alg))
    assert known.subject == "ada"
    assert known.texts("roles") == ("steward",)
    assert known.texts("groups") == ()


def hs_with_public_key() -> str:
    unsigned = raw({"alg": "HS256", "kid": "rsa"}, claims()).rstrip(".")
    secret = RSA.as_pem(private=False)
    digest = hmac.digest(secret, unsigned.encode(), "sha256")
    return f"{unsigned}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


NOW = int(time.time())
REFUSED: dict[str, Callable[[], str]] = {
    "alg none": lambda: raw({"alg": "none"}, claims()),
    "alg none with a kid": lambda: raw({"alg": "none", "kid": "ed"}, claims()),
    "HS256 signed with the public key": hs_with_public_key,
    "another key under a known kid": lambda: sign(OTHER, header={"kid": "ed"}),
    "an unknown kid": lambda: sign(OTHER),
    "an algorithm that is not the key's": lambda: raw(
        {"alg": "RS256", "kid": "ed"}, claims(), "AAAA"
    ),
    "another issuer": lambda: sign(iss="elsewhere"),
    "issuers in a list": lambda: sign(iss=["folkmoot", "elsewhere"]),
    "no issuer": lambda: sign(iss=None),
    "another audience": lambda: sign(aud="elsewhere"),
    "no audience": lambda: sign(aud=None),
    "expired": lambda: sign(exp=NOW - 120),
    "no expiry": lambda: sign(exp=None),
    "an expiry in words": lambda: sign(exp="never"),
    "not yet": lambda: sign(nbf=NOW + 600),
    "issued in the future": lambda: sign(iat=NOW + 600),
    "no time of issue": lambda: sign(iat=None),
    "no subject": lambda: sign(sub=None),
    "an empty subject": lambda: sign(sub=""),
    "a subject that is no name": lambda: sign(sub=7),
    "subjects in a list": lambda: sign(sub=["ada"]),
    "jku": lambda: sign(header={"jku": "https://evil.example/jwks"}),
    "jwk": lambda: sign(header={"jwk": OTHER.as_dict(private=False)}),
    "x5u": lambda: sign(header={"x5u": "https://evil.example/cert"}),
    "too long": lambda: sign(pad="x" * 9000),
    "altered": lambda: sign()[:-4] + "AAAA",
    "encrypted": lambda: "a.b.c.d.e",
    "empty": lambda: "",
    "no token": lambda: "swordfish",
    "not ASCII": lambda: "é.é.é",
    "a list for a header": lambda: raw([], claims()),
    "a list for claims": lambda: raw({"alg": "Ed25519", "kid": "ed"}, []),
    "a deep header": lambda: raw(b"[" * 5000, {}),
    "an unknown critical extension": lambda: raw(
        {"alg": "Ed25519", "kid": "ed", "crit": ["exp"], "exp": 1}, claims(), "AAAA"
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_any_other_token_is_refused(name: str) -> None:
    with pytest.raises(Problem) as caught:
        await verifier().verify(REFUSED[name]())
    assert caught.value.status == 401
    assert caught.value.body["type"] == "urn:folkmoot:problem:unauthenticated"
    assert caught.value.headers == {"www-authenticate": "Bearer"}


PLAIN = {
    "no token": "that is not a signed token (a JSON Web Token of three parts)",
    "expired": "the token has expired",
    "no audience": "the token lacks the claim 'aud'",
    "another issuer": "the token's claim 'iss' is not what it should be",
    "not yet": "the token's claim 'nbf' is not what it should be",
    "an unknown kid": "the token is not signed with a key that is known here",
    "altered": "the token is not signed with a key that is known here",
    "alg none": "the token is signed in a way that is not accepted here",
    "too long": "the token is too long",
}


@pytest.mark.parametrize("name", PLAIN)
async def test_what_is_wrong_with_a_token_is_told_in_plain_words(name: str) -> None:
    with pytest.raises(Problem) as caught:
        await verifier().verify(REFUSED[name]())
    assert caught.value.body["detail"] == PLAIN[name]


async def test_a_flood_of_unknown_keys_reads_the_set_once_in_ten_seconds() -> None:
    now = ManualTime()
    keys = CountedKeys(ED, time_=now)
    known = verifier(keys)
    for second in range(30):
        for _ in range(20):
            with pytest.raises(Problem):
                await known.verify(sign(OTHER))
        now.later(seconds=1)
        assert keys.readings <= 2 + second // 10


async def test_a_new_key_is_found_without_waiting_for_the_next_round() -> None:
    now = ManualTime()
    keys = CountedKeys(ED, time_=now)
    known = verifier(keys)
    await known.verify(sign())
    keys.keys.append(OTHER)
    now.later(seconds=11)
    assert (await known.verify(sign(OTHER))).subject == "ada"


async def test_keys_outlive_a_set_that_cannot_be_read() -> None:
    now = ManualTime()
    keys = CountedKeys(ED, time_=now)
    known = verifier(keys)
    await known.verify(sign())
    keys.broken = True
    now.later(hours=1)
    assert (await known.verify(sign())).subject == "ada"


async def test_without_any_keys_nobody_is_blamed_and_the_source_is_not_flooded() -> (
    None
):
    keys = CountedKeys(ED)
    keys.broken = True
    known = verifier(keys)
    for _ in range(5):
        with pytest.raises(Problem) as caught:
            await known.verify(sign())
        assert caught.value.status == 503
    assert keys.readings == 1


async def test_a_key_set_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps(KeySet([ED]).as_dict(private=False)))
    assert (await verifier(Keys(str(path))).verify(sign())).subject == "ada"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"keys": 7}', '{"keys": [{}]}'])
async def test_a_file_that_is_no_key_set_is_no_crash(tmp_path: Path, text: str) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(text)
    with pytest.raises(Problem):
        await verifier(Keys(str(path))).verify(sign())


def test_texts_are_what_is_text() -> None:
    known = Claims("ada", {"groups": ["a", 7, "b"], "roles": "one", "odd": 7})
    assert known.texts("groups") == ("a", "b")
    assert known.texts("roles") == ("one",)
    assert known.texts("odd") == ()


async def test_a_service_without_a_key_set_says_so(tmp_path: Path) -> None:
    missing = Verifier(Keys(str(tmp_path / "none")), issuer="us", audience="us")
    assert await missing.check() == "Tokens cannot be checked now"
    unset = Verifier(Keys(None), issuer="us", audience="us")
    assert await unset.check() == "This service knows no keys for tokens"
