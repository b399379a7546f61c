{{- define "glados.fullname" -}}
{{- default .Release.Name .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "glados.mongodb.name" -}}
{{- printf "%s-mongodb" (include "glados.fullname" .) -}}
{{- end -}}

{{- define "glados.selector" -}}
app.kubernetes.io/name: glados
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "glados.labels" -}}
{{ include "glados.selector" . }}
app.kubernetes.io/part-of: glados
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{- define "glados.podSecurityLabels" -}}
pod-security.kubernetes.io/enforce: restricted
pod-security.kubernetes.io/audit: restricted
pod-security.kubernetes.io/warn: restricted
{{- end -}}

{{- define "glados.image" -}}
{{- if .image.digest -}}
{{ .image.repository }}@{{ .image.digest }}
{{- else -}}
{{ .image.repository }}:{{ .image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "glados.serverImage" -}}
{{- include "glados.image" (dict "root" . "image" .Values.server.image) -}}
{{- end -}}

{{- define "glados.runnerImage" -}}
{{- include "glados.image" (dict "root" . "image" .Values.runners.image) -}}
{{- end -}}

{{- define "glados.host" -}}
{{- printf "%s.%s.svc" (include "glados.fullname" .) .Release.Namespace -}}
{{- end -}}

{{- define "glados.apiUrl" -}}
{{- printf "http://%s:%v/graphql" (include "glados.host" .) .Values.service.port -}}
{{- end -}}

{{/* Of a container: all that Pod Security restricted asks, and a root that cannot be written. */}}
{{- define "glados.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* Of a pod that runs one of our images. */}}
{{- define "glados.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "glados.imagePullSecrets" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* host:port of every member. */}}
{{- define "glados.mongodb.hosts" -}}
{{- $name := include "glados.mongodb.name" . -}}
{{- $hosts := list -}}
{{- range $index := until (int .Values.mongodb.members) -}}
{{- $hosts = append $hosts (printf "%s-%d.%s.%s.svc:27017" $name $index $name $.Release.Namespace) -}}
{{- end -}}
{{- join "," $hosts -}}
{{- end -}}

{{/* MONGODB_URI and GLADOS_DATABASE, for every container that reads the database. */}}
{{- define "glados.mongodbEnv" -}}
{{- if .Values.mongodb.enabled }}
- name: MONGODB_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Values.mongodb.auth.existingSecret }}
      key: password
- name: MONGODB_URI
  value: mongodb://glados:$(MONGODB_PASSWORD)@{{ include "glados.mongodb.hosts" . }}/{{ .Values.mongodb.database }}?replicaSet=rs0&authSource=admin
- name: GLADOS_DATABASE
  value: {{ .Values.mongodb.database }}
{{- else if .Values.externalMongo.existingSecret }}
- name: MONGODB_URI
  valueFrom:
    secretKeyRef:
      name: {{ .Values.externalMongo.existingSecret }}
      key: {{ .Values.externalMongo.key }}
- name: GLADOS_DATABASE
  value: {{ .Values.externalMongo.database }}
{{- else }}
- name: MONGODB_URI
  value: {{ required "mongodb.enabled is false: externalMongo.uri or externalMongo.existingSecret has to name a database." .Values.externalMongo.uri | quote }}
- name: GLADOS_DATABASE
  value: {{ .Values.externalMongo.database }}
{{- end }}
{{- end -}}

{{/* What the server is told about Jobs: the operator's settings, and what the chart made for them. */}}
{{- define "glados.jobSettings" -}}
{{- $filled := dict "serviceAccountName" (printf "%s-runner" (include "glados.fullname" .)) -}}
{{- if .Values.runners.priorityClass.create -}}
{{- $_ := set $filled "priorityClassName" (printf "%s-runners" (include "glados.fullname" .)) -}}
{{- end -}}
{{- with .Values.imagePullSecrets -}}
{{- $_ := set $filled "imagePullSecrets" . -}}
{{- end -}}
{{- toYaml (merge (deepCopy .Values.runners.jobs) $filled) -}}
{{- end -}}
