"""Simulated machines for the page, and a powersensors on each."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "deploy"))
from fakemachines import Machine, even, wave  # noqa: E402

# Elements that the page itself does not have, in whatever form a name may bring them.
MARKUP = "<img src=x onerror=hacked=1>"


def pleasant(folder):
    """A server with two sockets, an input meter and a few virtual machines."""
    machine = Machine(folder, 32)
    for socket_number, mean in enumerate((120, 84)):
        machine.add_zone(f"intel-rapl:{socket_number}", f"package-{socket_number}",
                         wave(mean, 0.12 + 0.08 * socket_number, 97 - 40 * socket_number), ["cpu"])
        machine.add_zone(f"intel-rapl:{socket_number}:0", "dram", even(14 - socket_number), ["cpu"])
    machine.add_device("hwmon", "hwmon0", {
        "name": "power_meter", "power1_average": 318000000, "power1_average_interval": 1000, "power1_label": "input"})
    machine.add_device("hwmon", "hwmon1", {"name": "nvme", "power1_input": 6200000, "power1_label": "drive"})
    for number, (name, load) in enumerate([("web", 5), ("db", 3.1), ("build", 9), ("mail", 0.9)]):
        machine.add_machine(101 + number, "prod", name, wave(load, 0.2, 61 + 7 * number), [])
    for number, (name, load) in enumerate([("postgres", 1.3), ("nginx", 0.8), ("kubelet", 0.5), ("journald", 0.1)]):
        machine.add_process(201 + number, name, [name], even(load), f"/system.slice/{name}.service")
    return machine


def hostile(folder):
    """A machine on which every name that a user or a device can choose has markup."""
    machine = Machine(folder, 4)
    machine.add_zone("intel-rapl:0", "package-0", even(40), ["cpu"])
    machine.add_zone("intel-rapl:0:0", MARKUP, even(5))
    machine.add_device("hwmon", "hwmon0", {"name": "<b>chip</b>", "power1_input": 3000000, "power1_label": MARKUP})
    machine.add_device("power_supply", "<b>BAT<", {
        "type": "Battery", "status": "Discharging", "power_now": 25000000, "energy_now": 40000000,
        "energy_full": 50000000})
    machine.add_machine(101, "<b>prod</b>", MARKUP, even(1), [])
    machine.add_process(201, "<b>x</b>", ["<b>x</b>"], even(1), f"/system.slice/{MARKUP}.service")
    return machine


class Server:
    """A powersensors export on a machine."""

    def __init__(self, binary, machine, node, port=None, options=()):
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}/"
        self.log = open(f"{machine.folder}.log", "a")
        command = [binary, "export", "--sysfs", machine.sys, "--procfs", machine.proc, "--dev", machine.dev,
                   "--node", node, "--prometheus", f"127.0.0.1:{self.port}", "--min-lifetime", "0s", *options]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("POWERSENSORS_")}
        self.process = subprocess.Popen([str(one) for one in command], stdin=subprocess.DEVNULL, stderr=self.log,
                                        env=environment)
        self.wait()

    def wait(self):
        for _ in range(300):
            if self.process.poll() is not None:
                raise RuntimeError(f"powersensors has ended: see {self.log.name}")
            try:
                return self.get("readyz")
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"powersensors does not answer: see {self.log.name}")

    def get(self, path):
        with urllib.request.urlopen(self.address + path, timeout=10) as answer:
            return answer.read().decode()

    def series(self, page=None):
        """The values of /metrics by name and labels."""
        found = {}
        for line in (page or self.get("metrics")).splitlines():
            if match := re.fullmatch(r'(?:powersensors_)([a-z_]+)(?:\{(.*)\})? (\S+)', line):
                labels = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2] or ""))
                found[match[1], tuple(sorted(labels.items()))] = float(match[3])
        return found

    def stop(self):
        """Ends it by SIGTERM, and returns after how many seconds it had ended."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        return time.monotonic() - began


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
