"""What is asked of objects for Kubernetes: their schemas, pod security, and the rights of the usual pod."""

import re

import kubernetes_validate

# The oldest and the newest that the chart is for.
KUBERNETES = ["1.25", kubernetes_validate.latest_version()]

# The fields of kinds that Kubernetes' schemas do not have. A type, a nested table, or a list with what its items are; "!" marks
# what must be there, and a field "*" what any other is.
LABELS = {"*": str}
META = {"name!": str, "namespace": str, "labels": LABELS, "annotations": LABELS}
RELABELING = {
    "sourceLabels": [str],
    "separator": str,
    "targetLabel": str,
    "regex": str,
    "modulus": int,
    "replacement": str,
    "action": str,
}
ENDPOINT = {
    "port!": str,
    "path": str,
    "scheme": str,
    "honorLabels!": bool,
    "interval": str,
    "scrapeTimeout": str,
    "tlsConfig": dict,
    "basicAuth": {"username": {"name": str, "key": str}, "password": {"name": str, "key": str}},
    "relabelings": [RELABELING],
    "metricRelabelings": [RELABELING],
}
SELECTOR = {"matchLabels!": LABELS}
BY_HAND = {
    ("monitoring.coreos.com/v1", "PodMonitor"): {
        "metadata!": META,
        "spec!": {"jobLabel": str, "selector!": SELECTOR, "podMetricsEndpoints!": [ENDPOINT]},
    },
    ("monitoring.coreos.com/v1", "ServiceMonitor"): {
        "metadata!": META,
        "spec!": {"jobLabel": str, "selector!": SELECTOR, "endpoints!": [ENDPOINT]},
    },
    ("monitoring.coreos.com/v1", "PrometheusRule"): {
        "metadata!": META,
        "spec!": {
            "groups!": [
                {
                    "name!": str,
                    "interval": str,
                    "rules!": [
                        {
                            "record": str,
                            "alert": str,
                            "expr!": str,
                            "for": str,
                            "keep_firing_for": str,
                            "labels": LABELS,
                            "annotations": LABELS,
                        }
                    ],
                }
            ]
        },
    },
    ("harvesterhci.io/v1beta1", "Addon"): {
        "metadata!": META,
        "spec!": {"enabled!": bool, "repo!": str, "chart!": str, "version!": str, "valuesContent!": str},
    },
    ("security.openshift.io/v1", "SecurityContextConstraints"): {
        "metadata!": META,
        "allowHostDirVolumePlugin!": bool,
        "allowHostIPC!": bool,
        "allowHostNetwork!": bool,
        "allowHostPID!": bool,
        "allowHostPorts!": bool,
        "allowPrivilegedContainer!": bool,
        "allowPrivilegeEscalation": bool,
        "allowedCapabilities": [str],
        "defaultAddCapabilities": [str],
        "requiredDropCapabilities": [str],
        "readOnlyRootFilesystem!": bool,
        "runAsUser!": {"type!": str},
        "fsGroup!": {"type!": str},
        "supplementalGroups!": {"type!": str},
        "seLinuxContext!": {"type!": str},
        "seccompProfiles": [str],
        "volumes!": [str],
        "users": [str],
        "groups": [str],
        "priority": int,
    },
}


class Wrong(Exception):
    pass


def expect(condition, text):
    if not condition:
        raise Wrong(text)


def check_fields(value, table, where):
    """Every field is one of the table's, of its type, and none that must be there is missing."""
    if isinstance(table, dict):
        if not isinstance(value, dict):
            raise Wrong(f"{where} is no mapping")
        known = {name.rstrip("!"): what for name, what in table.items()}
        for name in table:
            if name.endswith("!") and name[:-1] not in value:
                raise Wrong(f"{where} lacks {name[:-1]}")
        for name, item in value.items():
            if name not in known and "*" not in known:
                raise Wrong(f"{where} has an unknown field {name}")
            check_fields(item, known.get(name, known.get("*")), f"{where}.{name}")
    elif isinstance(table, list):
        if not isinstance(value, list):
            raise Wrong(f"{where} is no list")
        for index, item in enumerate(value):
            check_fields(item, table[0], f"{where}[{index}]")
    elif not isinstance(value, table) or (table is int and isinstance(value, bool)):
        raise Wrong(f"{where} is not of type {table.__name__}")


