#!/usr/bin/env python3
"""Starts the image with runc under the rights of the rendered pod, and compares what it exports with the counters it was shown.

    pod.py BUNDLE    a bundle with the unpacked image (Scripts/test-pod.sh makes it)

The pod is the one that the Helm chart gives, container settings and volumes included. In place of the node's /sys and /proc
it gets folders made here; what a container runtime adds to every pod is added as containerd does: namespaces, /proc, /dev,
its own /sys, the paths that it masks, and its filter of system calls.
"""

import json
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import yaml

import manifests

NODE = "node-7"
PROFILE = pathlib.Path("/usr/share/containers/seccomp.json")
MASKED = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
]
READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
MICRO = 1_000_000
# The highest that a counter shows; one microjoule more is 0.
RANGE = 262_143_328_850


class Wrong(Exception):
    pass


def expect(condition, text):
    if not condition:
        raise Wrong(text)


# MARK: The node


def write_in_place(path, text):
    """Writes a text that is no shorter than the one before: readers keep files open, and must never find an empty one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    os.pwrite(descriptor, text.encode(), 0)
    os.close(descriptor)


class Node:
    """A node's /sys and /proc: two sockets with memory, and a virtual machine of KubeVirt that keeps one processor busy."""

    def __init__(self, folder):
        self.sys, self.proc = folder / "sys", folder / "proc"
        self.counters = {}
        powercap = self.sys / "devices/virtual/powercap/intel-rapl"
        (self.sys / "class/powercap").mkdir(parents=True)
        powercap.mkdir(parents=True)
        self.link("intel-rapl", "../../devices/virtual/powercap/intel-rapl")
        # The first counter is about to wrap.
        for zone, name, start in [
            ("intel-rapl:0", "package-0", RANGE - 5 * MICRO),
            ("intel-rapl:0/intel-rapl:0:0", "dram", 7 * MICRO),
            ("intel-rapl:1", "package-1", 123_456_789),
            ("intel-rapl:1/intel-rapl:1:0", "dram", 42),
        ]:
            path = powercap / zone
            path.mkdir()
            (path / "name").write_text(name + "\n")
            (path / "max_energy_range_uj").write_text(f"{RANGE}\n")
            self.link(path.name, f"../../devices/virtual/powercap/intel-rapl/{zone}")
            self.counters[zone] = [path / "energy_uj", start]
            self.put(zone)
        cpu = self.sys / "devices/system/cpu"
        for index in (0, 1):
            topology = cpu / f"cpu{index}/topology"
            topology.mkdir(parents=True)
            for name, value in [
                ("physical_package_id", index),
                ("die_id", 0),
                ("core_id", 0),
                ("thread_siblings_list", index),
            ]:
                (topology / name).write_text(f"{value}\n")
        for name in ("online", "possible", "present"):
            (cpu / name).write_text("0-1\n")

        self.proc.mkdir()
        self.busy, self.idle = 1000, 90000
        (self.proc / "cpuinfo").write_text(
            "".join(
                f"processor\t: {index}\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n"
                f"model name\t: Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz\nstepping\t: 6\nphysical id\t: {index}\nsiblings\t: 1\n"
                f"core id\t\t: 0\ncpu cores\t: 1\n\n"
                for index in (0, 1)
            )
        )
        (self.proc / "meminfo").write_text("MemTotal:       65536000 kB\nMemFree:        60000000 kB\n")
        (self.proc / "uptime").write_text("500.00 900.00\n")
        machine = self.proc / "4711"
        (machine / "task/4711").mkdir(parents=True)
        arguments = [
            "/usr/libexec/qemu-kvm",
            "-name",
            "guest=default_web,debug-threads=on",
            "-uuid",
            "0b3e2f6c-6f34-4a5b-9d3c-1c2d3e4f5a6b",
        ]
        (machine / "cmdline").write_bytes(b"\0".join(text.encode() for text in arguments) + b"\0")
        (machine / "comm").write_text("qemu-kvm\n")
        # As a process in a control-group namespace of its own sees those outside.
        (machine / "cgroup").write_text(
            "0::/../../kubepods-burstable-pod8d1f6c2e_5b7a_4f0e_9c3d_2a1b0c9d8e7f.slice/cri-containerd-"
            + "ab" * 32
            + ".scope\n"
        )
        (machine / "status").write_text(
            "Name:\tqemu-kvm\nPid:\t4711\nUid:\t107\t107\t107\t107\nGid:\t107\t107\t107\t107\n"
        )
        self.tick(0)
        for path in [self.sys, self.proc, *self.sys.rglob("*"), *self.proc.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() else 0o444)
        for path, _ in self.counters.values():
            path.chmod(0o400)

    def link(self, name, target):
        (self.sys / "class/powercap" / name).symlink_to(target)

    def put(self, zone):
        path, value = self.counters[zone]
        write_in_place(path, f"{value % (RANGE + 1):<20}\n")

    def add(self, zone, microjoules):
        self.counters[zone][1] += microjoules
        self.put(zone)

    def tick(self, count):
        """One processor was busy for the machine, the other idle."""
        self.busy += count
        self.idle += count
        write_in_place(
            self.proc / "stat",
            f"cpu  {self.busy} 0 0 {self.idle + 90000} 0 0 0 0 0 0\ncpu0 {self.busy} 0 0 90000 0 0 0 0 0 0\n"
            f"cpu1 0 0 0 {self.idle} 0 0 0 0 0 0\nbtime 1700000000\nprocesses 9000\n",
        )
        line = (
            f"4711 (qemu-kvm) S 1 4711 4711 0 -1 0 0 0 0 0 {self.busy} 0 0 0 20 0 8 0 4000 1000000 1000 "
            + "0 " * 28
            + "\n"
        )
        write_in_place(self.proc / "4711/stat", line)
        write_in_place(self.proc / "4711/task/4711/stat", line)

    def run(self, stop):
        """The machine runs, by the clock: 40 and 30 watts of the sockets, 3 and 2 of their memory."""
        watts = {
            "intel-rapl:0": 40,
            "intel-rapl:1": 30,
            "intel-rapl:0/intel-rapl:0:0": 3,
            "intel-rapl:1/intel-rapl:1:0": 2,
        }
        start = {zone: counter[1] for zone, counter in self.counters.items()}
        began, ticks = time.monotonic(), 0
        while not stop.wait(0.02):
            elapsed = time.monotonic() - began
            for zone, power in watts.items():
                self.counters[zone][1] = start[zone] + int(elapsed * power * MICRO)
                self.put(zone)
            self.tick(int(elapsed * 100) - ticks)
            ticks = int(elapsed * 100)


