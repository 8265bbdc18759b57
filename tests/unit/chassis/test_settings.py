"""What a service is told, and what it says of what it cannot use."""

import json
from pathlib import Path

import pytest
from folkmoot_chassis.settings import ServiceSettings

WRONG = {
    "FOLKMOOT_HTTP_PORT": "99999",
    "FOLKMOOT_JWKS": "http://login.example/keys",
    "FOLKMOOT_KAFKA_CA_FILE": "/nowhere/ca.pem",
    "FOLKMOOT_KAFKA_SASL_MECHANISM": "MD5",
    "FOLKMOOT_KAFKA_SECURITY_PROTOCOL": "ssl",
    "FOLKMOOT_LOG_LEVEL": "LOUD",
    "FOLKMOOT_MONGO_URL": "mongo://user:swordfish@db",
    "FOLKMOOT_RETRY_BASE": "soon",
}
NUMBERS = [
    name
    for name, field in ServiceSettings.model_fields.items()
    if field.annotation in {int, float}
]


@pytest.mark.parametrize("name", WRONG)
def test_a_value_that_does_not_fit_ends_the_process_by_its_name(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, WRONG[name])
    with pytest.raises(SystemExit) as ended:
        ServiceSettings.read()
    assert ended.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["message"].startswith(f"{name}: ")
    assert "swordfish" not in line


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_without_sense_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    variable = f"FOLKMOOT_{name.upper()}"
    monkeypatch.setenv(variable, "-1")
    with pytest.raises(SystemExit):
        ServiceSettings.read()
    assert variable in capsys.readouterr().err


def test_a_single_try_would_take_what_is_known_for_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FOLKMOOT_RETRY_ATTEMPTS", "1")
    with pytest.raises(SystemExit):
        ServiceSettings.read()


def test_every_wrong_value_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in WRONG.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        ServiceSettings.read()
    assert len(capsys.readouterr().err.splitlines()) == len(WRONG)


def test_what_fits_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    monkeypatch.setenv("FOLKMOOT_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
    monkeypatch.setenv("FOLKMOOT_KAFKA_CA_FILE", str(authority))
    monkeypatch.setenv("FOLKMOOT_JWKS", "https://login.example/keys")
    monkeypatch.setenv("FOLKMOOT_MONGO_URL", "mongodb+srv://db.example")
    settings = ServiceSettings.read()
    assert settings.kafka_ca_file == authority
    assert settings.kafka_security_protocol == "SASL_SSL"
