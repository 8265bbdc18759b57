"""The Helm chart makes what it should, and refuses values that cannot be meant."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from folkmoot.registry.chart import drift, main, users
from folkmoot_events import TOPICS

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

WRONG = {
    # the schema
    'kafka.bootstrapServers="a:1"': "bootstrapServers",
    'kafka.bootstrap="kafka"': "/kafka/bootstrap",
    'kafka.securityProtocol="TLS"': "/kafka/securityProtocol",
    'kafka.partitions="6"': "/kafka/partitions",
    'auth.jwksUrl="http://login.example/keys"': "/auth/jwksUrl",
    "telemetry.traceRatio=5": "/telemetry/traceRatio",
    'logLevel="info"': "/logLevel",
    'image.pullPolicy="Sometimes"': "/image/pullPolicy",
    "workload.replica=3": "replica",
    'workload.replicas="three"': "/workload/replicas",
    'workload.autoscaling.kind="both"': "/workload/autoscaling/kind",
    "tagging.autoscaling.hpa=true": "hpa",
    "workload.pdb.maxUnavailable=0": "/workload/pdb/maxUnavailable",
    'workload.service.port="http"': "/workload/service/port",
    "workload.resources.request={}": "request",
    'workload.resources.limits.memory="1 GB"': "/workload/resources/limits/memory",
    'workload.env.PATH="/bin"': "PATH",
    'workload.env.FOLKMOOT_INSTANCE="me"': "FOLKMOOT_INSTANCE",
    'ingest.env.FOLKMOOT_FAILPOINTS="x=kill"': "FOLKMOOT_FAILPOINTS",
    'ingest.inboundSources=["a"]': "/ingest/inboundSources",
    "ingest.vocabulary={}": "vocabulary",
    'tagging.vocabulary.configMap="My Words"': "/tagging/vocabulary/configMap",
    'searchIndex.persistence.size="big"': "/searchIndex/persistence/size",
    'notification.existingSecret="UPPER"': "/notification/existingSecret",
    "setup.deadline=1": "/setup/deadline",
    'externalSecrets.store.kind="Vault"': "/externalSecrets/store/kind",
    'networkPolicy.clients=[{"namespace": "a"}]': "namespace",
    "networkPolicy.kafka.ports=[99999]": "/networkPolicy/kafka/ports",
    'monitoring.podMonitor.interval="soon"': "/monitoring/podMonitor/interval",
    "monitoring.serviceMonitor={}": "serviceMonitor",
    'bundled.kafka.image="kafka"': "/bundled/kafka/image",
    "search_index={}": "search_index",
    # what a schema cannot say
    'kafka.bootstrap=""': "kafka.bootstrap is empty",
    "bundled.enabled=true": "kafka.bootstrap and bundled.enabled exclude each other",
    "tagging.replicas=7": "tagging.replicas is 7, and topics have 6 partitions",
    'ingest.autoscaling={"kind": "hpa", "maxReplicas": 9}': (
        "ingest.autoscaling.maxReplicas is 9, and topics have 6 partitions"
    ),
    'workload.autoscaling={"kind": "keda", "minReplicas": 6, "maxReplicas": 3}': (
        "ingest.autoscaling.minReplicas is 6, more than its maxReplicas, 3"
    ),
    "notification.preStopSeconds=40": (
        "notification.terminationGracePeriodSeconds is 60: a service may take 30 s"
    ),
    "workload.ingress.enabled=true": "ingest.ingress.host is empty",
    'tagging.ingress={"enabled": true, "host": "tagging.example"}': (
        "networkPolicy.ingress is empty and tagging.ingress.enabled"
    ),
    'image.registry=""': "image.registry is empty",
    "externalSecrets.enabled=true": "externalSecrets.store.name is empty",
    "strimzi.enabled=true": "strimzi.cluster is empty",
    'strimzi={"enabled": true, "cluster": "people"}': (
        "kafka.securityProtocol is PLAINTEXT: with strimzi.enabled"
    ),
}


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
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_value_is_refused_by_its_name(wrong: str) -> None:
    with pytest.raises(RefusedError) as refused:
        render(MINIMAL, settings=[wrong])
    said = str(refused.value)
    # Helm of different versions writes a path with dots or with slashes.
    assert WRONG[wrong] in said or _dotted(WRONG[wrong]) in said, said


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
        assert container["readinessProbe"]["httpGet"]["path"] == "/health/ready"
        pause = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
        assert pod["terminationGracePeriodSeconds"] >= pause + 30
        assert _one(manifests, "ServiceAccount", service)
        policy = _one(manifests, "NetworkPolicy", service)["spec"]
        assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
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
    for name, kind in (("own", "HorizontalPodAutoscaler"), ("strimzi", "ScaledObject")):
        manifests = render(SETS[name])
        assert sum(m["kind"] == kind for m in manifests) == len(SERVICES)
        for manifest in manifests:
            if manifest["kind"] == "StatefulSet":
                assert "replicas" not in manifest["spec"]


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
def test_where_nobody_is_named_nobody_comes_in() -> None:
    said = ["networkPolicy.clients=[]", "networkPolicy.scrapers=[]"]
    policy = _one(render(MINIMAL, settings=said), "NetworkPolicy", "ingest")
    ((peer,),) = (rule["from"] for rule in policy["spec"]["ingress"])
    labels = peer["podSelector"]["matchLabels"]
    assert labels["app.kubernetes.io/component"] == "test"


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
def test_more_replicas_in_sync_than_there_are_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"kafka\.replicas is 1"):
        render(SETS["strimzi"], settings=["kafka.replicas=1"])


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


def _dotted(path: str) -> str:
    return path.removeprefix("/").replace("/", ".")


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
