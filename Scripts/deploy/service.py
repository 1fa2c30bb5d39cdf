"""Starts the command under the rights of its systemd unit, without systemd, and sees that it works and that it needs them.

Arguments: the command, and the unit's file. Needs root. The user, the capabilities, the filter of system calls, the address
families, the ban on executable memory that can be written, the arguments and the notification socket are those that the unit
says; what it says of name spaces and mounts is checked by systemd-analyze alone. That CAP_PERFMON and CAP_CHOWN suffice is
tried by other programs, since no counter and no guest here needs them. The part of the drop-in for records of ended processes
is tried, too.
"""

import ctypes
import errno
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

NOBODY = 65534
PR_SET_MDWE = 65  # prctl(2), since Linux 6.3
ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050000, 0x80000000  # libseccomp's

# Counts on one processor for all processes, for which the kernel asks for CAP_PERFMON, as for RAPL's counters.
COUNTS = """
import ctypes, struct, sys
attributes = ctypes.create_string_buffer(struct.pack("IIQ", 1, 128, 0), 128)
sys.exit(ctypes.CDLL(None).syscall(int(sys.argv[1]), attributes, -1, 0, -1, 0) < 0)
"""


def settings(unit):
    """The last value of each setting in the section [Service]."""
    found, section = {}, ""
    for line in open(unit):
        line = line.strip()
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            found[name] = value
    return found


def part_of_drop_in(word):
    """The settings of the part of the drop-in that has a word, uncommented."""
    text = open(os.path.join(os.path.dirname(__file__), "../../Deploy/systemd/10-devices.conf")).read()
    [part] = [part for part in text.split("\n\n") if word in part]
    return dict(line[1:].split("=", 1) for line in part.splitlines() if line.startswith("#") and not line.startswith("# "))


