{{/* What a schema cannot say of values that depend on one another. */}}
{{- define "folkmoot.checks" -}}
{{- $v := .Values -}}
{{- if and (not $v.kafka.bootstrap) (not $v.bundled.enabled) -}}
{{- fail "\nkafka.bootstrap is empty: name Kafka's brokers as host:port, or set bundled.enabled to try Folkmoot out" -}}
{{- end -}}
{{- if and $v.kafka.bootstrap $v.bundled.enabled -}}
{{- fail "\nkafka.bootstrap and bundled.enabled exclude each other: which Kafka is meant?" -}}
{{- end -}}
{{- if and $v.bundled.enabled (or $v.strimzi.enabled (ne $v.kafka.securityProtocol "PLAINTEXT")) -}}
{{- fail "\nbundled.enabled brings a Kafka without users or encryption along: it goes with neither strimzi.enabled nor another kafka.securityProtocol than PLAINTEXT" -}}
{{- end -}}
{{- if and $v.bundled.enabled $v.externalSecrets.enabled -}}
{{- fail "\nbundled.enabled and externalSecrets.enabled exclude each other: what comes along has Secrets that you make, as README.md shows" -}}
{{- end -}}
{{- if and $v.strimzi.enabled (not $v.strimzi.cluster) -}}
{{- fail "\nstrimzi.cluster is empty: name the Kafka cluster that topics and users are made for" -}}
{{- end -}}
{{- if and $v.strimzi.enabled (not (hasPrefix "SASL" $v.kafka.securityProtocol)) -}}
{{- fail (printf "\nkafka.securityProtocol is %s: with strimzi.enabled the users have passwords (SCRAM-SHA-512), so it is SASL_SSL or SASL_PLAINTEXT" $v.kafka.securityProtocol) -}}
{{- end -}}
{{- if and $v.strimzi.enabled (ne $v.kafka.saslMechanism "SCRAM-SHA-512") -}}
{{- fail (printf "\nkafka.saslMechanism is %s: with strimzi.enabled the users have passwords for SCRAM-SHA-512" $v.kafka.saslMechanism) -}}
{{- end -}}
{{- $inSync := index $v.strimzi.topicConfig "min.insync.replicas" | default 1 | int -}}
{{- if and $v.strimzi.enabled (gt $inSync (int $v.kafka.replicas)) -}}
{{- fail (printf "\nstrimzi.topicConfig asks that %d replicas have a record, and kafka.replicas is %d: Kafka would acknowledge none" $inSync (int $v.kafka.replicas)) -}}
{{- end -}}
{{- if not (or $v.image.registry $v.bundled.enabled) -}}
{{- fail "\nimage.registry is empty: name the registry, and the path in it, that you have pushed the images to (make images)" -}}
{{- end -}}
{{- if and $v.externalSecrets.enabled (not $v.externalSecrets.store.name) -}}
{{- fail "\nexternalSecrets.store.name is empty: name the store that Secrets are read from" -}}
{{- end -}}
{{- if hasKey $v.strimzi.topicConfig "cleanup.policy" -}}
{{- fail "\nstrimzi.topicConfig has cleanup.policy: some topics are compacted and some are not, as each declares" -}}
{{- end -}}
{{- $declared := 0 -}}
{{- $largest := 0 -}}
{{- range (.Files.Get "files/kafka/topics.yaml" | fromYaml).topics -}}
{{- $declared = max $declared (int .partitions) -}}
{{- $largest = max $largest (index .config "max.message.bytes" | int) -}}
{{- end -}}
{{- with index $v.strimzi.topicConfig "max.message.bytes" -}}
{{- if lt (int .) (int $largest) -}}
{{- fail (printf "\nstrimzi.topicConfig has max.message.bytes %s, and dead letters need %d" . $largest) -}}
{{- end -}}
{{- end -}}
{{- range $part := list "workload" "ingest" "tagging" "searchIndex" "notification" -}}
{{- include "folkmoot.checkEnv" (dict "part" $part "env" (index $v $part).env) -}}
{{- end -}}
{{- $partitions := int (default $declared $v.kafka.partitions) -}}
{{- range $name, $w := include "folkmoot.services" . | fromYaml -}}
{{- include "folkmoot.checkService" (dict "w" $w "partitions" $partitions "policy" $v.networkPolicy "bundled" $v.bundled.enabled) -}}
{{- end -}}
{{- end -}}

