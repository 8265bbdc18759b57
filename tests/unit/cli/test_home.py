"""The folder of a local Folkmoot: one `up` at a time, secrets for one pair of eyes."""

import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from folkmoot.importing import Checkpoint
from folkmoot.local.credentials import Credentials
from folkmoot.local.home import AlreadyRunningError, Home, NotRunningError, Run
from folkmoot.local.secret_files import write_secret
from folkmoot_chassis.clock import SystemClock
from folkmoot_ingest.domain.api_keys import ApiKeys, KeyFile

RUN = Run(pid=42, since="2026-01-02T03:04:05+00:00", ports={"kafka": 9092})


def test_a_second_up_is_told_who_runs_since_when_and_where(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.locked():
        home.tell(RUN)
        told = r"42 since 2026-01-0.*kafka 9092"
        with pytest.raises(AlreadyRunningError, match=told), home.locked():
            pass


def test_the_folder_is_free_again_afterwards(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for _ in range(2):
        with home.locked():
            home.tell(RUN)
            assert home.running() == RUN
    assert home.running() is None


def test_what_was_left_by_a_crash_does_not_count_as_running(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.locked():
        home.tell(RUN)
        left = (tmp_path / "run.json").read_text()
    (tmp_path / "run.json").write_text(left)
    with pytest.raises(NotRunningError):
        home.require_running()


def test_secrets_are_for_their_owner_alone(tmp_path: Path) -> None:
    credentials = Credentials()
    credentials.know(["north"])
    home = Home(tmp_path)
    credentials.write(home.credentials_file)
    credentials.write_key_file(home.api_keys_file)
    home.keys.ensure()
    secret = (home.credentials_file, home.api_keys_file, *tmp_path.glob("keys/s*"))
    assert {stat.S_IMODE(file.stat().st_mode) for file in secret} == {0o600}
    assert "d" not in json.loads(home.keys.jwks.read_text())["keys"][0]


def test_the_folder_is_for_its_owner_alone_whoever_makes_it(tmp_path: Path) -> None:
    def locked(folder: Path) -> None:
        with Home(folder).locked():
            pass

    makers: dict[str, Callable[[Path], None]] = {
        "up": locked,
        "token": lambda folder: Home(folder).keys.ensure(),
        "import": lambda folder: Checkpoint(folder / "imports", "x").save(1),
        "secret": lambda folder: write_secret(folder / "a" / "b", "x"),
    }
    for name, make in makers.items():
        make(tmp_path / name)
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in makers}
    assert modes == dict.fromkeys(makers, 0o700)


def test_credentials_stay_the_same_and_new_companies_get_keys(tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    first = Credentials.read(file)
    first.know(["north"])
    first.write(file)
    second = Credentials.read(file)
    second.know(["north", "tern"])
    assert second.mongo == first.mongo
    assert second.api_keys["north"] == first.api_keys["north"]
    assert second.api_keys["tern"] != first.api_keys["north"]


def test_ingest_knows_our_keys_by_their_hashes(tmp_path: Path) -> None:
    credentials = Credentials()
    credentials.know(["north", "sea_side"])
    credentials.write_key_file(tmp_path / "keys.json")
    text = (tmp_path / "keys.json").read_text()
    keys = ApiKeys(KeyFile.model_validate_json(text).keys)
    for company, key in credentials.api_keys.items():
        assert key not in text
        assert hashlib.sha256(key.encode()).hexdigest() in text
        found = keys.find(key, SystemClock().now())
        assert found
        assert found.company == company
