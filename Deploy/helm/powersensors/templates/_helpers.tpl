{{- define "powersensors.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The release's name, and the chart's where the release is not called after it. */}}
{{- define "powersensors.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "powersensors.selectorLabels" -}}
app.kubernetes.io/name: {{ include "powersensors.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "powersensors.labels" -}}
{{ include "powersensors.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 }}
{{- end -}}

{{- define "powersensors.image" -}}
{{ .Values.image.repository }}
{{- if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end -}}

{{/*
The pod: once as usual, and once with the node's devices, which takes a privileged container.
Arguments: root, devices (true or false).
*/}}
{{- define "powersensors.daemonset" -}}
{{- $values := .root.Values -}}
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: {{ printf "%s%s" (include "powersensors.fullname" .root) (ternary "-devices" "" .devices) | quote }}
  namespace: {{ .root.Release.Namespace | quote }}
  labels:
    {{- include "powersensors.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ ternary "exporter-devices" "exporter" .devices }}
spec:
  selector:
    matchLabels:
      {{- include "powersensors.selectorLabels" .root | nindent 6 }}
      app.kubernetes.io/component: {{ ternary "exporter-devices" "exporter" .devices }}
  updateStrategy:
    {{- toYaml $values.updateStrategy | nindent 4 }}
  template:
    metadata:
      labels:
        {{- include "powersensors.labels" .root | nindent 8 }}
        app.kubernetes.io/component: {{ ternary "exporter-devices" "exporter" .devices }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with $values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "powersensors.fullname" .root | quote }}
      automountServiceAccountToken: false
      # Variables such as POWERSENSORS_PORT, which Kubernetes would make of a Service's name, look like the command's settings.
      enableServiceLinks: false
      {{- if $values.exitRecords.enabled }}
      # The kernel tells of processes that end only in its first name spaces of processes and the network.
      hostNetwork: true
      dnsPolicy: ClusterFirstWithHostNet
      hostPID: true
      {{- else }}
      # Neither the host's network nor its processes: its /proc, mounted below, is enough to see them.
      hostNetwork: false
      hostPID: false
      {{- end }}
      hostIPC: false
      {{- with $values.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . | quote }}
        {{- end }}
      {{- end }}
      {{- with $values.priorityClassName }}
      priorityClassName: {{ . | quote }}
      {{- end }}
      # The command delivers what is queued and ends within ten seconds.
      terminationGracePeriodSeconds: 15
      nodeSelector:
        {{- with $values.nodeSelector }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- if .devices }}
        {{ $values.devices.nodeLabel }}: "true"
        {{- end }}
      {{- if and $values.devices.enabled (not .devices) }}
      affinity:
        nodeAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
            nodeSelectorTerms:
              - matchExpressions:
                  - key: {{ $values.devices.nodeLabel }}
                    operator: NotIn
                    values: ["true"]
      {{- end }}
      {{- with $values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      securityContext:
        seccompProfile:
          type: {{ ternary "Unconfined" "RuntimeDefault" .devices }}
        {{- with $values.seLinuxType }}
        seLinuxOptions:
          type: {{ . | quote }}
        {{- end }}
      containers:
        - name: powersensors
          image: {{ include "powersensors.image" .root | quote }}
          imagePullPolicy: {{ $values.image.pullPolicy }}
          args:
            - export
            - --prometheus
            - {{ printf "%s:%v" $values.prometheus.address $values.prometheus.port | quote }}
            - --sysfs
            - /host/sys
            - --procfs
            - /host/proc
            {{- if .devices }}
            - --dev
            - /host/dev
            {{- end }}
            {{- with $values.consumers }}
            - --consumers
            - {{ join "," . | quote }}
            {{- end }}
            - --policy
            - {{ $values.policy }}
            {{- range $values.sensors }}
            - --sensor
            - {{ . | quote }}
            {{- end }}
            {{- range $values.ignore }}
            - --ignore
            - {{ . | quote }}
            {{- end }}
            {{- with $values.scope }}
            - --scope
            - {{ . }}
            {{- end }}
            {{- if not (kindIs "invalid" $values.maxPower) }}
            - --max-power
            - {{ $values.maxPower | toString | quote }}
            {{- end }}
            {{- with $values.region }}
            - --region
            - {{ . | quote }}
            {{- end }}
            {{- if not (kindIs "invalid" $values.carbonIntensity) }}
            - --carbon-intensity
            - {{ $values.carbonIntensity | toString | quote }}
            {{- end }}
            {{- if $values.share.hostPath }}
            - --share
            - /host/share
            {{- end }}
            {{- with $values.interval }}
            - --interval
            - {{ . | quote }}
            {{- end }}
            {{- if $values.prometheus.webConfigSecret }}
            - --web-config
            - /etc/powersensors/web/web.yml
            {{- end }}
            {{- if $values.loki.url }}
            - --loki
            - {{ $values.loki.url | quote }}
            - --loki-format
            - {{ $values.loki.format }}
            {{- with $values.loki.tenant }}
            - --loki-tenant
            - {{ . | quote }}
            {{- end }}
            {{- if $values.loki.username }}
            - --loki-username
            - {{ $values.loki.username | quote }}
            - --loki-password-file
            - /etc/powersensors/loki/password
            {{- else if and $values.loki.secret $values.loki.token }}
            - --loki-bearer-token-file
            - /etc/powersensors/loki/token
            {{- end }}
            {{- if $values.loki.ca }}
            - --loki-ca-file
            - /etc/powersensors/loki/ca.crt
            {{- end }}
            {{- end }}
            {{- if $values.jsonOutput }}
            - --json
            - "-"
            {{- end }}
            {{- range $values.extraArgs }}
            - {{ . | quote }}
            {{- end }}
            {{- if .devices }}
            {{- range $values.devices.extraArgs }}
            - {{ . | quote }}
            {{- end }}
            {{- end }}
          env:
            # The node's name and not the pod's: KubeVirt's series are joined on it.
            - name: POWERSENSORS_NODE
              valueFrom:
                fieldRef:
                  fieldPath: spec.nodeName
            {{- with $values.extraEnv }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
          ports:
            - name: metrics
              containerPort: {{ $values.prometheus.port }}
              protocol: TCP
          livenessProbe:
            httpGet:
              path: /healthz
              port: metrics
              scheme: {{ ternary "HTTPS" "HTTP" $values.prometheus.tls }}
            periodSeconds: 30
            timeoutSeconds: 5
          readinessProbe:
            httpGet:
              path: /readyz
              port: metrics
              scheme: {{ ternary "HTTPS" "HTTP" $values.prometheus.tls }}
            periodSeconds: 10
            timeoutSeconds: 5
          securityContext:
            # The owner of a file of mode 0400, such as the energy counters, needs no capability to read it.
            runAsUser: 0
            runAsGroup: 0
            readOnlyRootFilesystem: true
            {{- if .devices }}
            # The device cgroup opens /dev only to privileged containers.
            privileged: true
            {{- else }}
            privileged: false
            allowPrivilegeEscalation: false
            capabilities:
              drop: [ALL]
              {{- if $values.exitRecords.enabled }}
              add: [NET_ADMIN]
              {{- end }}
            {{- end }}
          {{- with $values.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          volumeMounts:
            # Elsewhere than /sys: runtimes mask /sys/devices/virtual/powercap, and leave other places as they are.
            - name: sys
              mountPath: /host/sys
              readOnly: true
              mountPropagation: HostToContainer
            - name: proc
              mountPath: /host/proc
              readOnly: true
            {{- if .devices }}
            - name: dev
              mountPath: /host/dev
              readOnly: true
            {{- end }}
            {{- if $values.share.hostPath }}
            - name: share
              mountPath: /host/share
              readOnly: true
              mountPropagation: HostToContainer
            {{- end }}
            {{- if $values.prometheus.webConfigSecret }}
            - name: web-config
              mountPath: /etc/powersensors/web
              readOnly: true
            {{- end }}
            {{- if and $values.loki.url $values.loki.secret }}
            - name: loki
              mountPath: /etc/powersensors/loki
              readOnly: true
            {{- end }}
      volumes:
        - name: sys
          hostPath:
            path: /sys
            type: Directory
        - name: proc
          hostPath:
            path: /proc
            type: Directory
        {{- if .devices }}
        - name: dev
          hostPath:
            path: /dev
            type: Directory
        {{- end }}
        {{- with $values.share.hostPath }}
        - name: share
          hostPath:
            path: {{ . | quote }}
            type: Directory
        {{- end }}
        {{- with $values.prometheus.webConfigSecret }}
        - name: web-config
          secret:
            secretName: {{ . | quote }}
            defaultMode: 0400
        {{- end }}
        {{- if and $values.loki.url $values.loki.secret }}
        - name: loki
          secret:
            secretName: {{ $values.loki.secret | quote }}
            defaultMode: 0400
        {{- end }}
{{- end -}}

{{/* What a PodMonitor and a ServiceMonitor say of a target alike. */}}
{{- define "powersensors.endpoint" -}}
port: metrics
path: /metrics
scheme: {{ ternary "https" "http" .Values.prometheus.tls }}
honorLabels: true
{{- with .Values.monitor.interval }}
interval: {{ . }}
{{- end }}
{{- with .Values.monitor.scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
{{- with .Values.monitor.tlsConfig }}
tlsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.monitor.basicAuth }}
basicAuth:
  {{- toYaml . | nindent 2 }}
{{- end }}
relabelings:
  # KubeVirt's series call the node so, and a series must outlive the pod that exports it.
  - sourceLabels: [__meta_kubernetes_pod_node_name]
    targetLabel: node
  - sourceLabels: [__meta_kubernetes_pod_node_name]
    targetLabel: instance
  - action: labeldrop
    regex: namespace|pod|container|endpoint|service
{{- with .Values.monitor.metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "powersensors.vmPageName" -}}
{{- printf "%s-vm-page" (include "powersensors.fullname" .) -}}
{{- end -}}

{{/*
The image that removes the panels which this release has put on Harvester's page, where they are no longer wanted; "none" where it is
not known, and nothing where there are no panels of it. Helm asks the cluster only in an upgrade, not in `helm template`.
*/}}
{{- define "powersensors.vmPageRemover" -}}
{{- if not .Values.harvester.vmPage.enabled -}}
{{- $before := lookup "v1" "ConfigMap" .Release.Namespace (include "powersensors.vmPageName" .) -}}
{{- if eq (dig "metadata" "annotations" "meta.helm.sh/release-name" "" $before) .Release.Name -}}
{{- .Values.harvester.vmPage.image | default (dig "metadata" "annotations" "powersensors/vm-page-image" "none" $before) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* A Job that adds the panels to Harvester's page, or removes them. Arguments: root, action, hook, image. */}}
{{- define "powersensors.vmPageJob" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ include "powersensors.vmPageName" .root }}-{{ .action }}
  namespace: {{ .root.Release.Namespace | quote }}
  labels:
    {{- include "powersensors.labels" .root | nindent 4 }}
  annotations:
    helm.sh/hook: {{ .hook }}
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 3
  activeDeadlineSeconds: 300
  # A Job cannot be changed: one that is over must be gone before it can be applied again.
  ttlSecondsAfterFinished: 600
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {{ include "powersensors.name" .root }}-vm-page
    spec:
      serviceAccountName: {{ include "powersensors.vmPageName" .root }}
      enableServiceLinks: false
      restartPolicy: Never
      nodeSelector:
        kubernetes.io/os: linux
      {{- with .root.Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .root.Values.image.pullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . | quote }}
        {{- end }}
      {{- end }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 65534
        runAsGroup: 65534
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: vm-page
          image: {{ .image | quote }}
          imagePullPolicy: IfNotPresent
          command: [bash, /vm-page/vm-page.sh, {{ .action }}]
          env:
            # kubectl keeps a cache there, and bash the texts that it passes on.
            - name: HOME
              value: /tmp
          securityContext:
            privileged: false
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: [ALL]
          resources:
            requests:
              cpu: 10m
              memory: 64Mi
            limits:
              memory: 256Mi
          volumeMounts:
            - name: vm-page
              mountPath: /vm-page
              readOnly: true
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: vm-page
          configMap:
            name: {{ include "powersensors.vmPageName" .root }}
        - name: tmp
          emptyDir: {}
{{- end -}}
