#!/usr/bin/env python3
"""Writes what follows from the Helm chart and the dashboards, so that nothing in Deploy/ is kept twice by hand.

    manifests.py write            brings the copies in the chart and the generated files for Kustomize up to date
    manifests.py check            exits with 1, and names them, where one of these is not
    manifests.py render [VALUES]  prints the chart's objects with the values of a YAML file
    manifests.py package FOLDER   writes the chart as an archive, the same bytes for the same files; with --index also the
                                  index.yaml that makes the folder a Helm repository

The chart keeps copies of the dashboards, rules and the script for Harvester, since a chart can only read files of its own,
and since tools that install straight from a repository run nothing first. Kustomize's manifests are the chart's, rendered.

write, check and render need PyPI's helm-python-sdk, which Scripts/test-manifests.sh installs in .build/deploy-tools: run them
with .build/deploy-tools/bin/python. package needs nothing but Python.
"""

import argparse
import datetime
import gzip
import hashlib
import io
import os
import pathlib
import re
import sys
import tarfile
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parents[2]
NAMESPACE = "powersensors"
HARVESTER_NAMESPACE = "cattle-monitoring-system"
GENERATED = "# Written by Scripts/deploy/manifests.py from Deploy/helm/powersensors: change it there.\n"

# What a rendered chart says of Helm, or to it, which is not there where Kustomize is.
HELM_LINES = re.compile(
    r"^ *(helm\.sh/(chart|hook|hook-delete-policy):.*|app\.kubernetes\.io/managed-by: Helm|powersensors/vm-page-image:.*|# Source: .*)\n",
    re.MULTILINE,
)


class Failure(Exception):
    """Something that the person who runs this can mend."""


def render(root, values, namespace=NAMESPACE, name="powersensors"):
    """The chart's objects as texts, by the path of their template."""
    try:
        import helm_python
    except ImportError:
        remedy = "bash Scripts/test-manifests.sh, which installs it; then run this with .build/deploy-tools/bin/python"
        raise Failure(f"helm-python-sdk is missing. Remedy: {remedy}") from None
    helm_python.disable_logging()
    chart = helm_python.Chart.load(str(root / "Deploy/helm/powersensors"))
    rendered = chart.render(chart.merge_values(values) if values else None, name=name, namespace=namespace)
    texts = {}
    for path, text in rendered.items():
        texts[path.split("/templates/", 1)[-1]] = text
    return texts


def documents(text):
    """The objects of a rendered template, without what Helm adds."""
    parts = re.split(r"^---\n", HELM_LINES.sub("", text), flags=re.MULTILINE)
    cleaned = []
    for part in parts:
        # An object's annotations may have been Helm's only.
        part = re.sub(r"^( *)annotations:\n(?!\1 )", "", part, flags=re.MULTILINE)
        part = re.sub(r"[ \t]+$", "", part, flags=re.MULTILINE)
        if re.search(r"^kind:", part, re.MULTILINE):
            cleaned.append(part.strip("\n") + "\n")
    return cleaned


def kind_of(document):
    return re.search(r"^kind: *(\S+)", document, re.MULTILINE).group(1)


def join(texts):
    return GENERATED + "---\n".join(texts)


def copies(root):
    """The chart's copies of files elsewhere in Deploy/, by path."""
    chart = root / "Deploy/helm/powersensors/files"
    found = {}
    for source, pattern, target in [
        ("grafana", "*.json", "dashboards"),
        ("prometheus", "*.rules.yaml", "rules"),
        ("harvester", "vm-page*", "harvester"),
    ]:
        for path in sorted((root / "Deploy" / source).glob(pattern)):
            # A site's price and budgets are values of the chart.
            if path.name.endswith(".site.rules.yaml"):
                continue
            found[chart / target / path.name] = path.read_text()
    return found


def kustomization(kind, **lists):
    version = "v1alpha1" if kind == "Component" else "v1beta1"
    lines = [f"apiVersion: kustomize.config.k8s.io/{version}\n", f"kind: {kind}\n"]
    for name, entries in lists.items():
        lines.append(f"{name}:\n")
        lines.extend(f"  - {entry}\n" for entry in entries)
    return GENERATED + "".join(lines)


