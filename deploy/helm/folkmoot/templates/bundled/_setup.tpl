{{/* A container beside Kafka or MongoDB that gives each new life of theirs what Folkmoot
needs, and then rests: a pod of a StatefulSet wants all its containers to run. Takes root,
and as args what it is beside and the options of `folkmoot setup`. */}}
{{- define "folkmoot.bundledSetup" -}}
{{- $kafka := eq (first .args) "kafka" -}}
{{- $options := rest .args -}}
{{- if $kafka -}}
{{- $options = concat $options (include "folkmoot.topicArgs" .root | fromYamlArray) -}}
{{- end -}}
- name: setup
  image: {{ include "folkmoot.image" (dict "root" .root "name" "cli") }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  command:
    - tini
    - --
    - sh
    - -c
    - folkmoot setup "$@" && exec sleep infinity
    - setup
    {{- range $options }}
    - {{ . }}
    {{- end }}
  {{- if $kafka }}
  env:
    - name: FOLKMOOT_KAFKA_BOOTSTRAP
      value: {{ include "folkmoot.bootstrap" .root }}
  {{- else }}
  env:
    - name: FOLKMOOT_SECRETS_DIR
      value: /run/secrets/folkmoot
  {{- end }}
  resources:
    requests: {cpu: 10m, memory: 96Mi}
    limits: {memory: 256Mi}
  securityContext:
    {{- include "folkmoot.containerSecurity" true | nindent 4 }}
  volumeMounts:
    - name: tmp
      mountPath: /tmp
    {{- if not $kafka }}
    - name: secrets
      mountPath: /run/secrets/folkmoot
      readOnly: true
    {{- end }}
{{- end -}}
