{{/* Names begin with this. A StatefulSet's name may have 52 characters. */}}
{{- define "folkmoot.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 38 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 38 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 38 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What selects the pods of a component. Takes root and component. */}}
{{- define "folkmoot.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{/* The labels of a pod: no version of the chart, which is no reason to restart it. Takes
root, component and more, which count before those of all; ours count before either. */}}
{{- define "folkmoot.podLabels" -}}
{{- $version := default .root.Chart.AppVersion .root.Values.image.tag -}}
{{- $own := include "folkmoot.selector" . | fromYaml -}}
{{- $_ := set $own "app.kubernetes.io/version" $version -}}
{{- toYaml (merge $own (default dict .more) .root.Values.labels) -}}
{{- end -}}

{{/* The labels of an object. Takes the same. */}}
{{- define "folkmoot.labels" -}}
{{- $chart := printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" -}}
{{- $own := dict
  "app.kubernetes.io/version" .root.Chart.AppVersion
  "app.kubernetes.io/part-of" "folkmoot"
  "app.kubernetes.io/managed-by" .root.Release.Service
  "helm.sh/chart" $chart
-}}
{{- $selector := include "folkmoot.selector" . | fromYaml -}}
{{- toYaml (merge $own $selector (default dict .more) .root.Values.labels) -}}
{{- end -}}

{{/* The four services by name, each with what it has in common with the others. */}}
{{- define "folkmoot.services" -}}
{{- $all := dict -}}
{{- range $key := list "ingest" "tagging" "searchIndex" "notification" -}}
{{- $common := deepCopy $.Values.workload -}}
{{- $own := merge (dict "key" $key) (deepCopy (index $.Values $key)) -}}
{{- $_ := set $all (kebabcase $key) (mergeOverwrite $common $own) -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}

{{/* An image of ours. Takes root and name. */}}
{{- define "folkmoot.image" -}}
{{- $image := .root.Values.image -}}
{{- with $image.registry }}{{ trimSuffix "/" . }}/{{ end -}}
folkmoot/{{ .name }}:{{ default .root.Chart.AppVersion $image.tag }}
{{- end -}}

{{/* The Secret of a service or of the setup. Takes root, component and existing. */}}
{{- define "folkmoot.secret" -}}
{{- default (printf "%s-%s" (include "folkmoot.fullname" .root) .component) .existing -}}
{{- end -}}

{{/* A service's Kafka user. Takes root and component. */}}
{{- define "folkmoot.kafkaUser" -}}
{{- printf "%s-%s" (include "folkmoot.fullname" .root) .component -}}
{{- end -}}

{{- define "folkmoot.bootstrap" -}}
{{- if .Values.bundled.enabled -}}
{{ include "folkmoot.fullname" . }}-kafka:9092
{{- else -}}
{{ .Values.kafka.bootstrap }}
{{- end -}}
{{- end -}}

{{/* How many replicas a service can come to have. Takes the service's values. */}}
{{- define "folkmoot.mostReplicas" -}}
{{- if eq .autoscaling.kind "none" -}}
{{ int .replicas }}
{{- else -}}
{{ int .autoscaling.maxReplicas }}
{{- end -}}
{{- end -}}

{{/* Whether a Strimzi user's password is a Secret that pods here can mount. */}}
{{- define "folkmoot.kafkaUserIsNear" -}}
{{- $s := .Values.strimzi -}}
{{- if and $s.enabled (eq (default .Release.Namespace $s.namespace) .Release.Namespace) -}}
true
{{- end -}}
{{- end -}}