def generated(root):
    """The files for Kustomize that follow from the chart, by path."""
    kustomize = root / "Deploy/kustomize"
    found = {}

    usual = render(root, {})
    found[kustomize / "base/daemonset.yaml"] = join(documents(usual["daemonset.yaml"]))
    found[kustomize / "base/serviceaccount.yaml"] = join(documents(usual["serviceaccount.yaml"]))

    monitored = render(root, {"monitor": {"enabled": True}, "rules": {"enabled": True}})
    monitor = kustomize / "components/monitor"
    found[monitor / "podmonitor.yaml"] = join(documents(monitored["monitor.yaml"]))
    resources = ["podmonitor.yaml"]
    rules = documents(monitored.get("rules.yaml", ""))
    if rules:
        found[monitor / "rules.yaml"] = join(rules)
        resources.append("rules.yaml")
    found[monitor / "kustomization.yaml"] = kustomization("Component", resources=resources)

    policy = render(root, {"networkPolicy": {"enabled": True}})
    folder = kustomize / "components/network-policy"
    found[folder / "networkpolicy.yaml"] = join(documents(policy["networkpolicy.yaml"]))
    found[folder / "kustomization.yaml"] = kustomization("Component", resources=["networkpolicy.yaml"])

    devices = render(root, {"devices": {"enabled": True}})
    folder = kustomize / "components/devices"
    found[folder / "daemonset-devices.yaml"] = join(documents(devices["daemonset-devices.yaml"]))
    # The usual pod stays away from the nodes of the privileged one.
    affinity = re.search(r"^      affinity:\n(?:       .*\n)+", devices["daemonset.yaml"], re.MULTILINE).group(0)
    found[folder / "affinity.yaml"] = GENERATED + (
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata:\n  name: powersensors\n"
        "spec:\n  template:\n    spec:\n" + affinity
    )
    target = "path: affinity.yaml\n    target:\n      kind: DaemonSet\n      name: powersensors"
    found[folder / "kustomization.yaml"] = kustomization(
        "Component", resources=["daemonset-devices.yaml"], patches=[target]
    )

    openshift = render(root, {"openshift": {"enabled": True}})
    folder = kustomize / "components/openshift"
    found[folder / "scc.yaml"] = join(documents(openshift["openshift.yaml"]))
    found[folder / "kustomization.yaml"] = kustomization("Component", resources=["scc.yaml"])

    page = render(root, {"harvester": {"vmPage": {"enabled": True, "image": "rancher/shell"}}}, HARVESTER_NAMESPACE)
    objects = documents(page["harvester-vm-page.yaml"])
    # What takes the panels away again is a hook of Helm's; here it is Deploy/harvester/vm-page.sh remove.
    objects = [text for text in objects if "name: powersensors-vm-page-remove\n" not in text]
    folder = kustomize / "harvester-vm-page"
    found[folder / "vm-page.yaml"] = join(objects)
    found[folder / "kustomization.yaml"] = (
        kustomization("Kustomization", resources=["vm-page.yaml"])
        + "# An image with bash, jq and kubectl. Each Harvester has one, that of Rancher's shell; this names it:\n"
        + '#   kubectl get settings.management.cattle.io shell-image -o jsonpath=\'{.value}{"\\n"}{.default}{"\\n"}\'\n'
        + "images:\n  - name: rancher/shell\n    newTag: set-me\n"
    )

    # The dashboards' own folder, since Kustomize reads no file outside a kustomization's.
    folder = root / "Deploy/helm/powersensors/files/dashboards"
    names = sorted(path.name for path in (root / "Deploy/grafana").glob("*.json"))
    generators = "".join(
        f"  - name: powersensors-dashboard-{name.removesuffix('.json')}\n"
        f"    files:\n      - powersensors-{name}={name}\n"
        for name in names
    )
    if names:
        found[folder / "kustomization.yaml"] = kustomization("Kustomization") + (
            "configMapGenerator:\n" + generators + "generatorOptions:\n  disableNameSuffixHash: true\n"
            '  labels:\n    app.kubernetes.io/name: powersensors\n    grafana_dashboard: "1"\n'
        )
    return found