# MARK: The container


def filter_of_system_calls():
    """The runtimes' own profile, for a container without capabilities, in the form that runc takes."""
    if not PROFILE.exists():
        raise Wrong(f"there is no {PROFILE}. Remedy: sudo apt-get install golang-github-containers-common")
    profile = json.loads(PROFILE.read_text())
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    rules = []
    for rule in profile["syscalls"]:
        wanted, unwanted = rule.get("includes") or {}, rule.get("excludes") or {}
        if wanted.get("caps") or (wanted.get("arches") and architecture not in wanted["arches"]):
            continue
        # No capability is held, so no rule is left out for one.
        if architecture in unwanted.get("arches", []):
            continue
        entry = {"names": rule["names"], "action": rule["action"]}
        if rule.get("errnoRet") is not None:
            entry["errnoRet"] = rule["errnoRet"]
        if rule.get("args"):
            entry["args"] = [
                {"index": a["index"], "value": a["value"], "valueTwo": a.get("valueTwo", 0), "op": a["op"]}
                for a in rule["args"]
            ]
        rules.append(entry)
    name = {"amd64": "SCMP_ARCH_X86_64", "arm64": "SCMP_ARCH_AARCH64"}[architecture]
    architectures = [name, *next(e["subArchitectures"] for e in profile["archMap"] if e["architecture"] == name)]
    return {
        "defaultAction": profile["defaultAction"],
        "defaultErrnoRet": profile["defaultErrnoRet"],
        "architectures": architectures,
        "syscalls": rules,
    }


def bytes_of(quantity):
    number, unit = re.fullmatch(r"(\d+)(Ki|Mi|Gi)?", str(quantity)).groups()
    return int(number) << {None: 0, "Ki": 10, "Mi": 20, "Gi": 30}[unit]


