"""Dockerfile and docker-compose.yml say what the code says."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from folkmoot.local.mongo import EVICTION, REPLICA_SET
from folkmoot.local.ports import PORTS, SERVICES

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy/docker/Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_images_are_made_with_the_uv_of_the_lock() -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    locked = next(one["version"] for one in lock["package"] if one["name"] == "uv")
    assert re.findall(r"uv==(\S+)", DOCKERFILE) == [locked]


def test_images_have_the_version_of_what_is_in_them() -> None:
    told = set(re.findall(r"FOLKMOOT_VERSION:-([^}]+)}", str(COMPOSE)))
    members = [*(ROOT / "services").iterdir(), ROOT / "cli", ROOT / "shared"]
    projects = [
        tomllib.loads((member / "pyproject.toml").read_text())["project"]
        for member in members
    ]
    assert told == {project["version"] for project in projects}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_confined_and_listens_here_alone(service: str) -> None:
    container = COMPOSE["services"][service]
    assert container["read_only"]
    assert container["cap_drop"] == ["ALL"]
    assert container["ports"] == [f"127.0.0.1:{PORTS[service]}:8100"]
    assert container["build"]["args"]["SERVICE"] == service
    assert container["environment"]["FOLKMOOT_INSTANCE"] == service
    assert f"secrets-{service}:/run/secrets/folkmoot:ro" in container["volumes"]


def test_every_port_is_bound_to_this_machine() -> None:
    ports = [p for one in COMPOSE["services"].values() for p in one.get("ports", ())]
    assert ports
    assert not [port for port in ports if not port.startswith("127.0.0.1:")]


def test_what_has_no_profile_is_what_up_brings() -> None:
    services = COMPOSE["services"]
    always = {name for name, one in services.items() if "profiles" not in one}
    parts = {"secrets", "setup", "kafka", "mongo", "collector"}
    assert always == parts | set(SERVICES)


def test_no_image_is_whatever_is_newest() -> None:
    images = {one["image"] for one in COMPOSE["services"].values()}
    assert not [image for image in images if not re.search(r":v?\d|:\$", image)]


def test_mongod_is_started_as_up_starts_it() -> None:
    command = " ".join(COMPOSE["services"]["mongo"]["command"])
    assert f"--wiredTigerEngineConfigString={EVICTION}" in command
    assert f"--replSet {REPLICA_SET} " in command


def test_no_service_runs_as_root() -> None:
    stages = DOCKERFILE.split("\nFROM ")
    for stage in (each for each in stages if re.search(r"AS (cli|service)\n", each)):
        assert "\nUSER 10001:10001\n" in stage
