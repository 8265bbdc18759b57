"""`folkmoot token` signs what the services check."""

from pathlib import Path

import pytest
import typer
from folkmoot.app import make_app
from folkmoot.commands.token import seconds_of
from folkmoot.local.home import Home
from folkmoot_chassis.auth import Keys, Verifier
from folkmoot_chassis.problems import Problem
from typer.testing import CliRunner

TOKEN = ["token", "--person", "ada", "--company", "north", "--group", "design"]


def signed(folder: Path, *more: str) -> str:
    environment = {"FOLKMOOT_HOME": str(folder)}
    done = CliRunner().invoke(make_app(), [*TOKEN, *more], env=environment)
    assert done.exit_code == 0
    return done.stdout.strip()


def verifier(folder: Path) -> Verifier:
    jwks = str(Home(folder).keys.jwks)
    return Verifier(Keys(jwks), issuer="folkmoot", audience="folkmoot")


async def test_a_service_reads_who_it_is_from_the_token(tmp_path: Path) -> None:
    token = signed(tmp_path, "--role", "steward", "--name", "Ada Lovelace")
    claims = await verifier(tmp_path).verify(token)
    assert claims.subject == "ada"
    assert claims.claims["company"] == "north"
    assert claims.texts("groups") == ("design",)
    assert claims.texts("roles") == ("steward",)
    assert claims.claims["exp"] - claims.claims["iat"] == 8 * 3600


async def test_another_machines_token_is_refused(tmp_path: Path) -> None:
    signed(tmp_path / "here")
    stranger = signed(tmp_path / "there")
    with pytest.raises(Problem):
        await verifier(tmp_path / "here").verify(stranger)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1800), ("8h", 28_800), ("7d", 604_800)]
)
def test_lengths_of_time_are_understood(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "8", "h", "0h", "-1h", "8 h", "8y"])
def test_other_lengths_are_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        seconds_of(text)
