"""The command line as a whole."""

import json
import subprocess
from pathlib import Path

import pytest
from folkmoot.app import make_app
from folkmoot.local.home import Home, Run
from folkmoot.options import ports_of
from folkmoot.terminal import Exit
from typer import BadParameter
from typer.testing import CliRunner

COMMANDS = ("doctor", "prepare", "restart", "setup", "token", "up")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_and_its_exit_status(name: str) -> None:
    done = CliRunner().invoke(make_app(), [name, "--help"])
    assert done.exit_code == 0
    assert "Exit status: 0 done" in done.stdout


@pytest.mark.parametrize(
    ("name", "says", "never"),
    [
        ("token", "operator", "steward"),
        ("doctor", "could listen", "Listen elsewhere"),
        ("doctor", "dead letters", "ports, Java"),
    ],
)
def test_help_tells_the_truth(name: str, says: str, never: str) -> None:
    wide = {"COLUMNS": "300"}
    done = CliRunner().invoke(make_app(), [name, "--help"], env=wide)
    assert says in done.stdout
    assert never not in done.stdout


def test_nobody_looks_with_other_eyes_than_those_of_the_token(tmp_path: Path) -> None:
    env = {"FOLKMOOT_TOKEN": "a.b.c", "FOLKMOOT_HOME": str(tmp_path)}
    for typed in (["--as", "bo"], ["--company", "north"], ["--group", "potters"]):
        done = CliRunner().invoke(make_app(), ["search", "x", *typed], env=env)
        assert done.exit_code == Exit.USAGE
        assert "FOLKMOOT_TOKEN" in done.output
    env |= {"FOLKMOOT_PERSON": "bo"}
    done = CliRunner().invoke(make_app(), ["search", "x"], env=env)
    assert done.exit_code == Exit.NOT_UP


def test_what_needs_a_running_folkmoot_says_so(tmp_path: Path) -> None:
    environment = {"FOLKMOOT_HOME": str(tmp_path)}
    done = CliRunner().invoke(make_app(), ["restart", "tagging"], env=environment)
    assert done.exit_code == Exit.NOT_UP
    assert "start it with `folkmoot up`" in done.stderr


@pytest.mark.parametrize(
    "asked",
    [
        ("search", "tea"),
        ("subscribe", "tea"),
        ("inbox",),
        ("inbox", "--follow"),
        ("dlq", "list"),
        ("tail", "orders"),
        ("restart", "tagging"),
    ],
)
def test_where_nothing_is_up_nothing_is_written(
    asked: tuple[str, ...], tmp_path: Path
) -> None:
    home = tmp_path / ".folkmoot"
    done = CliRunner().invoke(make_app(), asked, env={"FOLKMOOT_HOME": str(home)})
    assert done.exit_code == Exit.NOT_UP
    assert not home.exists()


def test_who_may_sign_no_token_is_told_where_to_get_one(tmp_path: Path) -> None:
    home = tmp_path / ".folkmoot"
    elsewhere = {"FOLKMOOT_SEARCH_INDEX_URL": "http://127.0.0.1:1"}
    environment = {"FOLKMOOT_HOME": str(home)} | elsewhere
    done = CliRunner().invoke(make_app(), ["search", "tea"], env=environment)
    assert done.exit_code == Exit.FAILED
    assert "set FOLKMOOT_TOKEN" in done.stderr
    assert not home.exists()


@pytest.mark.parametrize(
    "asked", [("dlq", "list"), ("dlq", "replay", "--all"), ("tail", "orders")]
)
def test_a_kafka_that_is_away_is_named(asked: tuple[str, ...]) -> None:
    environment = {"FOLKMOOT_KAFKA_BOOTSTRAP": "127.0.0.1:1"}
    done = CliRunner().invoke(make_app(), asked, env=environment)
    assert done.exit_code == Exit.FAILED
    assert "Kafka at 127.0.0.1:1 cannot be reached" in done.stderr


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("replay",), "--reason"),
        (("discard", "--because", "a test"), "--reason"),
        (("replay", "--all", "--service", "nosuch"), "search-index"),
        (("list", "--service", "nosuch"), "search-index"),
    ],
)
def test_dead_letters_of_nobody_are_wrong_usage(
    asked: tuple[str, ...], said: str
) -> None:
    environment = {"FOLKMOOT_KAFKA_BOOTSTRAP": "127.0.0.1:1", "COLUMNS": "200"}
    done = CliRunner().invoke(make_app(), ["dlq", *asked], env=environment)
    assert done.exit_code == Exit.USAGE
    assert said in done.stderr