def configuration(pod, image, folders, user=None, arguments=None, sys_folder=None):
    """runc's configuration of a rendered pod. Folders stand for the node's; the rest is what a test does otherwise."""
    [container] = pod["containers"]
    context = container["securityContext"]
    for name in ("hostPID", "hostNetwork", "hostIPC"):
        expect(pod[name] is False, f"the rendered pod has {name}")
    expect(context["privileged"] is False, "the rendered container is privileged")
    dropped, added = context["capabilities"].get("drop", []), context["capabilities"].get("add", [])
    expect(dropped == ["ALL"], f"the rendered container keeps capabilities: {dropped}")
    capabilities = [f"CAP_{name}" for name in added]

    volumes = {volume["name"]: volume["hostPath"]["path"] for volume in pod["volumes"]}
    mounts = [
        {"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "noexec", "nodev"]},
        {
            "destination": "/dev",
            "type": "tmpfs",
            "source": "tmpfs",
            "options": ["nosuid", "strictatime", "mode=755", "size=65536k"],
        },
        {
            "destination": "/dev/shm",
            "type": "tmpfs",
            "source": "shm",
            "options": ["nosuid", "noexec", "nodev", "mode=1777"],
        },
    ]
    if sys_folder:
        mounts.append({"destination": "/sys", "type": "bind", "source": str(sys_folder), "options": ["rbind", "ro"]})
    else:
        mounts.append(
            {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]}
        )
    for mount in container["volumeMounts"]:
        propagation = {None: "rprivate", "HostToContainer": "rslave", "Bidirectional": "rshared"}[
            mount.get("mountPropagation")
        ]
        options = ["rbind", propagation, "ro" if mount.get("readOnly") else "rw"]
        source = str(folders[volumes[mount["name"]]])
        mounts.append({"destination": mount["mountPath"], "type": "bind", "source": source, "options": options})

    environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOSTNAME=powersensors-abcde"]
    for variable in container.get("env", []):
        value = variable.get("value")
        if value is None:
            expect(variable["valueFrom"]["fieldRef"]["fieldPath"] == "spec.nodeName", f"{variable} has no value here")
            value = NODE
        environment.append(f"{variable['name']}={value}")

    result = {
        "ociVersion": "1.0.2",
        "hostname": "powersensors-abcde",
        "root": {"path": "rootfs", "readonly": context["readOnlyRootFilesystem"]},
        "process": {
            "terminal": False,
            "cwd": "/",
            "user": {
                "uid": context["runAsUser"] if user is None else user,
                "gid": context["runAsGroup"] if user is None else user,
            },
            "args": image["process"]["args"] + (container["args"] if arguments is None else arguments),
            "env": environment,
            "noNewPrivileges": not context["allowPrivilegeEscalation"],
            "capabilities": {
                kind: capabilities for kind in ("bounding", "effective", "inheritable", "permitted", "ambient")
            },
        },
        "mounts": mounts,
        "linux": {
            "namespaces": [{"type": kind} for kind in ("pid", "network", "ipc", "uts", "mount", "cgroup")],
            "maskedPaths": MASKED,
            "readonlyPaths": READ_ONLY,
            "resources": {"devices": [{"allow": False, "access": "rwm"}]},
        },
    }
    limit = container.get("resources", {}).get("limits", {}).get("memory")
    if limit:
        result["linux"]["resources"]["memory"] = {"limit": bytes_of(limit)}
    if pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault":
        result["linux"]["seccomp"] = filter_of_system_calls()
    return result


