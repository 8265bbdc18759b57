"""The Helm chart refuses values that cannot be meant, each by its name."""

import pytest

from deploy.helm.helm import RefusedError, found, render, value_sets

SETS = {file.stem.removesuffix("-values"): file for file in value_sets()}

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
    'ingest.inboundSources=["a"]': "/ingest/inboundSources",
    'ingest.inboundSources={"forum": "a/b"}': "/ingest/inboundSources/forum",
    'image.registry="https://registry.example"': "/image/registry",
    'fullnameOverride="Upper_Case"': "/fullnameOverride",
    "ingest.vocabulary={}": "vocabulary",
    'tagging.vocabulary.configMap="My Words"': "/tagging/vocabulary/configMap",
    'searchIndex.persistence.size="big"': "/searchIndex/persistence/size",
    'notification.existingSecret="UPPER"': "/notification/existingSecret",
    "setup.deadline=1": "/setup/deadline",
    'externalSecrets.store.kind="Vault"': "/externalSecrets/store/kind",
    'networkPolicy.clients=[{"namespace": "a"}]': "namespace",
    "networkPolicy.kafka.ports=[99999]": "/networkPolicy/kafka/ports",
    "networkPolicy.dns.ports=[]": "/networkPolicy/dns/ports",
    "networkPolicy.mongo.ports=[]": "/networkPolicy/mongo/ports",
    "networkPolicy.mongo.ports=null": "/networkPolicy/mongo",
    "networkPolicy.dns=null": "/networkPolicy",
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
    'strimzi.topicConfig={"max.message.bytes": "8000000"}': (
        "strimzi.topicConfig has max.message.bytes 8000000"
    ),
    'strimzi.topicConfig={"cleanup.policy": "delete"}': (
        "strimzi.topicConfig has cleanup.policy"
    ),
    'workload.env.FOLKMOOT_INSTANCE="me"': "workload.env.FOLKMOOT_INSTANCE is refused",
    'ingest.env.FOLKMOOT_FAILPOINTS="x=kill"': "ingest.env.FOLKMOOT_FAILPOINTS",
    "workload.env.FOLKMOOT_STOP_TIMEOUT=60": "workload.env.FOLKMOOT_STOP_TIMEOUT",
    'tagging.env.FOLKMOOT_MONGO_URL="a"': "it belongs in the service's Secret",
    'ingest.env.FOLKMOOT_KAFKA_PASSWORD="a"': "it belongs in the service's Secret",
    'ingest.env.FOLKMOOT_MONGO_PASSWORD_INGEST="a"': "it belongs in the setup's Secret",
    'searchIndex.env.FOLKMOOT_INDEX_DIR="/tmp"': "set searchIndex.persistence",
}
WRONG_TOGETHER = {
    ("strimzi", "kafka.replicas=1"): "kafka.replicas is 1",
    ("strimzi", 'kafka.saslMechanism="PLAIN"'): "kafka.saslMechanism is PLAIN",
    ("try", 'externalSecrets={"enabled": true, "store": {"name": "vault"}}'): (
        "bundled.enabled and externalSecrets.enabled exclude each other"
    ),
    ("try", 'tagging.autoscaling.kind="keda"'): (
        "bundled.enabled and tagging.autoscaling.kind=keda exclude each other"
    ),
}


pytestmark = pytest.mark.skipif(not found(), reason="`make chart` builds Helm")


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_value_is_refused_by_its_name(wrong: str) -> None:
    with pytest.raises(RefusedError) as refused:
        render(SETS["minimal"], settings=[wrong])
    said = str(refused.value)
    # Helm of different versions writes a path with dots or with slashes.
    assert WRONG[wrong] in said or _dotted(WRONG[wrong]) in said, said


@pytest.mark.parametrize(("name", "wrong"), WRONG_TOGETHER)
def test_what_does_not_go_together_is_refused(name: str, wrong: str) -> None:
    with pytest.raises(RefusedError) as refused:
        render(SETS[name], settings=[wrong])
    assert WRONG_TOGETHER[name, wrong] in str(refused.value)


def _dotted(path: str) -> str:
    return path.removeprefix("/").replace("/", ".")
