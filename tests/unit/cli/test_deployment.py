"""The secrets of a Folkmoot in containers: what each reader is given, and no more."""

import json
import stat
from pathlib import Path

import pytest
from folkmoot.app import make_app
from folkmoot.deployment import SecretFolders, SetupSettings
from folkmoot.local.ports import SERVICES
from folkmoot_chassis.settings import ServiceSettings
from folkmoot_ingest.settings import Settings as IngestSettings
from typer.testing import CliRunner

HOSTS = "db-0.db:27017,db-1.db:27017"


def made(folder: Path) -> SecretFolders:
    folders = SecretFolders(folder)
    folders.ensure(HOSTS, ["north", "west"])
    return folders


def texts(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in found}


def test_making_them_again_changes_nothing(tmp_path: Path) -> None:
    before = texts(made(tmp_path).folder)
    assert texts(made(tmp_path).folder) == before


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_given_its_own_password_and_nobody_elses(
    service: str, tmp_path: Path
) -> None:
    passwords = made(tmp_path).home.credentials.mongo
    given = "".join(texts(tmp_path / service).values())
    assert passwords[service] in given
    others = [passwords[other] for other in SERVICES if other != service]
    assert not [password for password in others if password in given]


def test_ingest_is_given_hashes_of_api_keys_alone(tmp_path: Path) -> None:
    keys = made(tmp_path).home.credentials.api_keys
    assert set(keys) == {"north", "west"}
    given = (tmp_path / "ingest" / "api-keys.json").read_text()
    assert [key["company"] for key in json.loads(given)["keys"]] == ["north", "west"]
    assert not [key for key in keys.values() if key in given]


def test_what_was_said_of_a_key_stays_when_there_is_one_more(tmp_path: Path) -> None:
    folders = made(tmp_path)
    given = tmp_path / "ingest" / "api-keys.json"
    keys = json.loads(given.read_text())["keys"]
    narrowed = keys[0] | {"sources": ["forum.north.example"]}
    given.write_text(json.dumps({"keys": [narrowed, *keys[1:]]}))
    folders.ensure("mongo:27017", ["east"])
    now = json.loads(given.read_text())["keys"]
    assert now[:2] == [narrowed, keys[1]]
    assert [key["company"] for key in now] == ["north", "west", "east"]


def test_only_their_owner_reads_them(tmp_path: Path) -> None:
    made(tmp_path / "secrets")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    for reader in ("home", "setup", *SERVICES):
        for file in (tmp_path / "secrets" / reader).rglob("*"):
            public = file.is_dir() or file.name == "jwks.json"
            assert public or stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_that_others_may_look_into_is_refused(tmp_path: Path) -> None:
    open_to_all = tmp_path / "secrets"
    open_to_all.mkdir(mode=0o755)
    done = CliRunner().invoke(make_app(), ["secrets", str(open_to_all)])
    assert done.exit_code == 1
    assert "chmod 700" in done.stderr
    assert not list(open_to_all.iterdir())


def test_what_was_added_to_a_connection_string_stays(tmp_path: Path) -> None:
    file = made(tmp_path).folder / "ingest/FOLKMOOT_MONGO_URL"
    file.write_text(f"{file.read_text()}&w=majority")
    assert (
        file.read_text()
        == made(tmp_path).folder.joinpath("ingest/FOLKMOOT_MONGO_URL").read_text()
    )


def test_connection_strings_say_what_they_are_told_to(tmp_path: Path) -> None:
    options = "replicaSet=people&tls=true"
    asked = ["secrets", str(tmp_path / "made"), "--mongo-options", options]
    assert CliRunner().invoke(make_app(), asked).exit_code == 0
    for file in ("setup/FOLKMOOT_MONGO_ADMIN_URL", "ingest/FOLKMOOT_MONGO_URL"):
        assert (tmp_path / "made" / file).read_text().endswith(f"&{options}")


def test_settings_come_from_the_folder_where_the_environment_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path)
    monkeypatch.setenv("FOLKMOOT_SECRETS_DIR", str(tmp_path / "ingest"))
    url = IngestSettings().mongo_url.get_secret_value()
    assert url.startswith("mongodb://ingest:")
    assert f"@{HOSTS}/folkmoot_ingest?" in url
    monkeypatch.setenv("FOLKMOOT_MONGO_URL", "mongodb://elsewhere")
    assert IngestSettings().mongo_url.get_secret_value() == "mongodb://elsewhere"


def test_a_folder_of_secrets_that_is_not_there_is_none_and_is_told_of(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("FOLKMOOT_SECRETS_DIR", str(tmp_path / "nowhere"))
    assert ServiceSettings().kafka_password is None
    assert str(tmp_path / "nowhere") in caplog.text


def test_setup_finds_every_password_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = made(tmp_path).home.credentials.mongo
    monkeypatch.setenv("FOLKMOOT_SECRETS_DIR", str(tmp_path / "setup"))
    settings = SetupSettings()
    assert {service: settings.password(service) for service in SERVICES} == passwords
    assert settings.mongo_admin_url
    assert "/admin?" in settings.mongo_admin_url.get_secret_value()


def test_the_command_tells_where_they_are(tmp_path: Path) -> None:
    done = CliRunner().invoke(make_app(), ["secrets", str(tmp_path / "made")])
    assert done.exit_code == 0, done.stderr
    assert (
        "@mongo:27017/"
        in (tmp_path / "made/setup/FOLKMOOT_MONGO_ADMIN_URL").read_text()
    )