{{- define "folkmoot.checkService" -}}
{{- $w := .w -}}
{{- $auto := $w.autoscaling -}}
{{- $most := include "folkmoot.mostReplicas" $w | int -}}
{{- $value := ternary "replicas" "autoscaling.maxReplicas" (eq $auto.kind "none") -}}
{{- if gt $most .partitions -}}
{{- fail (printf "\n%s.%s is %d, and topics have %d partitions (kafka.partitions): one replica more than that reads nothing" $w.key $value $most .partitions) -}}
{{- end -}}
{{- if and (ne $auto.kind "none") (gt (int $auto.minReplicas) (int $auto.maxReplicas)) -}}
{{- fail (printf "\n%s.autoscaling.minReplicas is %d, more than its maxReplicas, %d" $w.key (int $auto.minReplicas) (int $auto.maxReplicas)) -}}
{{- end -}}
{{- if and .bundled (eq $auto.kind "keda") -}}
{{- fail (printf "\nbundled.enabled and %s.autoscaling.kind=keda exclude each other: nobody outside this release reaches the Kafka that comes along" $w.key) -}}
{{- end -}}
{{- $needed := add 30 (int $w.preStopSeconds) -}}
{{- if lt (int $w.terminationGracePeriodSeconds) (int $needed) -}}
{{- fail (printf "\n%s.terminationGracePeriodSeconds is %d: a service may take 30 s to stop after preStopSeconds, %d in all" $w.key (int $w.terminationGracePeriodSeconds) (int $needed)) -}}
{{- end -}}
{{- if and $w.ingress.enabled (not $w.ingress.host) -}}
{{- fail (printf "\n%s.ingress.host is empty: each service needs a host of its own" $w.key) -}}
{{- end -}}
{{- if and $w.ingress.enabled .policy.enabled (not .policy.ingress) -}}
{{- fail (printf "\nnetworkPolicy.ingress is empty and %s.ingress.enabled: name the pods of the ingress controller, or nobody comes in" $w.key) -}}
{{- end -}}
{{- end -}}

{{/* Variables that env must not set, and where what they say belongs: more than the
variable hangs on them, or they are secret, and whoever describes a pod reads its variables. */}}
{{- define "folkmoot.notByEnv" -}}
FOLKMOOT_API_KEYS: it belongs in ingest's Secret, as api-keys.json
FOLKMOOT_FAILPOINTS: it is for tests alone
FOLKMOOT_HTTP_HOST: the chart counts on 0.0.0.0
FOLKMOOT_HTTP_PORT: the chart counts on 8100; callers are told of service.port
FOLKMOOT_INBOUND_SOURCES: set ingest.inboundSources
FOLKMOOT_INDEX_DIR: set searchIndex.persistence
FOLKMOOT_INSTANCE: it is the pod's name
FOLKMOOT_JWKS: set auth.jwksUrl
FOLKMOOT_JWT_AUDIENCE: set auth.audience
FOLKMOOT_JWT_ISSUER: set auth.issuer
FOLKMOOT_KAFKA_BOOTSTRAP: set kafka.bootstrap
FOLKMOOT_KAFKA_CA_FILE: set kafka.ca
FOLKMOOT_KAFKA_PASSWORD: it belongs in the service's Secret
FOLKMOOT_KAFKA_SASL_MECHANISM: set kafka.saslMechanism
FOLKMOOT_KAFKA_SECURITY_PROTOCOL: set kafka.securityProtocol
FOLKMOOT_KAFKA_USERNAME: it belongs in the service's Secret
FOLKMOOT_MONGO_ADMIN_URL: it belongs in the setup's Secret
FOLKMOOT_MONGO_URL: it belongs in the service's Secret
FOLKMOOT_OTLP_ENDPOINT: set telemetry.otlpEndpoint
FOLKMOOT_SECRETS_DIR: it is where the chart mounts the Secret; set existingSecret
FOLKMOOT_STOP_TIMEOUT: the 30 s that a service may take to stop count on its default
{{- end -}}

{{/* Takes part, whose values they are, and env. */}}
{{- define "folkmoot.checkEnv" -}}
{{- $elsewhere := include "folkmoot.notByEnv" . | fromYaml -}}
{{- range $name, $_ := .env -}}
{{- $secret := ternary "it belongs in the setup's Secret" "" (hasPrefix "FOLKMOOT_MONGO_PASSWORD_" $name) -}}
{{- with get $elsewhere $name | default $secret -}}
{{- fail (printf "\n%s.env.%s is refused: %s" $.part $name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
