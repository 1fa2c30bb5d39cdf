#!/usr/bin/env python3
"""Checks the Helm chart, the Kustomize overlays and Harvester's files without a cluster. Scripts/test-manifests.sh runs it.

Each check is also run on something that it must refuse: a misspelt field, a privileged container, a wrong value.
"""

import copy
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import helm_python
import yaml

import harvester_page
import manifests
from manifest_rules import Wrong, expect, hits, least_rights, pod_of, validate

ROOT = manifests.PROJECT
CHART = ROOT / "Deploy/helm/powersensors"
KUBECTL = str(pathlib.Path(sys.executable).parent / "kubectl")

VALUES = {
    "defaults": {},
    "monitored": {"monitor": {"enabled": True}, "rules": {"enabled": True}, "dashboards": {"enabled": True}},
    "by a service": {
        "monitor": {"enabled": True, "kind": "ServiceMonitor", "interval": "1m", "labels": {"release": "monitoring"}},
        "podAnnotations": {"example.org/a": "b"},
        "podLabels": {"team": "energy"},
        "priorityClassName": "system-node-critical",
        "region": "DE",
    },
    "with TLS and Loki": {
        "prometheus": {"address": "[::]", "port": 9900, "webConfigSecret": "web", "tls": True},
        "monitor": {
            "enabled": True,
            "tlsConfig": {"insecureSkipVerify": True},
            "basicAuth": {
                "username": {"name": "scrape", "key": "user"},
                "password": {"name": "scrape", "key": "password"},
            },
            "metricRelabelings": [{"sourceLabels": ["__name__"], "regex": "powersensors_hwmon_.*", "action": "drop"}],
        },
        "loki": {"url": "https://loki.example:3100", "tenant": "a", "secret": "loki", "username": "u", "ca": True},
        "networkPolicy": {"enabled": True, "egress": [{"ports": [{"port": 3100, "protocol": "TCP"}]}]},
        "interval": "30s",
        "jsonOutput": True,
    },
    "devices": {"devices": {"enabled": True, "extraArgs": ["--sensor", "rapl:msr"]}, "openshift": {"enabled": True}},
    "openshift": {"openshift": {"enabled": True}, "seLinuxType": "spc_t", "monitor": {"enabled": True}},
    "exit records": {"exitRecords": {"enabled": True}, "openshift": {"enabled": True}},
    "harvester": {
        "monitor": {"enabled": True},
        "rules": {
            "enabled": True,
            "pricePerKwh": 0.31,
            "powerBudgets": [{"watts": 500, "scope": "cpu"}, {"watts": 900.5, "scope": "wall", "node": "n1"}],
        },
        "dashboards": {"enabled": True, "namespace": "cattle-dashboards"},
        "harvester": {"vmPage": {"enabled": True, "image": "rancher/shell:v0.5.0"}},
    },
    "everything else": {
        "fullnameOverride": "power",
        "image": {"repository": "registry.example:5000/powersensors", "tag": "1", "pullSecrets": ["r"]},
        "consumers": ["vm"],
        "policy": "proportional",
        "sensors": ["rapl", "hwmon"],
        "ignore": ["amdgpu", "BAT1"],
        "scope": "cpu",
        "maxPower": 1500.5,
        "carbonIntensity": 0,
        "share": {"hostPath": "/run/powersensors"},
        "extraArgs": ["--compat", "scaphandre"],
        "extraEnv": [{"name": "TZ", "value": "UTC"}],
        "service": {"enabled": True},
        "resources": {"requests": {"cpu": 1, "memory": "1Gi"}},
        "updateStrategy": {"type": "OnDelete", "rollingUpdate": None},
        "tolerations": [],
        "nodeSelector": {"kubernetes.io/os": "linux", "power": "yes"},
    },
}