def validate(item):
    name = f"{item.get('kind')} {item.get('metadata', {}).get('name')}"
    table = BY_HAND.get((item.get("apiVersion"), item.get("kind")))
    if table:
        check_fields({key: value for key, value in item.items() if key not in ("apiVersion", "kind")}, table, name)
        return
    for version in KUBERNETES:
        try:
            kubernetes_validate.validate(item, version, strict=True)
        except kubernetes_validate.SchemaNotFoundError:
            raise Wrong(f"{name}: Kubernetes {version} has no such kind") from None
        except kubernetes_validate.ValidationError as error:
            raise Wrong(f"{name}: {error}") from None
    # What the API server refuses and the schema does not: names are DNS labels or subdomains.
    if not re.fullmatch(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", item["metadata"]["name"]):
        raise Wrong(f"{name} is no name for an object")


def pod_of(item):
    if item["kind"] == "Pod":
        return item["spec"]
    return (
        item.get("spec", {}).get("template", {}).get("spec")
        if item["kind"] in ("DaemonSet", "Job", "Deployment")
        else None
    )


def hits(pod):
    """The rules of the pod-security level baseline that a pod breaks."""
    broken = set()
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(name):
            broken.add(name)
    if any("hostPath" in volume for volume in pod.get("volumes", [])):
        broken.add("hostPath")
    context = pod.get("securityContext", {})
    allowed_sysctls = {
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.ping_group_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
    }
    if any(sysctl["name"] not in allowed_sysctls for sysctl in context.get("sysctls", [])):
        broken.add("sysctls")
    allowed_capabilities = {
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    }
    containers = pod.get("containers", []) + pod.get("initContainers", []) + pod.get("ephemeralContainers", [])
    for scope in [context] + [container.get("securityContext", {}) for container in containers]:
        if scope.get("privileged"):
            broken.add("privileged")
        if set(scope.get("capabilities", {}).get("add", [])) - allowed_capabilities:
            broken.add("capabilities")
        if scope.get("procMount", "Default") != "Default":
            broken.add("procMount")
        if scope.get("seccompProfile", {}).get("type") == "Unconfined":
            broken.add("seccompProfile")
        if scope.get("appArmorProfile", {}).get("type") == "Unconfined":
            broken.add("appArmorProfile")
        if scope.get("windowsOptions", {}).get("hostProcess"):
            broken.add("hostProcess")
        selinux = scope.get("seLinuxOptions", {})
        allowed_types = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
        if selinux.get("type", "") not in allowed_types or selinux.get("user") or selinux.get("role"):
            broken.add("seLinuxOptions")
    for container in containers:
        if any(port.get("hostPort") for port in container.get("ports", [])):
            broken.add("hostPort")
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            if container.get(probe, {}).get("httpGet", {}).get("host"):
                broken.add("probe's host")
    return broken


def least_rights(pod):
    """What is asked of the usual pod beyond the level baseline."""
    wanted = {
        "runAsUser": 0,
        "privileged": False,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    for container in pod["containers"]:
        context = container["securityContext"]
        for name, value in wanted.items():
            if context.get(name) != value:
                raise Wrong(f"securityContext.{name} is {context.get(name)}, not {value}")
        for mount in container["volumeMounts"]:
            if mount["name"] in ("sys", "proc", "dev", "share") and not mount.get("readOnly"):
                raise Wrong(f"{mount['mountPath']} may be written")
    for name in ("hostNetwork", "hostPID", "hostIPC", "automountServiceAccountToken", "enableServiceLinks"):
        if pod.get(name) is not False:
            raise Wrong(f"{name} is not false")
    if pod.get("hostUsers") is False:
        raise Wrong("hostUsers is false, so that uid 0 could not read the counters")
    if pod["securityContext"]["seccompProfile"]["type"] != "RuntimeDefault":
        raise Wrong("seccompProfile is not RuntimeDefault")