def managed_folders(root):
    """The folders in which nothing else may be."""
    chart = root / "Deploy/helm/powersensors/files"
    kustomize = root / "Deploy/kustomize"
    return [
        chart / "dashboards",
        chart / "rules",
        chart / "harvester",
        kustomize / "components",
        kustomize / "harvester-vm-page",
    ]


def surplus(root, wanted):
    return [
        path
        for folder in managed_folders(root)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path not in wanted
    ]


def write(root):
    # First the copies, which the chart's objects are rendered from.
    wanted = copies(root)
    for path, text in wanted.items():
        put(path, text)
    wanted |= generated(root)
    for path, text in wanted.items():
        put(path, text)
    for path in surplus(root, wanted):
        path.unlink()
    print(f"manifests: {len(wanted)} files are up to date")


def put(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def check(root):
    wanted = copies(root)
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    if not stale:
        rendered = generated(root)
        stale = [path for path, text in rendered.items() if not path.exists() or path.read_text() != text]
        wanted |= rendered
        stale += surplus(root, wanted)
    if stale:
        names = ", ".join(str(path.relative_to(root)) for path in stale)
        raise Failure(
            f"not up to date: {names}. Remedy: .build/deploy-tools/bin/python Scripts/deploy/manifests.py write"
        )
    print(f"manifests: {len(wanted)} copies and generated files are what they follow from")


def package(root, folder, index):
    """The chart as Helm packs it, with the time of SOURCE_DATE_EPOCH."""
    chart = root / "Deploy/helm/powersensors"
    version = re.search(r"^version: *(\S+)", (chart / "Chart.yaml").read_text(), re.MULTILINE).group(1)
    left_out = {chart / "files/dashboards/kustomization.yaml", chart / ".helmignore"}
    moment = int(os.environ.get("SOURCE_DATE_EPOCH", "0"))
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        files = [path for path in chart.rglob("*") if path.is_file() and path not in left_out]
        # Chart.yaml first, as Helm writes it.
        for path in sorted(files, key=lambda path: (path.name != "Chart.yaml", str(path))):
            content = path.read_bytes()
            entry = tarfile.TarInfo(f"powersensors/{path.relative_to(chart)}")
            entry.size, entry.mode, entry.mtime = len(content), 0o644, moment
            archive.addfile(entry, io.BytesIO(content))
    target = pathlib.Path(folder) / f"powersensors-{version}.tgz"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as compressed:
            compressed.write(buffer.getvalue())
    os.chmod(file.name, 0o644)
    os.replace(file.name, target)
    print(target)
    if index:
        created = datetime.datetime.fromtimestamp(moment, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        description = (chart / "Chart.yaml").read_text().strip("\n") + (
            f"\nurls: [{target.name}]\ndigest: {hashlib.sha256(target.read_bytes()).hexdigest()}\ncreated: {created}\n"
        )
        lines = "".join("      " + line + "\n" for line in description.splitlines())
        (target.parent / "index.yaml").write_text(
            f"apiVersion: v1\nentries:\n  powersensors:\n    -\n{lines}generated: {created}\n"
        )
        print(target.parent / "index.yaml")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["write", "check", "render", "package"])
    parser.add_argument("argument", nargs="?", help="for render a file of values, for package a folder")
    parser.add_argument("--root", type=pathlib.Path, default=PROJECT, help="the project, if it is not this one")
    parser.add_argument("--index", action="store_true", help="for package: write index.yaml too")
    parser.add_argument("--namespace", default=NAMESPACE, help="for render")
    options = parser.parse_args()
    root = options.root.resolve()
    try:
        if options.action == "write":
            write(root)
        elif options.action == "check":
            check(root)
        elif options.action == "package":
            if not options.argument:
                parser.error("package needs a folder")
            package(root, options.argument, options.index)
        else:
            import yaml

            values = yaml.safe_load(pathlib.Path(options.argument).read_text()) if options.argument else {}
            texts = render(root, values, options.namespace)
            print("---\n".join(text for path, text in sorted(texts.items()) if path.endswith(".yaml") and text.strip()))
    except Failure as failure:
        print(f"manifests: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
