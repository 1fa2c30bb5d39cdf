"""Checks of Deploy/harvester/vm-page.sh, on a dashboard of the shape of Harvester's and a stand-in for its cluster."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import manifests
from manifest_rules import expect

ROOT = manifests.PROJECT
KUBECTL = str(pathlib.Path(sys.executable).parent / "kubectl")


def official_dashboard():
    """A dashboard of the shape of Harvester's: old graphs and newer panels, rows with panels of their own, variables."""
    panels = []
    kinds = ["graph"] * 10 + ["timeseries"] * 4 + ["gauge"] * 2
    for index, kind in enumerate(kinds):
        panels.append(
            {
                "id": 2 + 3 * index,
                "title": f"{kind} {index}",
                "type": kind,
                "datasource": {"type": "prometheus", "uid": "prometheus"},
                "gridPos": {"h": 7, "w": 8, "x": 8 * (index % 3), "y": 7 * (index // 3)},
                "nullPointMode": "null",
                "thresholds": [],
                "description": "" if index % 2 else None,
                "aliasColors": {"a": "#fff"},
                "targets": [
                    {
                        "expr": f'sum(rate(kubevirt_vmi_metric_{index}{{namespace="$namespace", name="$vm"}}[5m])) * 1e3',
                        "refId": "A",
                        "intervalFactor": 1,
                        "step": 0.5,
                    }
                ],
            }
        )
    panels.append(
        {
            "id": 60,
            "type": "row",
            "title": "Network",
            "collapsed": True,
            "gridPos": {"h": 1, "w": 24, "x": 0, "y": 42},
            "panels": [
                {
                    "id": 77,
                    "title": "Power",
                    "description": "of the network card",
                    "type": "graph",
                    "gridPos": {"h": 7, "w": 24, "x": 0, "y": 43},
                }
            ],
        }
    )
    # Someone's own panel with a title like ours.
    panels.append(
        {
            "id": 61,
            "title": "Power",
            "description": "someone's own",
            "type": "graph",
            "gridPos": {"h": 7, "w": 24, "x": 0, "y": 43},
        }
    )
    return {
        "uid": "harvester-vm-detail-1",
        "title": "VM Info Detail",
        "schemaVersion": 27,
        "version": 3,
        "panels": panels,
        "templating": {"list": [{"name": "namespace", "type": "query"}, {"name": "vm", "type": "query"}]},
        "time": {"from": "now-1h", "to": "now"},
        "timezone": "",
        "editable": True,
        "links": [],
    }


class Cluster:
    """A stand-in for a cluster with one ConfigMap: a kubectl that answers the script, and patches as the real one does."""

    def __init__(self, folder, dashboard):
        self.folder, self.object = pathlib.Path(folder), pathlib.Path(folder) / "object.json"
        if dashboard is not None:
            self.object.write_text(
                json.dumps(
                    {
                        "apiVersion": "v1",
                        "kind": "ConfigMap",
                        "metadata": {
                            "name": "harvester-vm-detail-dashboard",
                            "namespace": "cattle-dashboards",
                            "resourceVersion": "7",
                        },
                        "data": {"harvester_vm_info_details.json": dashboard, "other.json": "{}"},
                    }
                )
            )
        stub = self.folder / "kubectl"
        stub.write_text(f"""#!/bin/bash
set -euo pipefail
echo "$*" >>{self.folder}/calls
case "$1 $2 $3" in
"get configmap harvester-vm-detail-dashboard") [ ! -e {self.object} ] || cat {self.object} ;;
"patch configmap harvester-vm-detail-dashboard")
    [ ! -e {self.folder}/conflict ] || {{ echo 'Error from server (Conflict)' >&2; exit 1; }}
    file=${{@: -1}}
    [ "$(jq -r .metadata.resourceVersion "$file")" = "$(jq -r .metadata.resourceVersion {self.object})" ]
    '{KUBECTL}' patch --local -f {self.object} --type merge --patch-file "$file" -o json >{self.folder}/new
    mv {self.folder}/new {self.object} ;;
*) exit 9 ;;
esac
""")
        stub.chmod(0o755)

    def run(self, *arguments):
        result = subprocess.run(
            ["bash", str(ROOT / "Deploy/harvester/vm-page.sh"), *arguments],
            capture_output=True,
            text=True,
            env={"PATH": f"{self.folder}:{os.environ['PATH']}", "HOME": str(self.folder)},
        )
        return result.returncode, result.stdout + result.stderr

    def dashboard(self):
        return json.loads(json.loads(self.object.read_text())["data"]["harvester_vm_info_details.json"])

    def patches(self):
        return len(re.findall(r"^patch ", (self.folder / "calls").read_text(), re.MULTILINE))


def page_of_a_virtual_machine():
    original = official_dashboard()
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(folder, json.dumps(original, indent=2))
        expect(cluster.run("check")[0] == 1, "check passes without the panels")
        status, text = cluster.run("add")
        expect(status == 0, f"add: {text}")
        first = cluster.dashboard()
        count = len(original["panels"])
        expect(first["panels"][:count] == original["panels"], "other panels were changed")
        expect({**first, "panels": None} == {**original, "panels": None}, "the dashboard was changed beside its panels")
        added = first["panels"][count:]
        expect([panel["title"] for panel in added] == ["Power", "Energy"], f"added: {[p['title'] for p in added]}")
        expect([panel["id"] for panel in added] == [78, 79], f"ids {[p['id'] for p in added]}, while 77 is the highest")
        expect(all(panel["gridPos"]["y"] == 50 for panel in added), f"places: {[p['gridPos'] for p in added]}")
        for panel in added:
            expect(panel["fieldConfig"]["defaults"]["unit"] in ("watt", "watth"), "a panel without a unit")
            for target in panel["targets"]:
                expect(
                    'namespace="$namespace", name="$vm"' in target["expr"], f"not the page's machine: {target['expr']}"
                )
        expect(cluster.run("check")[0] == 0, "check fails after add")
        status, text = cluster.run("add")
        expect(
            status == 0 and cluster.dashboard() == first and cluster.patches() == 1,
            f"a second add changed something: {text}",
        )
        # A newer version of ours takes the place of the older one.
        changed = cluster.dashboard()
        changed["panels"][count]["targets"][0]["expr"] = "old"
        Cluster(folder, json.dumps(changed))
        expect(cluster.run("check")[0] == 1, "check passes with an old panel")
        expect(cluster.run("add")[0] == 0 and cluster.dashboard() == first, "an old panel was not replaced")
        pathlib.Path(folder, "conflict").touch()
        status, text = cluster.run("remove")
        expect(status == 1 and "run this again" in text, f"a conflict was not reported: {text}")
        pathlib.Path(folder, "conflict").unlink()
        expect(cluster.run("remove")[0] == 0 and cluster.dashboard() == original, "remove left something, or took more")
        before = cluster.patches()
        expect(cluster.run("remove")[0] == 0 and cluster.patches() == before, "a second remove changed something")
        expect(json.loads(cluster.object.read_text())["data"]["other.json"] == "{}", "another key was changed")


def page_that_is_not_as_expected():
    for dashboard, action, status, named in [
        (None, "add", 1, "rancher-monitoring"),
        (None, "remove", 0, "nothing to remove"),
        ("{}", "add", 1, "no dashboard with panels"),
        ("", "add", 1, "no dashboard with panels"),
        ("", "remove", 0, "nothing to remove"),
        ("{}", "remove", 0, "nothing to remove"),
        ("not JSON", "remove", 0, "nothing to remove"),
        ("not JSON", "check", 1, "no dashboard with panels"),
        ("not JSON", "add", 1, "no dashboard with panels"),
        (json.dumps({"rows": []}), "add", 1, "no dashboard with panels"),
        (json.dumps({"panels": []}), "add", 0, "done"),
    ]:
        with tempfile.TemporaryDirectory() as folder:
            cluster = Cluster(folder, dashboard)
            got, text = cluster.run(action)
            expect(got == status and named in text, f"{dashboard} {action}: {got} {text}")
            if (status or action == "remove") and dashboard is not None:
                expect(cluster.patches() == 0, f"{dashboard} was changed")
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(folder, json.dumps({"panels": [], "padding": "x" * 400_000}))
        status, text = cluster.run("add")
        expect(status == 0, f"a large dashboard: {text}")
        expect(cluster.run("ad")[0] == 64 and cluster.run()[0] == 64, "a wrong call is not refused")
