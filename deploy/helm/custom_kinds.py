"""What objects of operators must look like, as far as the chart makes them.

Their schemas are in no package, so what we say is held against these models: a name
that is misspelt, or that the operator's API does not have, is refused.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Labels = dict[str, str]
Name = Annotated[
    str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)
]
Number = Annotated[str, Field(pattern=r"^[0-9]+$")]
Duration = Annotated[str, Field(pattern=r"^([0-9]+(ms|s|m|h))+$")]


class Strict(BaseModel):
    """Takes what it names and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


class Metadata(Strict):
    """Of any object."""

    name: Name
    namespace: Name | None = None
    labels: Labels
    annotations: Labels = {}


class Custom(Strict):
    """An object of an operator."""

    api_version: str
    kind: str
    metadata: Metadata


class TopicSpec(Strict):
    """Of a KafkaTopic."""

    partitions: Annotated[int, Field(ge=1)]
    replicas: Annotated[int, Field(ge=1)]
    config: dict[str, str]


class Resource(Strict):
    """What an access rule is about."""

    type: Literal["topic", "group"]
    name: str
    pattern_type: Literal["literal"]


class Acl(Strict):
    """Who may do what."""

    resource: Resource
    operations: list[Literal["Read", "Write", "Describe"]]


class Authentication(Strict):
    """How a KafkaUser says who it is."""

    type: Literal["scram-sha-512"]


class Authorization(Strict):
    """What a KafkaUser may."""

    type: Literal["simple"]
    acls: Annotated[list[Acl], Field(min_length=1)]


class UserSpec(Strict):
    """Of a KafkaUser."""

    authentication: Authentication
    authorization: Authorization


class KafkaTopic(Custom):
    """Of Strimzi."""

    api_version: Literal["kafka.strimzi.io/v1"]
    spec: TopicSpec


class KafkaUser(Custom):
    """Of Strimzi."""

    api_version: Literal["kafka.strimzi.io/v1"]
    spec: UserSpec


class Target(Strict):
    """What is scaled."""

    api_version: Literal["apps/v1"]
    kind: Literal["StatefulSet"]
    name: Name


class CpuMetadata(Strict):
    """Of a trigger by CPU."""

    value: Number


class KafkaMetadata(Strict):
    """Of a trigger by consumer lag; KEDA wants text everywhere."""

    bootstrap_servers: str
    consumer_group: str
    lag_threshold: Number
    offset_reset_policy: Literal["earliest", "latest"]
    exclude_persistent_lag: Literal["true", "false"]
    tls: Literal["enable", "disable"]
    sasl: Literal["plaintext", "scram_sha256", "scram_sha512"] | None = None


class Reference(Strict):
    """By name."""

    name: Name


class CpuTrigger(Strict):
    """Scales by CPU."""

    type: Literal["cpu"]
    metric_type: Literal["Utilization"]
    metadata: CpuMetadata


class KafkaTrigger(Strict):
    """Scales by consumer lag."""

    type: Literal["kafka"]
    metadata: KafkaMetadata
    authentication_ref: Reference | None = None


class ScaledObjectSpec(Strict):
    """Of a ScaledObject; its behaviour is checked where an HPA has the same."""

    scale_target_ref: Target
    min_replica_count: int
    max_replica_count: int
    cooldown_period: int
    advanced: dict[Literal["horizontalPodAutoscalerConfig"], dict[str, Any]]
    triggers: list[Annotated[CpuTrigger | KafkaTrigger, Field(discriminator="type")]]


class ScaledObject(Custom):
    """Of KEDA."""

    api_version: Literal["keda.sh/v1alpha1"]
    spec: ScaledObjectSpec


class FromSecret(Strict):
    """A parameter of a trigger that stands in a Secret."""

    parameter: Literal["username", "password", "ca"]
    name: Name
    key: str


class FromEnv(Strict):
    """A parameter that stands in a container's environment."""

    parameter: Literal["username"]
    name: str
    container_name: Name


class TriggerAuthenticationSpec(Strict):
    """Of a TriggerAuthentication."""

    env: list[FromEnv] = []
    secret_target_ref: Annotated[list[FromSecret], Field(min_length=1)]


class TriggerAuthentication(Custom):
    """Of KEDA."""

    api_version: Literal["keda.sh/v1alpha1"]
    spec: TriggerAuthenticationSpec


class Relabeling(Strict):
    """A label that a scrape adds."""

    target_label: str
    replacement: str | None = None
    source_labels: list[str] | None = None


class Endpoint(Strict):
    """What is scraped of a pod."""

    port: str
    path: str
    interval: Duration
    relabelings: list[Relabeling]


class PodMonitorSpec(Strict):
    """Of a PodMonitor."""

    selector: dict[Literal["matchLabels", "matchExpressions"], Any]
    pod_metrics_endpoints: list[Endpoint]


class PodMonitor(Custom):
    """Of the Prometheus Operator."""

    api_version: Literal["monitoring.coreos.com/v1"]
    spec: PodMonitorSpec


class Rule(Strict):
    """A recorded series or an alert."""

    record: str | None = None
    alert: str | None = None
    expr: str
    for_: Duration | None = Field(default=None, alias="for")
    labels: Labels = {}
    annotations: Labels = {}


class Group(Strict):
    """Rules that are tried together."""

    name: str
    rules: list[Rule]


class PrometheusRuleSpec(Strict):
    """Of a PrometheusRule."""

    groups: list[Group]


class PrometheusRule(Custom):
    """Of the Prometheus Operator."""

    api_version: Literal["monitoring.coreos.com/v1"]
    spec: PrometheusRuleSpec


class Store(Strict):
    """Where a secret comes from."""

    kind: Literal["ClusterSecretStore", "SecretStore"]
    name: Name


class Extract(Strict):
    """All keys of one secret in the store."""

    extract: dict[Literal["key"], str]


class ExternalSecretSpec(Strict):
    """Of an ExternalSecret."""

    refresh_interval: Duration
    secret_store_ref: Store
    target: Reference
    data_from: list[Extract]


class ExternalSecret(Custom):
    """Of the External Secrets Operator."""

    api_version: Literal["external-secrets.io/v1"]
    spec: ExternalSecretSpec


KINDS: dict[str, type[Custom]] = {
    kind.__name__: kind
    for kind in (
        KafkaTopic,
        KafkaUser,
        ScaledObject,
        TriggerAuthentication,
        PodMonitor,
        PrometheusRule,
        ExternalSecret,
    )
}
