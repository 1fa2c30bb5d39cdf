"""Tells how much of a command's energy falls to processes that no scan has seen, with the kernel's records of ended processes and without.

Usage: python3 Scripts/short-lived.py POWERSENSORS [OLDER...] -- COMMAND...

Watches the command with each program at once, and with the first one also without CAP_NET_ADMIN, which needs root. Where nothing
measures, what is divided is an estimate, which changes nothing about the shares. Beside the energy of the command's tree stands its
part of the processor time, as the kernel says once it has ended. Fails if in any snapshot what the processes gained and what was
left over is not what the host gained, if short-lived is more than 3 %, or 0.5 % with records, or if the command fails.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile


def watch(program, name, folder, prefix=(), options=()):
    output = open(os.path.join(folder, name), "w")
    errors = open(os.path.join(folder, name + ".errors"), "w")
    command = [*prefix, program, "watch", "--json", "--interval", "1s", "--quiet", "--top", "100000", *options]
    return subprocess.Popen(command, stdout=output, stderr=errors)


def energies(snapshot):
    """The energy that was left over by its reason, that of each process, and the host's."""
    rest, processes = {}, {}
    for one in snapshot["unattributed"]:
        if one["kind"] == "process":
            rest[one["reason"]] = one["energy_j"]
    for one in snapshot["consumers"]:
        if one["kind"] == "process":
            processes[one["pid"], one["start_time"], one["name"]] = one["energy_j"]
    whole = [host["energy_j"] for host in snapshot["host"] if host["scope"] == snapshot["attribution_scope"]]
    return rest, processes, whole[0] if whole else None


def error(before, after):
    """By how much what was gained differs from what the host gained; consumers that are gone are in what is left over."""
    given = sum(energy - before[1].get(one, 0.0) for one, energy in after[1].items())
    left = sum(after[0].values()) - sum(before[0].values())
    return abs(given + left - (after[2] - before[2]))


def processor_seconds():
    """What all tasks have run since boot."""
    with open("/proc/stat") as file:
        user, nice, system = file.readline().split()[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


def tell(name, folder, command_number, is_current):
    """Returns whether all is as it must be."""
    with open(os.path.join(folder, name)) as file:
        snapshots = [json.loads(line) for line in file]
    known = [one for one in map(energies, snapshots) if one[2] is not None]
    if len(known) < 4:
        with open(os.path.join(folder, name + ".errors")) as file:
            sys.exit(f"{name}: no figures: {file.read()}")
    begin, end = known[1], known[-1]
    gained = {reason: end[0][reason] - begin[0].get(reason, 0.0) for reason in end[0]}
    whole = end[2] - begin[2]
    worst = max(map(error, known[1:], known[2:]))
    active = whole - gained.get("idle", 0.0) - gained.get("interrupts", 0.0) - gained.get("unscanned", 0.0)
    tree = max(
        (consumer["tree_energy_j"] for snapshot in snapshots for consumer in snapshot["consumers"]
         if consumer.get("tree_energy_j") and consumer["pid"] == command_number),
        default=None,
    )  # fmt: skip
    share = "" if tree is None else f", the command's tree {tree / active * 100:5.1f} %"
    known_by = {True: "yes", False: "no"}.get(snapshots[-1].get("attribution_exit_records"), "-")
    short_lived = gained.get("short_lived", 0.0) / active
    print(f"{name:22} records {known_by:3}  active {active:8.1f} J  short-lived {short_lived * 100:6.2f} %{share}  "
          f"off by at most {worst * 1e9:.0f} nJ")  # fmt: skip
    return worst < 1e-6 and (not is_current or short_lived < (0.005 if known_by == "yes" else 0.03))


def main():
    if "--" not in sys.argv or sys.argv.index("--") < 2:
        sys.exit(__doc__)
    split = sys.argv.index("--")
    programs, command = sys.argv[1:split], sys.argv[split + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        names, running = ["as it is"], [watch(programs[0], "as it is", folder, options=["--tree"])]
        if os.geteuid() == 0 and shutil.which("setpriv"):
            names.append("without CAP_NET_ADMIN")
            running.append(watch(programs[0], names[-1], folder, ["setpriv", "--bounding-set", "-net_admin"], ["--tree"]))
        for index, older in enumerate(programs[1:]):
            names.append(f"older {index + 1}")
            running.append(watch(older, names[-1], folder))
        try:
            subprocess.run(["sleep", "3"], check=True)
            before = processor_seconds()
            child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(child.pid, 0)
            whole = processor_seconds() - before
            subprocess.run(["sleep", "1.5"], check=True)
        finally:
            for one in running:
                one.terminate()
                one.wait()
        ran = usage.ru_utime + usage.ru_stime
        print(f"The command ended with {os.waitstatus_to_exitcode(status)}; it ran {ran / whole * 100:.1f} % of all processor time.")
        good = [tell(name, folder, child.pid, not name.startswith("older")) for name in names]
        sys.exit(0 if status == 0 and all(good) else 1)


main()