class Container:
    """One that runs; at the end of `with` it is gone."""

    count = 0

    def __init__(self, bundle, settings, state):
        Container.count += 1
        self.name = f"powersensors-test-{os.getpid()}-{Container.count}"
        self.bundle, self.state = bundle, state
        (bundle / "config.json").write_text(json.dumps(settings))
        self.output = tempfile.TemporaryFile(mode="w+")

    def __enter__(self):
        self.process = subprocess.Popen(
            ["runc", "--root", str(self.state), "run", "--bundle", str(self.bundle), self.name],
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=subprocess.STDOUT,
        )
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            subprocess.run(["runc", "--root", str(self.state), "kill", self.name, "KILL"], capture_output=True)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        subprocess.run(["runc", "--root", str(self.state), "delete", "--force", self.name], capture_output=True)
        self.output.close()

    def text(self):
        self.output.seek(0)
        return self.output.read()

    def pid(self):
        result = subprocess.run(["runc", "--root", str(self.state), "state", self.name], capture_output=True, text=True)
        expect(result.returncode == 0, f"the container does not run: {self.text() or result.stderr}")
        return json.loads(result.stdout)["pid"]

    def get(self, path):
        """An answer of the endpoint, by the loopback of the pod's own network."""
        program = (
            "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode(), end='')"
        )
        result = subprocess.run(
            [
                "nsenter",
                "--target",
                str(self.pid()),
                "--net",
                sys.executable,
                "-c",
                program,
                f"http://127.0.0.1:9840{path}",
            ],
            capture_output=True,
            text=True,
        )
        expect(result.returncode == 0, f"{path} is not served: {result.stderr.strip().splitlines()[-1:]}")
        return result.stdout

    def wait_until_ready(self):
        deadline = time.monotonic() + 30
        while True:
            try:
                return self.get("/readyz")
            except Wrong:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise Wrong(f"no figures within 30 s: {self.text()}") from None
                time.sleep(0.2)

    def finish(self, seconds):
        """Waits for the end of a command that ends by itself, and returns its status and text."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Wrong(f"it did not end within {seconds} s: {self.text()}") from None
        return status, self.text()


def series(page):
    """A page's values by name and labels."""
    found = {}
    for line in page.splitlines():
        match = re.fullmatch(r"([a-z_:]+)(?:\{(.*)\})? (\S+)", line)
        if match:
            labels = frozenset(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match.group(2) or ""))
            found[match.group(1), labels] = float(match.group(3))
    return found


def value(values, series_name, /, **labels):
    wanted = set(labels.items())
    matching = [
        item for (other, have), item in values.items() if other == f"powersensors_{series_name}" and wanted <= have
    ]
    expect(len(matching) == 1, f"{len(matching)} series {series_name} {labels} instead of one")
    return matching[0]


# MARK: What is shown


