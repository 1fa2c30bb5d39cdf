#!/usr/bin/env python3
"""Runs `powersensors export` with few open files and many clients, and sees that it neither crashes, spins nor hangs.

  open-files.py COMMAND [--limits 24,28,32] [--clients 0,100,1000] [--zones 64]

Each client must get an answer or a refusal, a busy moment must pass, and SIGTERM must end the command in ten seconds. With a limit
that is too low, the command must say so in one line. Prints one line for each case, and exits with 1 if any failed.
"""
import argparse
import errno
import http.server
import os
import resource
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

LEAST = 32                  # below it the command refuses to start
REQUEST = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"


def make_tree(folder, zones):
    for index in range(zones):
        zone = f"{folder}/class/powercap/intel-rapl:{index:x}"
        os.makedirs(zone)
        for name, text in (("name", f"package-{index}"), ("max_energy_range_uj", "262143328850"), ("energy_uj", "1000")):
            with open(f"{zone}/{name}", "w", encoding="ascii") as file:
                file.write(text + "\n")


class Sink(http.server.BaseHTTPRequestHandler):
    """Stands for Loki and the Pushgateway: everything is welcome."""

    protocol_version = "HTTP/1.1"

    def accept(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(204)
        self.end_headers()

    do_POST = do_PUT = do_DELETE = accept

    def log_message(self, *_):
        pass


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def attend(port, count, seconds):
    """Connects clients that each ask once and stay connected; returns them, and how many got an answer, a refusal, nothing."""
    clients, answered, refused = {}, 0, 0
    selector = selectors.DefaultSelector()
    for _ in range(count):
        client = socket.socket()
        client.setblocking(False)
        if client.connect_ex(("127.0.0.1", port)) in (0, errno.EINPROGRESS):
            selector.register(client, selectors.EVENT_WRITE)
            clients[client] = b""
        else:
            refused += 1
    end = time.monotonic() + seconds
    waiting = set(clients)
    while waiting and time.monotonic() < end:
        for key, events in selector.select(0.2):
            client = key.fileobj
            try:
                if events & selectors.EVENT_WRITE:
                    client.sendall(REQUEST)
                    selector.modify(client, selectors.EVENT_READ)
                    continue
                data = client.recv(1 << 16)
            except OSError:
                data = b""
            if not data and not clients[client]:
                refused += 1
            elif clients[client] == b"" and data.startswith(b"HTTP/1.1 "):
                clients[client] = data
                answered += 1
            if not data or clients[client]:
                waiting.discard(client)
            if not data:
                selector.unregister(client)
    return clients, answered, refused, len(waiting)


def run(command, limit, count, tree, folder, sink):
    """Runs one case, and returns what happened and what was wrong."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    errors = open(f"{folder}/errors", "w+", encoding="utf-8")
    process = subprocess.Popen(
        [command, "export", "--sysfs", tree, "--prometheus", str(port), "--json", f"{folder}/json", "--textfile",
         f"{folder}/textfile.prom", "--csv", f"{folder}/csv", "--loki", sink, "--pushgateway", sink,
         "--guests", f"{folder}/guests", "--consumers", "process,cgroup", "--interval", "1s"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))

    def said():
        errors.seek(0)
        return errors.read()

    wrong = []
    try:
        end = time.monotonic() + 20
        while process.poll() is None and "can scrape" not in said() and time.monotonic() < end:
            time.sleep(0.02)
        if process.poll() is not None:
            lines = said().splitlines()
            if process.returncode != 1 or len(lines) != 1 or "files open" not in lines[0]:
                wrong.append(f"ended with {process.returncode}: {lines[-1:]}")
            elif limit >= LEAST:
                wrong.append("refused to start")
            return "refused to start", wrong
        if limit < LEAST:
            wrong.append("started")
        time.sleep(2.5)
        clients, answered, refused, ignored = attend(port, count, 30)
        if ignored:
            wrong.append(f"{ignored} clients got neither an answer nor a refusal")
        before = cpu_seconds(process.pid)
        time.sleep(1)
        busy = cpu_seconds(process.pid) - before
        if busy > 0.3:
            wrong.append(f"spins: {busy:.2f} s of processor time in a second")
        later = attend(port, 1, 10)
        if later[1] != 1:
            wrong.append("a later client got no answer")
        for client in list(clients) + list(later[0]):
            client.close()
        if process.poll() is not None:
            wrong.append(f"ended with {process.returncode}")
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
            if process.returncode != 0:
                wrong.append(f"SIGTERM: ended with {process.returncode}")
        except subprocess.TimeoutExpired:
            wrong.append("SIGTERM: still runs after 10 s")
        took = time.monotonic() - began
        if not os.path.getsize(f"{folder}/json"):
            wrong.append("no JSON was written")
        if any("Too many open" in line for line in said().splitlines()):
            wrong.append(f"ran out of descriptors: {said().splitlines()[-1]}")
        return f"{answered} answered, {refused} refused, {busy:.2f} s busy, ended in {took:.1f} s", wrong
    finally:
        process.kill()
        process.wait()
        errors.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command")
    parser.add_argument("--limits", default=",".join(map(str, range(24, 129, 4))))
    parser.add_argument("--clients", default="0,100,1000")
    parser.add_argument("--zones", type=int, default=64)
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    counts = [int(count) for count in options.clients.split(",")]
    if hard < max(counts) + 64:
        sys.exit(f"{max(counts)} clients need {max(counts) + 64} open files, and {hard} are allowed.")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sink = f"http://127.0.0.1:{server.server_port}"
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        tree = f"{folder}/sys"
        make_tree(tree, options.zones)
        for limit in map(int, options.limits.split(",")):
            for count in counts:
                open(f"{folder}/json", "w", encoding="ascii").close()
                happened, wrong = run(options.command, limit, count, tree, folder, sink)
                failures += bool(wrong)
                print(f"limit {limit}, {count} clients: {happened}" + "".join(f"\n  WRONG: {text}" for text in wrong), flush=True)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
