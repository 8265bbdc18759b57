{{/* One direction's rule of a NetworkPolicy. Takes to (none: anywhere) and ports (none: no
rule, for Kubernetes would read one without ports as all of them). */}}
{{- define "folkmoot.egressTo" -}}
{{- if .ports -}}
- ports:
    {{- range .ports }}
    - {protocol: TCP, port: {{ int . }}}
    {{- end }}
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* The port of a URL, which may go without saying. */}}
{{- define "folkmoot.portOf" -}}
{{- $url := urlParse . -}}
{{- default (ternary 443 80 (eq $url.scheme "https")) (regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host)) -}}
{{- end -}}

{{/* Names are asked for by UDP, and by TCP where the answer is long. */}}
{{- define "folkmoot.egressDns" -}}
- ports:
    {{- range .ports }}
    - {protocol: UDP, port: {{ int . }}}
    - {protocol: TCP, port: {{ int . }}}
    {{- end }}
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* Kafka and MongoDB, the platform's own or those that came along. */}}
{{- define "folkmoot.egressStores" -}}
{{- $policy := .Values.networkPolicy -}}
{{- if .Values.bundled.enabled -}}
{{- range $component, $port := dict "kafka" 9092 "mongo" 27017 }}
- ports:
    - {protocol: TCP, port: {{ $port }}}
  to:
    - podSelector:
        matchLabels:
          {{- include "folkmoot.selector" (dict "root" $ "component" $component) | nindent 10 }}
{{- end }}
{{- else -}}
{{- $ports := $policy.kafka.ports -}}
{{- if not $ports -}}
{{- $ports = list -}}
{{- range splitList "," .Values.kafka.bootstrap -}}
{{- $ports = append $ports (last (splitList ":" .) | int) -}}
{{- end -}}
{{- end }}
{{ include "folkmoot.egressTo" (dict "to" $policy.kafka.to "ports" (uniq $ports)) }}
{{ include "folkmoot.egressTo" $policy.mongo }}
{{- end -}}
{{- end -}}