# A value that is wrong, and what the refusal must name.
REFUSED = [
    ({"monitr": {"enabled": True}}, "monitr"),
    ({"monitor": {"enable": True}}, "enable"),
    ({"monitor": {"enabled": "yes"}}, "/monitor/enabled"),
    ({"monitor": {"kind": "podMonitor"}}, "/monitor/kind"),
    ({"monitor": {"interval": "1 minute"}}, "/monitor/interval"),
    ({"consumers": ["vms"]}, "/consumers/0"),
    ({"consumers": "vm"}, "/consumers"),
    ({"policy": "fair"}, "/policy"),
    ({"sensors": ["rapl:mrs"]}, "/sensors/0"),
    ({"prometheus": {"port": "9840"}}, "/prometheus/port"),
    ({"prometheus": {"port": 80}}, "/prometheus/port"),
    ({"prometheus": {"address": "127.0.0.1"}}, "/prometheus/address"),
    ({"prometheus": {"tls": True}}, "/prometheus/webConfigSecret"),
    ({"image": {"tag": "latest"}}, "/image/tag"),
    ({"image": {"pullPolicy": "ifNotPresent"}}, "/image/pullPolicy"),
    ({"resources": {"requests": {"memory": "24 MB"}}}, "/resources/requests/memory"),
    ({"resources": {"request": {"memory": "24Mi"}}}, "request"),
    ({"loki": {"url": "loki:3100"}}, "/loki/url"),
    ({"loki": {"url": "http://u:p@loki:3100"}}, "/loki/url"),
    ({"loki": {"username": "u"}}, "/loki/secret"),
    ({"loki": {"url": "http://loki:3100"}, "networkPolicy": {"enabled": True}}, "/networkPolicy/egress"),
    ({"rules": {"currency": "euro"}}, "/rules/currency"),
    ({"rules": {"powerBudgets": [{"watts": 500}]}}, "scope"),
    ({"harvester": {"vmPage": {"enabled": True}}}, "/harvester/vmPage/image"),
    ({"devices": {"enabled": 1}}, "/devices/enabled"),
    # Without an effect.
    ({"exitRecords": {"enabled": True}, "networkPolicy": {"enabled": True}}, "/networkPolicy/enabled"),
    ({"exitRecords": {"enabled": True}, "consumers": ["vm"]}, "/consumers"),
    ({"share": {"hostPath": "run/powersensors"}}, "/share/hostPath"),
    ({"share": {"hostPath": "/run/../etc"}}, "/share/hostPath"),
    ({"maxPower": -1}, "/maxPower"),
    ({"podAnnotations": {"prometheus.io/scrape": True}}, "/podAnnotations"),
    ({"podAnnotations": {"a b": "c"}}, "propertyName 'a b'"),
    # Everyone, for Kubernetes.
    ({"networkPolicy": {"enabled": True, "from": []}}, "/networkPolicy/from"),
    # What the command refuses.
    *[({"interval": text}, "/interval") for text in ("0s", "2d", "25h", "1441m", "86401s", "86400001ms")],
    *[({"interval": text}, "/interval") for text in ("0.0001ms", "1m30s")],
    ({"carbonIntensity": 1e7}, "/carbonIntensity"),
    ({"region": "DE", "carbonIntensity": 0}, "/carbonIntensity"),
    ({"region": "list"}, "/region"),
    ({"region": "D\"E"}, "/region"),
    ({"maxPower": 0.0001}, "/maxPower"),
    ({"maxPower": 2e9}, "/maxPower"),
    *[({"prometheus": {"address": text}}, "/prometheus/address") for text in ("0.0.0", "256.0.0.1", "[::1]", "[:]")],
    ({"loki": {"url": "http://loki:65536"}}, "/loki/url"),
    ({"loki": {"url": "http://loki:0"}}, "/loki/url"),
    ({"loki": {"tenant": "a b"}}, "/loki/tenant"),
    ({"loki": {"username": "a:b", "secret": "s"}}, "/loki/username"),
    ({"ignore": ["-x"]}, "/ignore/0"),
    # What Kubernetes refuses, or takes for something else.
    ({"podLabels": {"app.kubernetes.io/name": "a"}}, "propertyName 'app.kubernetes.io/name'"),
    ({"podLabels": {"app.kubernetes.io/component": "a"}}, "propertyName 'app.kubernetes.io/component'"),
    ({"monitor": {"labels": {"app.kubernetes.io/instance": "a"}}}, "propertyName 'app.kubernetes.io/instance'"),
    ({"rules": {"labels": {"app.kubernetes.io/name": "a"}}}, "propertyName 'app.kubernetes.io/name'"),
    ({"dashboards": {"labels": {"helm.sh/chart": "a"}}}, "propertyName 'helm.sh/chart'"),
    ({"podLabels": {"team": "a b"}}, "/podLabels/team"),
    ({"podLabels": {"a/b/c": "d"}}, "propertyName 'a/b/c'"),
    ({"podLabels": {"a": "b" * 64}}, "/podLabels/a"),
    ({"nodeSelector": {"-a": "b"}}, "propertyName '-a'"),
    ({"devices": {"nodeLabel": "kubernetes.io/os"}}, "/devices/nodeLabel"),
    ({"devices": {"nodeLabel": "a/b/c"}}, "/devices/nodeLabel"),
    ({"image": {"repository": "registry.example/powersensors:1"}}, "/image/repository"),
    ({"image": {"repository": "powersensors:1"}}, "/image/repository"),
    ({"image": {"digest": "sha256:abc"}}, "/image/digest"),
    ({"image": {"pullSecrets": ["a..b"]}}, "/image/pullSecrets/0"),
    ({"fullnameOverride": "a.b"}, "/fullnameOverride"),
    ({"fullnameOverride": "1a"}, "/fullnameOverride"),
    ({"priorityClassName": "High"}, "/priorityClassName"),
    ({"updateStrategy": {"rollingUpdate": {"maxUnavailable": "101%"}}}, "/updateStrategy/rollingUpdate/maxUnavailable"),
    ({"updateStrategy": {"rollingUpdate": {"maxUnavailable": "5"}}}, "/updateStrategy/rollingUpdate/maxUnavailable"),
    ({"harvester": {"vmPage": {"enabled": True, "image": "rancher/shell v1"}}}, "/harvester/vmPage/image"),
    ({"resources": {"requests": {"memory": "1.5Gb"}}}, "/resources/requests/memory"),
    ({"monitor": {"interval": "30s1m"}}, "/monitor/interval"),
    ({"resources": {"limits": {"cpu": -1}}}, "/resources/limits/cpu"),
    ({"resources": {"limits": {"memory": -1}}}, "/resources/limits/memory"),
    ({"extraEnv": [{"nmae": "TZ", "value": "UTC"}]}, "/extraEnv/0"),
    ({"extraEnv": [{"name": "RETRIES", "value": 1}]}, "/extraEnv/0/value"),
    ({"tolerations": [{"key": "a", "operator": "exists"}]}, "/tolerations/0/operator"),
    ({"tolerations": [{"operator": "Exists", "value": "a"}]}, "/tolerations/0/value"),
    ({"tolerations": [{"effect": "NoSchedule"}]}, "/tolerations/0"),
]

