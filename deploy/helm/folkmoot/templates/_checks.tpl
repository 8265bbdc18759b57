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
{{- if and $v.strimzi.enabled (not $v.strimzi.cluster) -}}
{{- fail "\nstrimzi.cluster is empty: name the Kafka cluster that topics and users are made for" -}}
{{- end -}}
{{- if and $v.strimzi.enabled (not (hasPrefix "SASL" $v.kafka.securityProtocol)) -}}
{{- fail (printf "\nkafka.securityProtocol is %s: with strimzi.enabled the users have passwords (SCRAM-SHA-512), so it is SASL_SSL or SASL_PLAINTEXT" $v.kafka.securityProtocol) -}}
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
{{- $declared := 0 -}}
{{- range (.Files.Get "files/kafka/topics.yaml" | fromYaml).topics -}}
{{- $declared = max $declared (int .partitions) -}}
{{- end -}}
{{- $partitions := int (default $declared $v.kafka.partitions) -}}
{{- range $name, $w := include "folkmoot.services" . | fromYaml -}}
{{- include "folkmoot.checkService" (dict "w" $w "partitions" $partitions "policy" $v.networkPolicy) -}}
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