def system_calls(words):
    """The names that SystemCallFilter= means: groups are looked up as systemd does."""
    names, groups = set(), list(words)
    while groups:
        word = groups.pop()
        if not word.startswith("@"):
            names.add(word)
            continue
        listed = subprocess.run(["systemd-analyze", "syscall-filter", word], check=True, capture_output=True, text=True).stdout
        groups += [line.strip() for line in listed.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return sorted(names)


class Comparison(ctypes.Structure):
    """Of libseccomp: the argument with this number is equal to this value."""

    _fields_ = [("argument", ctypes.c_uint), ("operator", ctypes.c_int), ("value", ctypes.c_uint64), ("other", ctypes.c_uint64)]


def confine(names, families):
    """Allows the process only these system calls and address families, and no memory that is both written and executed."""
    seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    seccomp.seccomp_init.restype = ctypes.c_void_p
    # First, since the second filter forbids another one.
    context = ctypes.c_void_p(seccomp.seccomp_init(ALLOW))
    number = seccomp.seccomp_syscall_resolve_name(b"socket")
    for family in set(range(64)) - families:
        equal = (Comparison * 1)(Comparison(0, 4, family, 0))
        seccomp.seccomp_rule_add_array(context, REFUSE | errno.EAFNOSUPPORT, number, 1, equal)
    if seccomp.seccomp_load(context) != 0:
        raise OSError("the filter of address families was refused")
    # systemd kills a process for any other call; a refusal it might survive.
    context = ctypes.c_void_p(seccomp.seccomp_init(KILL))
    for name in names:
        number = seccomp.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:
            seccomp.seccomp_rule_add(context, ALLOW, number, 0)
    if seccomp.seccomp_load(context) != 0:
        raise OSError("the filter of system calls was refused")
    # Older kernels do not know it; there this part is not tried.
    ctypes.CDLL(None).prctl(PR_SET_MDWE, 1, 0, 0, 0)


def lay(folder):
    """One package with a counter that only root may read."""
    zone = os.path.join(folder, "class/powercap/intel-rapl:0")
    os.makedirs(zone)
    for name, text, mode in [("name", "package-0\n", 0o444), ("max_energy_range_uj", "262143328850\n", 0o444),
                             ("energy_uj", "123456789\n", 0o400)]:
        path = os.path.join(zone, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
    processors = os.path.join(folder, "devices/system/cpu")
    os.makedirs(processors)
    with open("/sys/devices/system/cpu/possible") as possible, open(f"{processors}/possible", "w") as file:
        file.write(possible.read())


class Service:
    """The command as the unit starts it."""

    def __init__(self, command, unit, folder, arguments, has_rights, drop_in={}):
        # What a drop-in says of these is added to what the unit says.
        said = settings(unit)
        said |= {name: f"{said[name]} {value}" for name, value in drop_in.items()}
        capabilities = said.get("AmbientCapabilities", "").lower().replace("cap_", "").split() if has_rights else []
        bounds = said["CapabilityBoundingSet"].lower().replace("cap_", "").split() if has_rights else []
        user = ["--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"] if said.get("DynamicUser") == "yes" else []
        listed = "".join(f",+{name}" for name in capabilities)
        self.rights = ["setpriv", *user, "--no-new-privs", "--bounding-set",
                       "-all" + "".join(f",+{name}" for name in bounds),
                       "--inh-caps", "-all" + listed, "--ambient-caps", "-all" + listed]
        self.heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.heard.settimeout(20)
        address = os.path.join(folder, "notify")
        if os.path.exists(address):
            os.unlink(address)
        self.heard.bind(address)
        os.chmod(address, 0o777)
        names = system_calls(said["SystemCallFilter"].split())
        families = {getattr(socket, name).value for name in said["RestrictAddressFamilies"].split()}
        self.confine = lambda: confine(names, families)
        environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "2000000", "PATH": "/usr/bin:/bin"}
        own = said["ExecStart"].split()[1:] if said["Type"] == "notify" else []
        self.process = subprocess.Popen([*self.rights, command, *own, *arguments], env=environment, cwd="/",
                                        preexec_fn=self.confine)

    def can(self, *command):
        """Whether another program succeeds with the same rights."""
        return subprocess.run([*self.rights, *command], cwd="/", preexec_fn=self.confine).returncode == 0

    def can_count(self):
        seccomp = ctypes.CDLL("libseccomp.so.2")
        return self.can("/usr/bin/python3", "-c", COUNTS, str(seccomp.seccomp_syscall_resolve_name(b"perf_event_open")))

    def wait_for(self, word):
        while True:
            message = self.heard.recv(4096).decode()
            if message.startswith(word):
                return message

    def drain(self):
        """Takes what was said so far, since the socket holds few messages."""
        while select.select([self.heard], [], [], 0)[0]:
            self.heard.recv(4096)

    def end(self):
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.wait_for("STOPPING=1")
        status = self.process.wait(15)
        if status != 0:
            raise SystemExit(f"service: it ended with {status} and not 0")
        return time.monotonic() - began


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def try_service(command, unit, folder, sysfs, has_rights):
    """What the page says of the package when the service runs with the unit's rights or with none."""
    port = free_port()
    service = Service(command, unit, folder, ["--prometheus", f"127.0.0.1:{port}", "--sysfs", sysfs, "--config", "/dev/null"],
                      has_rights)
    try:
        began = time.monotonic()
        service.wait_for("READY=1")
        ready = time.monotonic() - began
        service.wait_for("WATCHDOG=1")
        if has_rights and not service.can_count():
            raise SystemExit("service: perf cannot be used with the unit's rights")
        page = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
        lasted = service.end()
    finally:
        service.process.kill()
    # The counter stands still, so that its energy is known and 0, and absent where it cannot be read.
    return 'powersensors_sensor_up{sensor="rapl"} 1' in page, ready, lasted


def try_exit_records(command, unit, folder, sysfs):
    """The kernel tells the service of ended processes with that part of the drop-in, and not without."""
    findings = json.loads(subprocess.run([command, "doctor", "--json"], capture_output=True, text=True).stdout)["findings"]
    if any(finding["subject"] == "taskstats" for finding in findings):
        print("service: the drop-in's part for records of ended processes is left out, since not even root gets them here")
        return
    for drop_in in (part_of_drop_in("CAP_NET_ADMIN"), {}):
        port = free_port()
        service = Service(command, unit, folder, [
            "--prometheus", f"127.0.0.1:{port}", "--sysfs", sysfs, "--consumers", "process", "--interval", "250ms", "--config",
            "/dev/null"], True, drop_in)
        try:
            service.wait_for("READY=1")
            heard = []
            end = time.monotonic() + 30
            while time.monotonic() < end and True not in heard and (drop_in or len(heard) < 10):
                subprocess.run(["python3", "-c", "sum(range(100000))"], check=True)
                time.sleep(0.3)
                service.drain()
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/snapshot", timeout=10).read()
                told = json.loads(page).get("attribution_exit_records")
                if told is not None:
                    heard.append(told)
            service.end()
        finally:
            service.process.kill()
        if not heard or (True in heard) != bool(drop_in):
            raise SystemExit(f"service: {'with' if drop_in else 'without'} the drop-in it says of records of ended processes: {heard}")
    print(f"service: {os.path.basename(unit)}: the kernel tells of ended processes with the drop-in's part for it, and only then")


def main():
    command, unit = os.path.abspath(sys.argv[1]), sys.argv[2]
    if os.geteuid() != 0:
        raise SystemExit("service: only root can give a process these rights. Remedy: run it with sudo")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        if settings(unit).get("DynamicUser") != "yes":
            guests = os.path.join(folder, "guests")
            service = Service(command, unit, folder, ["--guests", guests, "--config", "/dev/null"], True)
            try:
                service.wait_for("READY=1")
                service.wait_for("WATCHDOG=1")
                if not service.can_count():
                    raise SystemExit("service: perf cannot be used with the unit's rights")
                file = os.path.join(folder, "file")
                open(file, "w").close()
                if not service.can("chgrp", str(NOBODY), file):
                    raise SystemExit("service: a guest's folder cannot be given to its group with the unit's rights")
                lasted = service.end()
            finally:
                service.process.kill()
            print(f"service: {os.path.basename(unit)}: ready, alive, and ended within {lasted:.1f} s under the unit's rights")
            return
        sysfs = os.path.join(folder, "sys")
        lay(sysfs)
        for has_rights in (True, False):
            os.makedirs(os.path.join(folder, "run"), exist_ok=True)
            can_read, ready, lasted = try_service(command, unit, folder, sysfs, has_rights)
            if can_read != has_rights:
                raise SystemExit(f"service: {'with' if has_rights else 'without'} the unit's rights the counter "
                                 f"{'can' if can_read else 'cannot'} be read")
            print(f"service: {os.path.basename(unit)}, {'with its' if has_rights else 'without'} rights: the counter "
                  f"{'is' if can_read else 'cannot be'} read; ready after {ready:.1f} s, ended within {lasted:.1f} s")
        try_exit_records(command, unit, folder, sysfs)


main()