# Values that are right, and might be taken for wrong ones.
ACCEPTED = [
    *[{"interval": text} for text in ("1ms", "86400000ms", "1.5ms", "0.001s", "86400s", "90")],
    *[{"interval": text} for text in ("1440m", "0.5m", "24h", "1d", "0.5d", "1.5h")],
    *[{"region": text} for text in ("aws:eu-north-1", "US-CA", "eu-north-1", "azure:West Europe", "Cote d'Ivoire")],
    {"region": "Sāo Paulo"},
    {"carbonIntensity": 10000},
    {"maxPower": 0.001},
    {"maxPower": 1e9},
    {"prometheus": {"address": "[::]"}},
    *[
        {"loki": {"url": url}}
        for url in ("http://loki:65535", "https://loki.example", "http://[fd00::1]:3100/a?b=c", "http://10.0.0.1:3100/")
    ],
    {"loki": {"tenant": "a|b"}},
    {"podLabels": {"example.org/team": "a.b_c-D", "empty": ""}},
    {"monitor": {"labels": {"app.kubernetes.io/component": "a"}, "interval": "1m30s"}},
    {"image": {"repository": "registry.example:5000/a/power_sensors", "digest": "sha256:" + "a" * 64}},
    {"updateStrategy": {"rollingUpdate": {"maxUnavailable": "100%"}}},
    {"harvester": {"vmPage": {"image": "registry.example:5000/rancher/shell:v0.5.0@sha256:" + "a" * 64}}},
    {"resources": {"requests": {"memory": "1.5Gi"}}},
    {"loki": {"secret": "a.b"}},
    {"tolerations": [{"operator": "Exists"}, {"key": "example.org/a", "value": "b", "effect": "NoExecute"}]},
    {"extraEnv": [{"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}]},
    {"share": {"hostPath": "/run/a..b"}},
]


def objects_of(text):
    return [item for item in yaml.safe_load_all(text) if item]


def rendered(values, namespace="power", root=ROOT):
    found = []
    for path, text in manifests.render(root, values, namespace).items():
        if path.endswith(".yaml"):
            found += objects_of(text)
    return found


def built(folder):
    result = subprocess.run([KUBECTL, "kustomize", str(folder)], capture_output=True, text=True)
    if result.returncode:
        raise Wrong(result.stderr.strip())
    return objects_of(result.stdout)


def only(items, kind, name=None):
    found = [item for item in items if item["kind"] == kind and name in (None, item["metadata"]["name"])]
    if len(found) != 1:
        raise Wrong(f"{len(found)} objects {kind} {name or ''} instead of one")
    return found[0]


def refuses(check, item, what):
    """The check fails for something that is wrong."""
    try:
        result = check(item)
    except Wrong:
        return
    raise Wrong(f"{what} was not noticed: {result}")


CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


@check
def copies_and_generated_files_are_current():
    manifests.check(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "Deploy", pathlib.Path(folder) / "Deploy")
        for name in ("Deploy/grafana/machine.json", "Deploy/kustomize/base/daemonset.yaml"):
            path = pathlib.Path(folder) / name
            text = path.read_text()
            path.write_text(text + "\n")
            try:
                manifests.check(pathlib.Path(folder))
            except manifests.Failure:
                path.write_text(text)
            else:
                raise Wrong(f"a changed {name} was not noticed")


@check
def versions_agree():
    command = re.search(
        r'static let version = "([^"]+)"', (ROOT / "Sources/PowerSensorsCommand/Options/RootCommand.swift").read_text()
    )
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    addon = yaml.safe_load((ROOT / "Deploy/harvester/addon.yaml").read_text())
    found = {command.group(1), chart["version"], chart["appVersion"], addon["spec"]["version"]}
    expect(len(found) == 1, f"the command, Chart.yaml and addon.yaml name different versions: {sorted(found)}")


@check
def chart_is_linted():
    for name, values in VALUES.items():
        report = helm_python.lint(str(CHART), values, strict=True)
        # An icon would have to be fetched, or be in the chart as text.
        messages = [m["error"] for m in report["messages"] if m["severity"] >= 2 and "icon" not in m["error"]]
        expect(not messages and not report["errors"], f"{name}: {messages} {report['errors']}")


@check
def every_value_has_a_schema_and_a_default():
    def compare(values, schema, where):
        properties = schema.get("properties", {})
        for name in set(values) ^ (set(properties) - {"global"}):
            # A map or list of the user's choice has no names of its own.
            raise Wrong(f"{where}{name} is in values.yaml or in values.schema.json, and not in both")
        for name, value in values.items():
            if isinstance(value, dict) and "properties" in properties[name]:
                compare(value, properties[name], f"{where}{name}.")

    def strict(schema, where):
        if "properties" in schema and "additionalProperties" not in schema and schema.get("type") == "object":
            raise Wrong(f"{where} lets unknown names through")
        for name, item in schema.get("properties", {}).items():
            strict(item, f"{where}{name}.")

    schema = json.loads((CHART / "values.schema.json").read_text())
    compare(yaml.safe_load((CHART / "values.yaml").read_text()), schema, "")
    strict(schema, "")


@check
def wrong_values_are_refused():
    for values, named in REFUSED:
        try:
            rendered(values)
        except helm_python.HelmError as error:
            expect(named in str(error), f"{values} is refused, but {named} is not named: {error}")
            continue
        raise Wrong(f"{values} was not refused")


@check
def right_values_are_accepted():
    for values in ACCEPTED:
        try:
            for item in rendered(values):
                validate(item)
        except (helm_python.HelmError, Wrong) as error:
            raise Wrong(f"{values} was refused: {error}") from None


@check
def an_image_is_named_by_its_digest():
    digest = "sha256:" + "a" * 64
    values = {"image": {"repository": "registry.example/powersensors", "tag": "1", "digest": digest}}
    image = pod_of(only(rendered(values), "DaemonSet"))["containers"][0]["image"]
    expect(image == f"registry.example/powersensors@{digest}", f"the image is {image}")


@check
def every_value_set_gives_valid_objects():
    for name, values in VALUES.items():
        items = rendered(values)
        for item in items:
            try:
                validate(item)
            except Wrong as error:
                raise Wrong(f"{name}: {error}") from None
        identities = [(item["kind"], item["metadata"].get("namespace"), item["metadata"]["name"]) for item in items]
        expect(len(identities) == len(set(identities)), f"{name}: two objects have one name")


@check
def broken_objects_are_noticed():
    item = only(rendered({}), "DaemonSet")
    for change, what in [
        (
            lambda pod: pod["containers"][0]["securityContext"].update(allowPrivilegeEscalatoin=False),
            "a misspelt field",
        ),
        (lambda pod: pod["containers"][0].update(image=1), "an image that is a number"),
        (lambda pod: pod["volumes"][0]["hostPath"].pop("path"), "a hostPath without a path"),
        (lambda pod: pod.update(tolerations={"operator": "Exists"}), "tolerations that are no list"),
    ]:
        broken = copy.deepcopy(item)
        change(pod_of(broken))
        refuses(validate, broken, what)
    items = rendered(VALUES["harvester"])
    for kind, change, what in [
        ("PodMonitor", lambda spec: spec["podMetricsEndpoints"][0].update(honourLabels=True), "a misspelt honorLabels"),
        ("PodMonitor", lambda spec: spec.update(endpoints=spec.pop("podMetricsEndpoints")), "a ServiceMonitor's field"),
        ("PodMonitor", lambda spec: spec["podMetricsEndpoints"][0].update(port=9840), "a port that is a number"),
    ]:
        broken = copy.deepcopy(only(items, kind))
        change(broken["spec"])
        refuses(validate, broken, what)
    rule = copy.deepcopy(next(item for item in items if item["kind"] == "PrometheusRule"))
    rule["spec"]["groups"][0]["rules"][0]["expression"] = "x"
    refuses(validate, rule, "a misspelt expr")
    addon = yaml.safe_load((ROOT / "Deploy/harvester/addon.yaml").read_text())
    addon["spec"]["values"] = addon["spec"].pop("valuesContent")
    refuses(validate, addon, "a misspelt valuesContent")
    constraints = copy.deepcopy(only(rendered(VALUES["openshift"]), "SecurityContextConstraints"))
    constraints["allowHostPid"] = constraints.pop("allowHostPID")
    refuses(validate, constraints, "a misspelt allowHostPID")


@check
def usual_pod_breaks_one_rule_of_pod_security():
    for name, values in VALUES.items():
        for item in rendered(values):
            pod = pod_of(item)
            if pod is None:
                continue
            expected = {"hostPath"}
            if item["kind"] == "Job":
                expected = set()
            elif item["metadata"]["name"].endswith("-devices"):
                expected = {"hostPath", "privileged", "seccompProfile"}
            elif values.get("seLinuxType"):
                expected = {"hostPath", "seLinuxOptions"}
            elif values.get("exitRecords"):
                expected = {"hostPath", "hostPID", "hostNetwork", "capabilities"}
            expect(hits(pod) == expected, f"{name}: {item['metadata']['name']} breaks {sorted(hits(pod))}")
            if values.get("exitRecords") and item["kind"] == "DaemonSet":
                rights = pod["containers"][0]["securityContext"]
                added = rights["capabilities"].pop("add")
                expect(added == ["NET_ADMIN"], f"{name}: it has {added}")
                pod.update(hostPID=False, hostNetwork=False)
            if item["kind"] == "DaemonSet" and not item["metadata"]["name"].endswith("-devices"):
                least_rights(pod)


@check
def more_rights_are_noticed():
    pod = pod_of(only(rendered({}), "DaemonSet"))
    container = lambda pod: pod["containers"][0]
    for change, rule in [
        (lambda pod: container(pod)["securityContext"].update(privileged=True), "privileged"),
        (lambda pod: container(pod)["securityContext"]["capabilities"].update(add=["SYS_ADMIN"]), "capabilities"),
        (lambda pod: pod.update(hostPID=True), "hostPID"),
        (lambda pod: pod.update(hostNetwork=True), "hostNetwork"),
        (lambda pod: container(pod)["ports"][0].update(hostPort=9840), "hostPort"),
        (lambda pod: container(pod)["securityContext"].update(procMount="Unmasked"), "procMount"),
        (
            lambda pod: pod["securityContext"].update(sysctls=[{"name": "kernel.perf_event_paranoid", "value": "0"}]),
            "sysctls",
        ),
        (lambda pod: pod["securityContext"].update(seLinuxOptions={"type": "spc_t"}), "seLinuxOptions"),
        (lambda pod: pod["securityContext"]["seccompProfile"].update(type="Unconfined"), "seccompProfile"),
    ]:
        broken = copy.deepcopy(pod)
        change(broken)
        expect(hits(broken) == {"hostPath", rule}, f"{rule} was not noticed: {sorted(hits(broken))}")
    for change, what in [
        (lambda pod: container(pod)["volumeMounts"][0].pop("readOnly"), "a /sys that may be written"),
        (lambda pod: container(pod)["securityContext"].pop("capabilities"), "capabilities that are kept"),
        (lambda pod: container(pod)["securityContext"].update(runAsUser=65534), "a user who cannot read the counters"),
        (lambda pod: pod.update(automountServiceAccountToken=True), "a token"),
        (lambda pod: pod.update(hostUsers=False), "a user namespace"),
    ]:
        broken = copy.deepcopy(pod)
        change(broken)
        refuses(least_rights, broken, what)


@check
def names_stay_names():
    """Names that YAML would take for numbers or truth values are texts."""

    def strings(item, where):
        for name in ("name", "namespace", "serviceAccountName", "priorityClassName", "secretName", "type"):
            expect(isinstance(item.get(name, ""), str), f"{where}.{name} is no text: {item.get(name)!r}")
        for name in ("labels", "annotations", "matchLabels", "nodeSelector"):
            for key, value in (item.get(name) or {}).items():
                expect(isinstance(value, str), f"{where}.{name}.{key} is no text: {value!r}")
        for key, value in item.items():
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, dict) and key != "rules":
                    strings(part, f"{where}.{key}")
                expect(key != "resourceNames" or isinstance(part, str), f"{where}.{key} has what is no text: {part!r}")

    odd = {
        "fullnameOverride": "true",
        "nameOverride": "null",
        "priorityClassName": "on",
        "image": {"pullSecrets": ["1"]},
        "loki": {"secret": "2"},
        "prometheus": {"webConfigSecret": "3"},
        "dashboards": {"namespace": "4"},
    }
    count = 0
    for values in VALUES.values():
        merged = copy.deepcopy(values)
        for name, value in odd.items():
            merged[name] = {**merged.get(name, {}), **value} if isinstance(value, dict) else value
        for text in manifests.render(ROOT, merged, "456", name="123").values():
            if "kind:" not in text:
                continue
            for item in objects_of(text):
                count += 1
                strings(item, item["kind"])
    expect(count > 30, f"only {count} objects were seen")


@check
def options_are_the_commands():
    documented = (ROOT / "Docs/CommandLine.md").read_text()
    used = set()
    for values in VALUES.values():
        for item in rendered(values):
            if item["kind"] == "DaemonSet":
                used |= {argument for argument in pod_of(item)["containers"][0]["args"] if argument.startswith("--")}
    unknown = [option for option in used if not re.search(rf"`{option}[` ]", documented)]
    expect(not unknown, f"Docs/CommandLine.md has no {unknown}")
    expect(len(used) > 15, f"only {sorted(used)} were seen")


@check
def values_reach_the_pod():
    arguments = pod_of(only(rendered(VALUES["everything else"]), "DaemonSet"))["containers"][0]["args"]
    pairs = [
        ("--consumers", "vm"),
        ("--policy", "proportional"),
        ("--sensor", "rapl"),
        ("--sensor", "hwmon"),
        ("--ignore", "BAT1"),
        ("--scope", "cpu"),
        ("--max-power", "1500.5"),
        ("--carbon-intensity", "0"),
        ("--share", "/host/share"),
        ("--compat", "scaphandre"),
    ]
    present = list(zip(arguments, arguments[1:]))
    for pair in pairs:
        expect(pair in present, f"{pair} is not among {arguments}")
    expect(all(isinstance(argument, str) for argument in arguments), f"an argument is no text: {arguments}")
    arguments = pod_of(only(rendered(VALUES["with TLS and Loki"]), "DaemonSet"))["containers"][0]["args"]
    expect("DE" in pod_of(only(rendered(VALUES["by a service"]), "DaemonSet"))["containers"][0]["args"], "no region")
    expect("[::]:9900" in arguments and "--json" in arguments, f"missing in {arguments}")
    for token in (True, False):
        loki = {"url": "https://loki.example", "secret": "loki", "ca": True, "token": token}
        arguments = pod_of(only(rendered({"loki": loki}), "DaemonSet"))["containers"][0]["args"]
        expect(("--loki-bearer-token-file" in arguments) == token, f"with token {token}: {arguments}")


@check
def monitors_keep_our_labels():
    for kind, field, values in [
        ("PodMonitor", "podMetricsEndpoints", VALUES["monitored"]),
        ("ServiceMonitor", "endpoints", VALUES["by a service"]),
    ]:
        items = rendered(values)
        monitor, workload = only(items, kind), only(items, "DaemonSet")
        endpoint = monitor["spec"][field][0]
        expect(endpoint["honorLabels"] is True, f"{kind}: honorLabels is not true")
        targets = {rule.get("targetLabel") for rule in endpoint["relabelings"]}
        expect({"node", "instance"} <= targets, f"{kind}: the node's name is not put in node and instance")
        source = workload["spec"]["template"]["metadata"]["labels"]
        if kind == "ServiceMonitor":
            service = only(items, "Service")
            expect(service["spec"]["selector"].items() <= source.items(), "the Service selects none of the pods")
            source = service["metadata"]["labels"]
        selected = monitor["spec"]["selector"]["matchLabels"]
        expect(selected.items() <= source.items(), f"{kind} selects {selected}, the labels are {source}")
        expect(monitor["metadata"]["namespace"] == workload["metadata"]["namespace"], f"{kind} is not beside the pods")
        expect(source[monitor["spec"]["jobLabel"]] == "powersensors", f"{kind}: job is not powersensors")
        port = pod_of(workload)["containers"][0]["ports"][0]["name"]
        expect(endpoint["port"] == port, f"{kind} scrapes the port {endpoint['port']}")
    expect(not [item for item in rendered({}) if item["kind"].endswith("Monitor")], "a monitor that nobody asked for")


@check
def no_node_has_two_pods():
    items = rendered(VALUES["devices"])
    label = "powersensors-devices"
    usual, devices = pod_of(only(items, "DaemonSet", "powersensors")), pod_of(only(items, "DaemonSet", label))
    expect(devices["nodeSelector"].get(label) == "true", "the privileged pod runs on every node")
    terms = usual["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    expect(
        terms == [{"matchExpressions": [{"key": label, "operator": "NotIn", "values": ["true"]}]}],
        f"the usual pod: {terms}",
    )
    expect("affinity" not in pod_of(only(rendered({}), "DaemonSet")), "an affinity without need")


@check
def dashboards_and_rules_are_whole():
    items = rendered(VALUES["harvester"])
    configmaps = [item for item in items if item["kind"] == "ConfigMap" and "dashboard" in item["metadata"]["name"]]
    sources = sorted((ROOT / "Deploy/grafana").glob("*.json"))
    expect(sources and len(configmaps) == len(sources), f"{len(configmaps)} ConfigMaps for {len(sources)} dashboards")
    kustomized = [item for item in built(ROOT / "Deploy/kustomize/overlays/harvester") if item["kind"] == "ConfigMap"]
    for source in sources:
        for found in (configmaps, kustomized):
            item = only(found, "ConfigMap", f"powersensors-dashboard-{source.stem}")
            expect(
                item["metadata"]["labels"].get("grafana_dashboard") == "1", f"{source.name} has no label for Grafana"
            )
            expect(item["metadata"]["namespace"] == "cattle-dashboards", f"{source.name} is elsewhere")
            [(key, text)] = item["data"].items()
            expect(key.endswith(".json"), f"the key {key}")
            expect(
                json.loads(text) == json.loads(source.read_text()), f"{source.name} is not the same in its ConfigMap"
            )
            expect(len(text) < 1_000_000, f"{source.name} is too large for a ConfigMap")
    rules = [item for item in items if item["kind"] == "PrometheusRule"]
    by_name = {item["metadata"]["name"]: item["spec"] for item in rules}
    folder = ROOT / "Deploy/prometheus"
    for name, source in [
        ("powersensors", "powersensors.rules.yaml"),
        ("powersensors-alerts", "powersensors.alerts.rules.yaml"),
    ]:
        expect(
            by_name.get(name) == yaml.safe_load((folder / source).read_text()), f"{source} is not the same in {name}"
        )
    # The site's own rules are written by the chart: the same names and labels as in the file for others.
    shape = lambda groups: {
        (rule["record"], tuple(sorted(set(rule["labels"]) - {"node"}))) for g in groups for rule in g["rules"]
    }
    site = yaml.safe_load((folder / "powersensors.site.rules.yaml").read_text())
    expect(
        shape(by_name["powersensors-site"]["groups"]) == shape(site["groups"]),
        "the site's rules differ from the file's",
    )
    wanted = [
        ("vector(0.31)", {"currency": "EUR"}),
        ("vector(500)", {"scope": "cpu"}),
        ("vector(900.5)", {"scope": "wall", "node": "n1"}),
    ]
    got = [
        (rule["expr"], rule["labels"]) for group in by_name["powersensors-site"]["groups"] for rule in group["rules"]
    ]
    expect(got == wanted, f"the site's rules are {got}")


@check
def overlays_are_valid():
    folders = sorted((ROOT / "Deploy/kustomize/overlays").iterdir()) + [
        ROOT / "Deploy/kustomize/base",
        ROOT / "Deploy/kustomize/harvester-vm-page",
    ]
    expect(len(folders) == 7, f"{len(folders)} folders")
    chart = pod_of(only(rendered({}, "powersensors"), "DaemonSet"))
    for folder in folders:
        items = built(folder)
        for item in items:
            try:
                validate(item)
            except Wrong as error:
                raise Wrong(f"{folder.name}: {error}") from None
        if folder.name == "harvester-vm-page":
            expect(hits(pod_of(only(items, "Job"))) == set(), "the Job for the page breaks a rule of pod security")
            continue
        workload = only(items, "DaemonSet")
        pod = copy.deepcopy(pod_of(workload))
        if folder.name == "openshift":
            expect(pod["securityContext"].pop("seLinuxOptions") == {"type": "spc_t"}, "openshift: the SELinux type")
        expect(pod == chart, f"{folder.name}: the pod is not the chart's")
        expect(hits(pod) == {"hostPath"}, f"{folder.name}: {hits(pod)}")
        namespaces = [item for item in items if item["kind"] == "Namespace"]
        where = workload["metadata"]["namespace"]
        if folder.name == "harvester":
            expect(not namespaces and where == "cattle-monitoring-system", f"harvester: in {where}")
        else:
            labels = only(namespaces, "Namespace", where)["metadata"]["labels"]
            for mode in ("enforce", "audit", "warn"):
                level = labels.get(f"pod-security.kubernetes.io/{mode}")
                expect(level == "privileged", f"{folder.name}: {mode} is {level}")
        expect(
            any(i["kind"] == "ServiceAccount" and i["metadata"]["namespace"] == where for i in items),
            f"{folder.name}: no account",
        )


@check
def openshift_may_use_its_constraints():
    for items in (built(ROOT / "Deploy/kustomize/overlays/openshift"), rendered(VALUES["openshift"])):
        constraints, role, binding = (
            only(items, kind) for kind in ("SecurityContextConstraints", "Role", "RoleBinding")
        )
        account = only(items, "ServiceAccount")["metadata"]
        expect(
            role["rules"][0]["resourceNames"] == [constraints["metadata"]["name"]], "the role names other constraints"
        )
        expect(role["rules"][0]["verbs"] == ["use"], "the role's verb")
        expect(binding["roleRef"]["name"] == role["metadata"]["name"], "the binding's role")
        subject = binding["subjects"][0]
        expect(
            (subject["name"], subject["namespace"]) == (account["name"], account["namespace"]),
            f"the binding is for {subject}",
        )
        expect(
            constraints["requiredDropCapabilities"] == ["ALL"]
            and not constraints["allowPrivilegedContainer"]
            and not constraints["allowHostPID"]
            and constraints["allowHostDirVolumePlugin"],
            "the constraints' rights",
        )
        needed = {
            next(key for key in volume if key != "name") for volume in pod_of(only(items, "DaemonSet"))["volumes"]
        }
        expect(needed <= set(constraints["volumes"]), f"the constraints do not allow {needed}")


@check
def panels_go_when_they_are_switched_off():
    """In an upgrade Helm's lookup finds the ConfigMap of the release before; here it is put in its place."""
    wanted = rendered(VALUES["harvester"])
    kept = {(item["kind"], item["metadata"]["name"]) for item in wanted}
    own, other = "powersensors", "another-release"
    for release, image, values, expected in [
        (own, "rancher/shell:v0.5.0", {}, "rancher/shell:v0.5.0"),
        (own, "", {"harvester": {"vmPage": {"enabled": False, "image": "rancher/shell:v0.6.0"}}}, "rancher/shell:v0.6.0"),
        (own, "", {}, None),
        (other, "rancher/shell:v0.5.0", {}, None),
        (own, "rancher/shell:v0.5.0", VALUES["harvester"], "as ever"),
    ]:
        annotations = {"meta.helm.sh/release-name": release} | ({"powersensors/vm-page-image": image} if image else {})
        found = json.dumps({"metadata": {"annotations": annotations}}).replace('"', '\\"')
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(CHART, pathlib.Path(folder) / "Deploy/helm/powersensors")
            helpers = pathlib.Path(folder) / "Deploy/helm/powersensors/templates/_helpers.tpl"
            text = re.sub(r"lookup [^\n]*\)(?= -}})", lambda _: f'fromJson "{found}"', helpers.read_text())
            expect(text != helpers.read_text(), "the chart does not look for the release before")
            helpers.write_text(text)
            texts = manifests.render(pathlib.Path(folder), values, "power")
        items = [item for path, text in texts.items() if path.endswith(".yaml") for item in objects_of(text)]
        jobs = [item for item in items if item["kind"] == "Job"]
        if expected == "as ever":
            expect(len(jobs) == 2, f"{len(jobs)} Jobs where the panels are wanted")
            continue
        says = "vm-page.sh remove" in texts["NOTES.txt"]
        expect(says == (release == own and not expected), f"{release} {image}: the notes {'tell' if says else 'do not tell'} the command")
        if not expected:
            expect(not jobs, f"{release} {image}: a Job without an image, or for another release's panels")
            continue
        [job] = jobs
        validate(job)
        pod = pod_of(job)
        container = pod["containers"][0]
        expect(job["metadata"]["annotations"]["helm.sh/hook"] == "pre-upgrade", "it does not run before the upgrade")
        expect(container["image"] == expected and container["command"][-1] == "remove", f"it runs {container}")
        expect(hits(pod) == set(), f"it breaks {sorted(hits(pod))}")
        # Before the upgrade there is what the release before had.
        needed = {("ServiceAccount", pod["serviceAccountName"]), ("ConfigMap", pod["volumes"][0]["configMap"]["name"])}
        expect(needed <= kept, f"nothing brought {needed - kept}")
    expect(not [item for item in rendered({}) if item["kind"] == "Job"], "a Job where no panels were ever asked for")


@check
def components_can_be_added():
    for resource in ("base", "overlays/harvester/pods", *(f"overlays/{name}" for name in ("k3s", "openshift", "rancher", "talos"))):
        with tempfile.TemporaryDirectory(dir=ROOT / ".build") as folder:
            path = os.path.relpath(ROOT / "Deploy/kustomize", folder)
            (pathlib.Path(folder) / "kustomization.yaml").write_text(
                f"resources: [{path}/{resource}]\ncomponents: [{path}/components/devices, {path}/components/network-policy]\n"
                "images: [{name: localhost/powersensors, newName: registry.example/powersensors, newTag: '9'}]\n"
            )
            items = built(folder)
        for item in items:
            validate(item)
        usual = pod_of(only(items, "DaemonSet", "powersensors"))
        expect(
            "nodeAffinity" in usual["affinity"], "the usual pod does not stay away from the nodes of the privileged one"
        )
        expect(usual["containers"][0]["image"] == "registry.example/powersensors:9", "another image cannot be set")
        only(items, "NetworkPolicy")
        only(items, "DaemonSet", "powersensors-devices")


@check
def addon_installs_the_chart():
    addon = yaml.safe_load((ROOT / "Deploy/harvester/addon.yaml").read_text())
    validate(addon)
    values = yaml.safe_load(addon["spec"]["valuesContent"])
    items = rendered(values, addon["metadata"]["namespace"])
    for item in items:
        validate(item)
    only(items, "PodMonitor")
    expect(addon["metadata"]["namespace"] == "cattle-monitoring-system", "pod security may refuse it elsewhere")


@check
def package_is_the_chart():
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SOURCE_DATE_EPOCH"] = "1700000000"
        archives = []
        for name in ("a", "b"):
            subprocess.run(
                [sys.executable, "Scripts/deploy/manifests.py", "package", f"{folder}/{name}", "--index"],
                cwd=ROOT,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            archives += pathlib.Path(folder, name).glob("*.tgz")
        expect(archives[0].read_bytes() == archives[1].read_bytes(), "packed twice, other bytes")
        index = yaml.safe_load(pathlib.Path(folder, "a/index.yaml").read_text())
        [entry] = index["entries"]["powersensors"]
        digest = hashlib.sha256(archives[0].read_bytes()).hexdigest()
        expect(entry["urls"] == [archives[0].name] and entry["digest"] == digest, f"index.yaml names {entry}")
        expect(entry["name"] == "powersensors" and entry["apiVersion"] == "v2", f"index.yaml names {entry}")
        chart = helm_python.Chart.load_archive(archives[0].read_bytes())
        packed = chart.render(chart.merge_values(VALUES["harvester"]), name="powersensors", namespace="power")
        folder_form = manifests.render(ROOT, VALUES["harvester"], "power")
        expect(
            {key.split("/templates/")[-1]: text for key, text in packed.items()} == folder_form,
            "the archive gives other objects",
        )


check(harvester_page.page_of_a_virtual_machine)
check(harvester_page.page_that_is_not_as_expected)


def main():
    chosen = sys.argv[1:]
    failed = 0
    ran = [function for function in CHECKS if not chosen or function.__name__ in chosen]
    for function in ran:
        try:
            function()
            print(f"ok      {function.__name__.replace('_', ' ')}")
        except (Wrong, manifests.Failure, helm_python.HelmError) as error:
            failed += 1
            print(f"FAILED  {function.__name__.replace('_', ' ')}: {error}")
    print(f"manifests: {len(ran) - failed} passed, {failed} failed")
    return 1 if failed or not ran else 0


if __name__ == "__main__":
    sys.exit(main())