def shows_the_nodes_counters(pod, image, bundle, state, folder):
    node = Node(folder)
    settings = configuration(pod, image, {"/sys": node.sys, "/proc": node.proc})
    with Container(bundle, settings, state) as container:
        container.wait_until_ready()

        # The rights that the kernel says it has.
        pid = container.pid()
        lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            expect(int(status[name], 16) == 0, f"{name} is {status[name]}")
        expect(status["Uid"].split() == ["0"] * 4, f"Uid is {status['Uid']}")
        expect(status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", "no-new-privileges or seccomp is off")
        expect(len(status["NSpid"].split()) == 2, "it shares the host's processes")
        for kind in ("pid", "net", "mnt", "ipc", "uts"):
            own, ours = (os.readlink(f"/proc/{process}/ns/{kind}") for process in (pid, "self"))
            expect(own != ours, f"it shares the host's {kind} namespace")
        mounts = [line.split() for line in pathlib.Path(f"/proc/{pid}/mountinfo").read_text().splitlines()]
        for target in ("/", "/host/sys", "/host/proc"):
            options = [fields[5] for fields in mounts if fields[4] == target]
            expect(options and "ro" in options[-1].split(","), f"{target} may be written: {options}")

        # To the microjoule: what is added to a counter is what the series gains, through a wrap too.
        def settled():
            time.sleep(2.5)
            return series(container.get("/metrics"))

        before = settled()
        added = {("package", "0"): 17_000_001, ("package", "1"): 3_141_592, ("dram", "0"): 271_828, ("dram", "1"): 1}
        zones = {
            ("package", "0"): "intel-rapl:0",
            ("dram", "0"): "intel-rapl:0/intel-rapl:0:0",
            ("package", "1"): "intel-rapl:1",
            ("dram", "1"): "intel-rapl:1/intel-rapl:1:0",
        }
        for key, zone in zones.items():
            node.add(zone, added[key])
        after = settled()
        for (domain, socket), microjoules in added.items():
            gained = [
                value(values, "domain_energy_joules_total", domain=domain, socket=socket) for values in (before, after)
            ]
            got = round((gained[1] - gained[0]) * MICRO)
            expect(got == microjoules, f"{domain} of socket {socket} gained {got} µJ, its counter {microjoules}")
        wraps = value(after, "channel_wraps_total", channel="rapl/package-0")
        expect(wraps == 1, f"{wraps} wraps of package-0 instead of one")
        totals = [value(values, "host_energy_joules_total", scope="cpu") for values in (before, after)]
        got = round((totals[1] - totals[0]) * MICRO)
        expect(got == sum(added.values()), f"the host gained {got} µJ, its counters {sum(added.values())}")

        # And the power and the virtual machine's part of it, while the node runs.
        stop = threading.Event()
        runs = threading.Thread(target=node.run, args=(stop,))
        runs.start()
        try:
            time.sleep(5)
            first = series(container.get("/metrics"))
            time.sleep(6)
            last = series(container.get("/metrics"))
        finally:
            stop.set()
            runs.join()
        host = value(last, "host_energy_joules_total", scope="cpu") - value(
            first, "host_energy_joules_total", scope="cpu"
        )
        name = dict(node=NODE, namespace="default", name="web")
        machine = value(last, "vm_energy_joules_total", **name) - value(first, "vm_energy_joules_total", **name)
        # It keeps one of two processors busy. Its container is one of a pod, whatever its path looks like from in here.
        group = dict(pod_uid="8d1f6c2e-5b7a-4f0e-9c3d-2a1b0c9d8e7f", container_id="ab" * 32)
        expect(value(last, "cgroup_energy_joules_total", **group) > 0, "the machine's container was given nothing")
        expect(0.45 < machine / host < 0.55, f"the machine got {machine:.1f} of {host:.1f} J, and half is its part")
        watts = value(last, "host_power_watts", scope="cpu")
        expect(abs(watts / 75 - 1) < 0.15, f"{watts} W while the counters run at 75 W")
        peak = next(
            int(re.search(r"\d+", line).group()) for line in open(f"/proc/{pid}/status") if line.startswith("VmHWM")
        )

        requested = bytes_of(pod["containers"][0]["resources"]["requests"]["memory"])
        expect(peak * 1024 <= requested, f"it used {peak} KiB at most, and {requested >> 10} KiB are requested")

        began = time.monotonic()
        os.kill(pid, signal.SIGTERM)
        ended, text = container.finish(15)
        expect(ended == 0, f"after SIGTERM it ended with {ended}: {text}")
        return (
            f"{len(added)} counters to the microjoule, {watts:.1f} W of 75, machine {100 * machine / host:.0f} % of 50, "
            f"peak {peak / 1024:.0f} MiB, ended in {time.monotonic() - began:.1f} s"
        )


def sees_the_nodes_processes(pod, image, bundle, state, folder):
    """With this machine's own /proc, and processes numbered as in a pod of its own."""
    node = Node(folder)
    pod_arguments = pod["containers"][0]["args"]
    settings = configuration(
        pod, image, {"/sys": node.sys, "/proc": "/proc"}, arguments=[*pod_arguments, "--min-lifetime", "0s"]
    )
    busy = subprocess.Popen(
        [sys.executable, "-c", "open('/proc/self/comm','w').write('busy-on-host')\nwhile True: pass"]
    )
    try:
        with Container(bundle, settings, state) as container:
            container.wait_until_ready()
            for _ in range(40):
                for zone in node.counters:
                    node.add(zone, 4 * MICRO)
                time.sleep(0.25)
            page = series(container.get("/metrics"))
            watched = value(page, "process_energy_joules_total", pid=str(busy.pid), comm="busy-on-host")
            expect(watched > 0, "the process outside was given nothing")
    finally:
        busy.kill()
        busy.wait()
    return f"process {busy.pid} of the node got {watched:.0f} J"


def another_user_is_told_the_nodes_path(pod, image, bundle, state, folder):
    node = Node(folder)
    arguments = ["doctor", "--sysfs", "/host/sys", "--procfs", "/host/proc"]
    settings = configuration(pod, image, {"/sys": node.sys, "/proc": "/proc"}, user=65534, arguments=arguments)
    with Container(bundle, settings, state) as container:
        status, text = container.finish(20)
    flat = " ".join(text.split())
    expect("forbidden" in flat, f"it is not said to be forbidden: {text}")
    expect(re.search(r"(?<![\w/])/sys/class/powercap/\S*energy_uj", flat), f"the node's path is not named: {text}")
    expect("/host/sys" not in flat, f"a path is named that the node does not have: {text}")
    expect("chgrp 65534 " in flat, f"the group is not named: {text}")
    expect("On the host" in flat, f"it is not said where: {text}")
    expect(status == 1, f"doctor ended with {status}")
    # The same rights as uid 0 are enough.
    settings = configuration(pod, image, {"/sys": node.sys, "/proc": "/proc"}, arguments=arguments)
    with Container(bundle, settings, state) as container:
        status, text = container.finish(20)
    expect(status == 0 and "forbidden" not in text, f"uid 0 without capabilities: {status}, {text}")
    return "forbidden as uid 65534, with the node's path; fine as uid 0"


def its_own_sys_is_masked(pod, image, bundle, state, folder):
    """Why /sys is mounted elsewhere: in its usual place the runtime hides the counters."""
    node = Node(folder)
    settings = configuration(
        pod,
        image,
        {"/sys": node.sys, "/proc": node.proc},
        arguments=["doctor", "--procfs", "/host/proc"],
        sys_folder=node.sys,
    )
    with Container(bundle, settings, state) as container:
        status, text = container.finish(20)
    flat = " ".join(text.split())
    expect(
        status == 1 and "masked" in flat and "--sysfs /host/sys" in flat,
        f"the mask is not recognised: {status}, {text}",
    )
    return "masked, with the remedy"


def image_is_bare(pod, image, bundle, state, folder):
    root = bundle / "rootfs"
    programs = [
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file() and not path.is_symlink() and path.stat().st_mode & 0o111 and ".so" not in path.name
    ]
    expect(programs == ["usr/bin/powersensors"], f"programs: {programs}")
    owners = {path.lstat().st_uid for path in root.rglob("*")}
    expect(owners == {0}, f"owners: {owners}")
    writable = [
        str(path)
        for path in root.rglob("*")
        if not path.is_symlink() and path.stat().st_mode & 0o022 and path.name != "tmp"
    ]
    expect(not writable, f"others may write {writable}")
    expect(image["process"]["args"] == ["/usr/bin/powersensors"], f"started as {image['process']['args']}")
    expect(image["process"]["user"]["uid"] == 0, "the user is not 0")
    trusted = (root / "etc/ssl/certs/ca-certificates.crt").read_text().count("BEGIN CERTIFICATE")
    public = len(list(pathlib.Path("/usr/share/ca-certificates/mozilla").glob("*.crt")))
    expect(trusted == public, f"it trusts {trusted} authorities, of which {public} are public")
    settings = configuration(pod, image, {"/sys": folder, "/proc": folder}, arguments=["--version"])
    with Container(bundle, settings, state) as container:
        status, text = container.finish(10)
    chart = yaml.safe_load((manifests.PROJECT / "Deploy/helm/powersensors/Chart.yaml").read_text())
    expect(
        status == 0 and text.strip() == chart["appVersion"],
        f"version {text.strip()}, the chart's is {chart['appVersion']}",
    )
    return f"one program, version {text.strip()}"


def main():
    if len(sys.argv) != 2:
        print("usage: pod.py BUNDLE", file=sys.stderr)
        return 64
    bundle = pathlib.Path(sys.argv[1]).resolve()
    image = json.loads((bundle / "config.json").read_text())
    text = manifests.render(manifests.PROJECT, {})["daemonset.yaml"]
    pod = yaml.safe_load(text)["spec"]["template"]["spec"]
    checks = [
        image_is_bare,
        shows_the_nodes_counters,
        sees_the_nodes_processes,
        another_user_is_told_the_nodes_path,
        its_own_sys_is_masked,
    ]
    failed = 0
    for function in checks:
        scratch = pathlib.Path(tempfile.mkdtemp())
        scratch.chmod(0o755)
        try:
            (scratch / "state").mkdir()
            said = function(pod, image, bundle, scratch / "state", scratch)
            print(f"ok      {function.__name__.replace('_', ' ')}: {said}")
        except Wrong as error:
            failed += 1
            print(f"FAILED  {function.__name__.replace('_', ' ')}: {error}")
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    print(f"pod: {len(checks) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
