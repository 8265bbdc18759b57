{{/* What Pod Security `restricted` asks of a pod. Takes a user's id. */}}
{{- define "folkmoot.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* And of a container. Takes whether its files are read only. */}}
{{- define "folkmoot.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: {{ . }}
capabilities:
  drop: [ALL]
{{- end -}}

{{/* What all pods of ours have. */}}
{{- define "folkmoot.podCommon" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* A mapping of variables as a container's list; numbers become text as JSON has them,
for Go would write a million as 1e+06. */}}
{{- define "folkmoot.variables" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ kindIs "string" $value | ternary $value (toJson $value) | quote }}
{{- end }}
{{- end -}}

{{/* How Kafka is reached, as a mapping of variables. Takes root and component. */}}
{{- define "folkmoot.kafkaEnv" -}}
{{- $kafka := .root.Values.kafka -}}
FOLKMOOT_KAFKA_BOOTSTRAP: {{ include "folkmoot.bootstrap" .root | quote }}
FOLKMOOT_KAFKA_SECURITY_PROTOCOL: {{ $kafka.securityProtocol }}
{{- if hasPrefix "SASL" $kafka.securityProtocol }}
FOLKMOOT_KAFKA_SASL_MECHANISM: {{ $kafka.saslMechanism }}
{{- end }}
{{- if $kafka.ca.secret }}
FOLKMOOT_KAFKA_CA_FILE: /etc/folkmoot/kafka-ca/ca.crt
{{- end }}
{{- if .root.Values.strimzi.enabled }}
FOLKMOOT_KAFKA_USERNAME: {{ include "folkmoot.kafkaUser" . }}
{{- end }}
{{- end -}}

{{/* The settings of a service, as a mapping. Takes root, component and w. */}}
{{- define "folkmoot.env" -}}
{{- $v := .root.Values -}}
{{ include "folkmoot.kafkaEnv" . }}
FOLKMOOT_LOG_LEVEL: {{ $v.logLevel }}
FOLKMOOT_SECRETS_DIR: /run/secrets/folkmoot
FOLKMOOT_JWKS: {{ default "/run/secrets/folkmoot/jwks.json" $v.auth.jwksUrl | quote }}
FOLKMOOT_JWT_ISSUER: {{ $v.auth.issuer | quote }}
FOLKMOOT_JWT_AUDIENCE: {{ $v.auth.audience | quote }}
FOLKMOOT_TRACE_RATIO: {{ $v.telemetry.traceRatio | quote }}
{{- with $v.telemetry.otlpEndpoint }}
FOLKMOOT_OTLP_ENDPOINT: {{ . | quote }}
{{- end }}
{{- if eq .component "ingest" }}
FOLKMOOT_API_KEYS: /run/secrets/folkmoot/api-keys.json
{{- if .w.inboundSources }}
FOLKMOOT_INBOUND_SOURCES: /etc/folkmoot/inbound/sources.json
{{- end }}
{{- else if eq .component "tagging" }}
{{- with .w.vocabulary }}
{{- if .configMap }}
FOLKMOOT_VOCABULARY: /etc/folkmoot/vocabulary/{{ .key }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Volumes with whom to trust. */}}
{{- define "folkmoot.caVolumes" -}}
{{- range $name, $ca := dict "kafka-ca" .Values.kafka.ca "mongo-ca" .Values.mongo.ca }}
{{- if $ca.secret }}
- name: {{ $name }}
  secret:
    secretName: {{ $ca.secret }}
    defaultMode: 0440
    items:
      - key: {{ $ca.key }}
        path: ca.crt
{{- end }}
{{- end }}
{{- end -}}

{{- define "folkmoot.caMounts" -}}
{{- range $name, $ca := dict "kafka-ca" .Values.kafka.ca "mongo-ca" .Values.mongo.ca }}
{{- if $ca.secret }}
- name: {{ $name }}
  mountPath: /etc/folkmoot/{{ $name }}
  readOnly: true
{{- end }}
{{- end }}
{{- end -}}

{{/* A volume of secrets as files named like variables. Takes root, component and
existing. The password of a Strimzi user joins those of the Secret. */}}
{{- define "folkmoot.secretsVolume" -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      - secret:
          name: {{ include "folkmoot.secret" . }}
      {{- if and (include "folkmoot.kafkaUserIsNear" .root) (ne .component "setup") }}
      - secret:
          name: {{ include "folkmoot.kafkaUser" . }}
          items:
            - key: password
              path: FOLKMOOT_KAFKA_PASSWORD
      {{- end }}
{{- end -}}

{{/* Volumes of a service. Takes root, component and w. */}}
{{- define "folkmoot.volumes" -}}
{{ include "folkmoot.secretsVolume" (merge (dict "existing" .w.existingSecret) .) }}
- name: tmp
  emptyDir:
    sizeLimit: 256Mi
{{- include "folkmoot.caVolumes" .root }}
{{- if eq .component "ingest" }}
{{- if .w.inboundSources }}
- name: inbound
  configMap:
    name: {{ include "folkmoot.fullname" .root }}-inbound
{{- end }}
{{- else if eq .component "tagging" }}
{{- if .w.vocabulary.configMap }}
- name: vocabulary
  configMap:
    name: {{ .w.vocabulary.configMap }}
{{- end }}
{{- else if eq .component "search-index" }}
{{- if not .w.persistence.enabled }}
- name: index
  emptyDir:
    sizeLimit: {{ .w.indexSizeLimit }}
{{- end }}
{{- end }}
{{- with .w.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "folkmoot.mounts" -}}
- name: secrets
  mountPath: /run/secrets/folkmoot
  readOnly: true
- name: tmp
  mountPath: /tmp
{{- include "folkmoot.caMounts" .root }}
{{- if eq .component "ingest" }}
{{- if .w.inboundSources }}
- name: inbound
  mountPath: /etc/folkmoot/inbound
  readOnly: true
{{- end }}
{{- else if eq .component "tagging" }}
{{- if .w.vocabulary.configMap }}
- name: vocabulary
  mountPath: /etc/folkmoot/vocabulary
  readOnly: true
{{- end }}
{{- else if eq .component "search-index" }}
- name: index
  mountPath: /var/lib/folkmoot
{{- end }}
{{- with .w.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* A service that waits for MongoDB, or at its start for Kafka, is alive and not ready. A
blocked event loop answers nobody, and is given two minutes to come back. */}}
{{- define "folkmoot.probes" -}}
startupProbe:
  httpGet: {path: /health/live, port: http}
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 90
livenessProbe:
  httpGet: {path: /health/live, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 12
readinessProbe:
  httpGet: {path: /health/ready, port: http}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 2
{{- end -}}