def test_to_restart_what_does_not_run_is_wrong_usage_and_ends_nothing(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path)
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as tagging:  # noqa: S607  any program
        with home.locked():
            home.tell(
                Run(
                    tagging.pid,
                    "2026-01-02T03:04:05+00:00",
                    {},
                    {"tagging": tagging.pid},
                )
            )
            done = CliRunner().invoke(
                make_app(),
                ["restart", "tagging", "nosuch"],
                env={"FOLKMOOT_HOME": str(tmp_path), "COLUMNS": "200"},
            )
        assert tagging.poll() is None
        tagging.kill()
    assert done.exit_code == Exit.USAGE
    assert "'nosuch' is none of tagging" in done.stderr


def test_doctor_tells_programs_what_it_found(tmp_path: Path) -> None:
    environment = {"FOLKMOOT_HOME": str(tmp_path), "FOLKMOOT_PORTS": "kafka=1"}
    done = CliRunner().invoke(make_app(), ["doctor", "--json"], env=environment)
    found = {one["name"]: one for one in json.loads(done.stdout)["findings"]}
    assert found["mongod"]["detail"].startswith("db version")
    assert found["running"]["state"] == "warning"


@pytest.mark.parametrize(
    ("told", "said"),
    [("company:west", "names another company"), ("all", "`everyone`")],
)
def test_an_import_that_nobody_may_read_is_wrong_usage(
    told: str, said: str, tmp_path: Path
) -> None:
    asked = ["import", "slack", str(tmp_path), "--visibility", told]
    done = CliRunner().invoke(make_app(), asked, env={"COLUMNS": "200"})
    assert done.exit_code == Exit.USAGE
    assert said in done.stderr


def test_setup_wants_every_services_password() -> None:
    asked = ["setup", "--mongo", "mongodb://nowhere.invalid"]
    done = CliRunner().invoke(make_app(), asked)
    assert done.exit_code == Exit.FAILED
    assert "FOLKMOOT_MONGO_PASSWORD_INGEST" in done.stderr


def test_ports_are_named() -> None:
    assert ports_of(["kafka=1", "tagging=2"])["tagging"] == 2
    for wrong in ("kafka", "kafka=", "kafka=x", "zookeeper=1"):
        with pytest.raises(BadParameter):
            ports_of([wrong])


def test_the_version_is_told() -> None:
    done = CliRunner().invoke(make_app(), ["--version"])
    assert (done.exit_code, done.stdout.split()[0]) == (Exit.DONE, "folkmoot")


@pytest.mark.parametrize(
    ("asked", "variable"),
    [
        (("inbox",), "FOLKMOOT_NOTIFICATION_URL"),
        (("search", "tea"), "FOLKMOOT_SEARCH_INDEX_URL"),
        (("dlq", "list"), "FOLKMOOT_KAFKA_BOOTSTRAP"),
    ],
)
def test_who_is_not_found_here_may_be_named_elsewhere(
    asked: tuple[str, ...], variable: str, tmp_path: Path
) -> None:
    environment = {"FOLKMOOT_HOME": str(tmp_path)}
    done = CliRunner().invoke(make_app(), asked, env=environment)
    assert done.exit_code == Exit.NOT_UP
    assert variable in done.stderr


def test_the_doctor_looks_at_what_is_named_and_at_nothing_here(tmp_path: Path) -> None:
    away = "http://127.0.0.1:1"
    environment = {"FOLKMOOT_HOME": str(tmp_path), "FOLKMOOT_INGEST_URL": away}
    done = CliRunner().invoke(make_app(), ["doctor", "--json"], env=environment)
    assert done.exit_code == Exit.FAILED
    (finding,) = json.loads(done.stdout)["findings"]
    assert finding["name"] == "ingest"


def test_a_setup_that_names_nothing_is_wrong_usage() -> None:
    done = CliRunner().invoke(make_app(), ["setup"])
    assert done.exit_code == Exit.USAGE
    assert "--kafka" in done.stderr
