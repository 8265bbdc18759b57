"""The Helm chart makes what it should."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from folkmoot.registry.chart import drift, main, users
from folkmoot_events import INBOUND, TOPICS

from deploy.helm import check
from deploy.helm.cluster import cli_pod
from deploy.helm.helm import (
    CHART,
    Manifest,
    RefusedError,
    found,
    lint,
    render,
    value_sets,
)

VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
SERVICES = ("ingest", "tagging", "searchIndex", "notification")
SETS = {file.stem.removesuffix("-values"): file for file in value_sets()}
MINIMAL = SETS["minimal"]
BY_OPERATORS = {"Deployment", "StatefulSet", "Job"}

MAY_DIFFER = {"FOLKMOOT_LOG_LEVEL", "FOLKMOOT_TRACE_RATIO", "FOLKMOOT_VOCABULARY"}
"""What the chart sets and a service may have otherwise: no more hangs on it."""


@pytest.fixture(scope="session")
def _helm() -> None:
    if not found():
        pytest.skip("Helm is not here; `make chart` builds it where Go is")


needs_helm = pytest.mark.usefixtures("_helm")


def test_topics_and_access_are_as_the_registry_says() -> None:
    assert drift(CHART / "files/kafka") == [], "run `make schemas`"


def test_writing_topics_and_access_twice_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([str(tmp_path)])
    assert len(capsys.readouterr().out.splitlines()) == 2
    main([str(tmp_path)])
    assert capsys.readouterr().out == ""


def test_nobody_writes_what_is_another_services() -> None:
    owners = {topic.name: topic.publisher for topic in TOPICS}
    owners |= {n: s for t in TOPICS for s, n in t.dead_letters.items()}
    for user in users()[:4]:
        assert {owners[topic] for topic in user["writes"]} == {user["name"]}


def test_every_value_is_in_the_schema_and_no_other_is_let_in() -> None:
    assert not list(_unknown(VALUES, SCHEMA, ""))


def test_what_services_have_in_common_may_be_said_of_each() -> None:
    common = SCHEMA["properties"]["workload"]["properties"]
    for service in SERVICES:
        own = SCHEMA["properties"][service]["properties"]
        assert common.items() <= own.items()


def test_the_chart_has_the_version_of_what_it_installs() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    assert chart["version"] == chart["appVersion"]
    assert chart["annotations"]["artifacthub.io/images"].count(chart["version"]) == 5


def test_a_pod_of_the_command_line_is_one_that_kubernetes_takes() -> None:
    pod = cli_pod("walk", {"args": ["walk"]}, {"A": "1"})
    for version in check.KUBERNETES:
        assert not list(check.faults([pod], version))


@needs_helm
@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_every_set_of_values_makes_what_kubernetes_takes(name: str) -> None:
    lint(SETS[name])
    for version in check.KUBERNETES:
        manifests = render(SETS[name], kubernetes=f"{version}.0")
        assert not list(check.faults(manifests, version))


@needs_helm
def test_a_misspelt_field_would_be_noticed() -> None:
    manifests = render(MINIMAL)
    assert not list(check.faults(manifests, "1.32"))
    for manifest in manifests:
        if manifest["kind"] == "StatefulSet":
            manifest["spec"]["replicaz"] = 3
    assert len(list(check.faults(manifests, "1.32"))) == len(SERVICES)


@needs_helm
def test_what_the_chart_sets_is_set_by_its_values_alone() -> None:
    sets = {
        variable
        for name in ("own", "strimzi")
        for service in ("ingest", "tagging")
        for variable in _env(render(SETS[name]), service)
    }
    assert sets >= MAY_DIFFER
    for variable in sets - MAY_DIFFER:
        with pytest.raises(RefusedError, match=f"ingest.env.{variable} is refused"):
            render(MINIMAL, settings=[f'ingest.env.{variable}="other"'])


@needs_helm
@pytest.mark.parametrize("name", SETS)
def test_every_pod_passes_pod_security_restricted(name: str) -> None:
    for owner, pod in _pods(render(SETS[name])):
        assert pod["securityContext"]["runAsNonRoot"], owner
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        for container in _containers(pod):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            read_only = context["readOnlyRootFilesystem"]
            assert read_only or container["name"] == "kafka", owner
            assert "memory" in container["resources"]["limits"], owner
            assert ":" in container["image"]
        for volume in pod.get("volumes", []):
            assert "hostPath" not in volume


@needs_helm
@pytest.mark.parametrize("name", SETS)
def test_every_service_is_probed_drained_and_denied(name: str) -> None:
    manifests = render(SETS[name])
    for service in ("ingest", "tagging", "search-index", "notification"):
        spec = _one(manifests, "StatefulSet", service)["spec"]
        pod = spec["template"]["spec"]
        (container,) = pod["containers"]
        for probe in ("startupProbe", "livenessProbe"):
            assert container[probe]["httpGet"]["path"] == "/health/live"
        patience = container["livenessProbe"]
        # As docs/runbooks.md says of an event loop that is blocked.
        assert patience["periodSeconds"] * patience["failureThreshold"] == 120
        assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
        pause = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
        assert pod["terminationGracePeriodSeconds"] >= pause + 30
        assert _one(manifests, "ServiceAccount", service)
        policy = _one(manifests, "NetworkPolicy", service)["spec"]
        assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
        assert all(rule["ports"] for rule in policy["egress"])
        names = [variable["name"] for variable in container["env"]]
        assert len(names) == len(set(names))
    deny = _one(manifests, "NetworkPolicy", "deny")["spec"]
    assert "ingress" not in deny
    assert "egress" not in deny


@needs_helm
def test_a_budget_is_made_where_there_are_replicas_to_lose() -> None:
    def budgets(values: Path) -> int:
        return sum(m["kind"] == "PodDisruptionBudget" for m in render(values))

    assert [budgets(SETS[name]) for name in ("minimal", "own", "try")] == [4, 4, 0]


@needs_helm
def test_an_autoscaler_has_the_last_word_on_replicas() -> None:
    for name, kind, least in (
        ("own", "HorizontalPodAutoscaler", 3),
        ("strimzi", "ScaledObject", 2),
    ):
        manifests = render(SETS[name])
        assert sum(m["kind"] == kind for m in manifests) == len(SERVICES)
        for manifest in manifests:
            if manifest["kind"] == "StatefulSet":
                # Where there are none yet; Kubernetes itself would begin with one.
                assert manifest["spec"]["replicas"] == least


@needs_helm
def test_a_service_may_say_otherwise_than_all_of_them() -> None:
    said = ["tagging.replicas=5", 'searchIndex.env.FOLKMOOT_LOG_LEVEL="DEBUG"']
    manifests = render(MINIMAL, settings=said)
    replicas = {
        m["metadata"]["name"]: m["spec"]["replicas"]
        for m in manifests
        if m["kind"] == "StatefulSet"
    }
    assert replicas == {
        "folkmoot-ingest": 2,
        "folkmoot-tagging": 5,
        "folkmoot-search-index": 2,
        "folkmoot-notification": 2,
    }
    assert _env(manifests, "search-index")["FOLKMOOT_LOG_LEVEL"] == "DEBUG"
    assert _env(manifests, "tagging")["FOLKMOOT_LOG_LEVEL"] == "INFO"


@needs_helm
@pytest.mark.parametrize("name", SETS)
def test_every_object_and_pod_has_the_labels_that_are_asked_for(name: str) -> None:
    said = ['labels={"team": "all", "app.kubernetes.io/name": "mine"}']
    for manifest in render(SETS[name], settings=said):
        pod = manifest.get("spec", {}).get("template", {"metadata": {}})
        for labels in (manifest["metadata"]["labels"], pod["metadata"].get("labels")):
            if labels is not None:
                assert labels["team"] == "all"
                assert labels["app.kubernetes.io/name"] == "folkmoot"


@needs_helm
def test_a_label_of_one_place_counts_there() -> None:
    said = ['labels={"team": "all"}', 'tagging.podLabels={"team": "one"}']
    manifests = render(MINIMAL, settings=said)
    for service, team in (("tagging", "one"), ("ingest", "all")):
        template = _one(manifests, "StatefulSet", service)["spec"]["template"]
        assert template["metadata"]["labels"]["team"] == team


@needs_helm
def test_where_nobody_is_named_nobody_comes_in() -> None:
    said = ["networkPolicy.clients=[]", "networkPolicy.scrapers=[]"]
    policy = _one(render(MINIMAL, settings=said), "NetworkPolicy", "ingest")
    ((peer,),) = (rule["from"] for rule in policy["spec"]["ingress"])
    labels = peer["podSelector"]["matchLabels"]
    assert labels["app.kubernetes.io/component"] == "test"


@needs_helm
def test_a_way_out_without_ports_is_none() -> None:
    for ports in ("[]", "null"):
        said = [f'networkPolicy.webhooks={{"to": [], "ports": {ports}}}']
        manifests = render(MINIMAL, settings=said)
        closed, other = (
            _one(manifests, "NetworkPolicy", service)["spec"]["egress"]
            for service in ("notification", "tagging")
        )
        assert closed == other


@needs_helm
@pytest.mark.parametrize(
    ("setting", "port"),
    [
        ('telemetry.otlpEndpoint="http://collector:4318"', 4318),
        ('telemetry.otlpEndpoint="https://collector.example"', 443),
        ('auth.jwksUrl="https://login.example:8443/keys"', 8443),
    ],
)
def test_a_way_out_has_the_port_of_its_address(setting: str, port: int) -> None:
    policy = _one(render(MINIMAL, settings=[setting]), "NetworkPolicy", "tagging")
    ports = [rule["ports"] for rule in policy["spec"]["egress"]]
    assert [{"protocol": "TCP", "port": port}] in ports


@needs_helm
def test_what_the_setup_needs_is_there_before_it_and_gone_after() -> None:
    manifests = render(SETS["own"])
    made = {
        m["kind"]: m["metadata"]["annotations"]
        for m in manifests
        if m["metadata"]["name"] in {"setup", "folkmoot-setup"}
    }
    weights = {kind: int(each["helm.sh/hook-weight"]) for kind, each in made.items()}
    assert weights == {"ExternalSecret": -10, "NetworkPolicy": -5, "Job": 0}
    for annotations in made.values():
        assert annotations["helm.sh/hook"] == "pre-install,pre-upgrade"
        assert "hook-succeeded" in annotations["helm.sh/hook-delete-policy"]


@needs_helm
def test_large_numbers_stay_numbers() -> None:
    said = ["workload.env.FOLKMOOT_RECORD_MAX_BYTES=4128768"]
    made = _env(render(MINIMAL, settings=said), "ingest")
    assert made["FOLKMOOT_RECORD_MAX_BYTES"] == "4128768"


@needs_helm
def test_no_secret_is_made() -> None:
    for file in SETS.values():
        assert not [m for m in render(file) if m["kind"] == "Secret"]


@needs_helm
def test_strimzi_makes_every_topic_and_a_user_for_each_service() -> None:
    manifests = render(SETS["strimzi"], settings=["kafka.partitions=12"])
    topics = {
        m["metadata"]["name"]: m["spec"]["partitions"]
        for m in manifests
        if m["kind"] == "KafkaTopic"
    }
    known = {t.name for t in TOPICS} | {
        n for t in TOPICS for n in t.dead_letters.values()
    }
    assert topics == dict.fromkeys(known, 12)
    assert sum(m["kind"] == "KafkaUser" for m in manifests) == len(SERVICES) + 1
    assert "FOLKMOOT_KAFKA_BOOTSTRAP" not in _env_of(
        _one(manifests, "Job", "setup")["spec"]["template"]["spec"]
    )


@needs_helm
def test_what_an_operator_says_of_topics_counts_for_each_of_them() -> None:
    said = {"max.message.bytes": "9000000", "compression.type": "zstd"}
    manifests = render(
        SETS["strimzi"], settings=[f"strimzi.topicConfig={json.dumps(said)}"]
    )
    made = [m for m in manifests if m["kind"] == "KafkaTopic"]
    for topic in made:
        config = topic["spec"]["config"]
        assert config["max.message.bytes"] == "9000000"
        assert config["min.insync.replicas"] == "2"
        # But for what the broker has to unpack before anybody reads it.
        packed = topic["metadata"]["name"] != INBOUND
        assert config["compression.type"] == ("zstd" if packed else "uncompressed")


def _unknown(values: Any, schema: dict[str, Any], path: str) -> Iterator[str]:
    """Yield values that the schema does not name, and objects that take any name."""
    while "$ref" in schema:
        schema = SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]]
    if not isinstance(values, dict) or "properties" not in schema:
        return
    if schema.get("additionalProperties") is not False:
        yield f"{path} takes any name"
    for name, value in values.items():
        known = schema["properties"].get(name)
        if known is None:
            yield f"{path}.{name}"
        else:
            yield from _unknown(value, known, f"{path}.{name}")


def _one(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    (found_,) = (
        m
        for m in manifests
        if m["kind"] == kind and m["metadata"]["name"] == f"folkmoot-{name}"
    )
    return found_


def _pods(manifests: list[Manifest]) -> Iterator[tuple[str, dict[str, Any]]]:
    for manifest in manifests:
        name = manifest["metadata"]["name"]
        if manifest["kind"] in BY_OPERATORS:
            yield name, manifest["spec"]["template"]["spec"]
        elif manifest["kind"] == "Pod":
            yield name, manifest["spec"]


def _containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod.get("initContainers", []), *pod["containers"]]


def _env(manifests: list[Manifest], service: str) -> dict[str, str]:
    pod = _one(manifests, "StatefulSet", service)["spec"]["template"]["spec"]
    return _env_of(pod)


def _env_of(pod: dict[str, Any]) -> dict[str, str]:
    variables = pod["containers"][0]["env"]
    return {each["name"]: each.get("value", "") for each in variables}
