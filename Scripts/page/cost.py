"""Measures what viewers of the live page cost the server: CPU time and memory, with a simulated machine.

    python3 Scripts/page/cost.py BINARY [--viewers N] [--seconds N] [--slow] [--crowd N]

Each viewer asks as the page does: for the snapshot every second, and every fifth time for findings and events. --slow
adds one that asks for much and reads nothing, and --crowd as many connections that ask once and stay.
"""

import argparse
import http.client
import pathlib
import socket
import tempfile
import threading
import time

import server
from fakemachines import Simulation

PAGE = ["", "api/v1/", "api/v1/snapshot", "api/v1/recent", "api/v1/topology", "api/v1/findings", "api/v1/events"]


def cpu_seconds(process):
    """The CPU time of all its threads, to the nanosecond."""
    total = 0
    for task in pathlib.Path(f"/proc/{process}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def resident_megabytes(process):
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


class Viewer(threading.Thread):
    def __init__(self, port, delay, is_over):
        super().__init__(daemon=True)
        self.port, self.delay, self.is_over = port, delay, is_over
        self.tags, self.new, self.same, self.slowest, self.bytes, self.again = {}, 0, 0, 0, 0, 0

    def ask(self, connection, path):
        headers = {"Accept-Encoding": "gzip", "Accept": "*/*", "User-Agent": "Mozilla/5.0 (X11) Chrome/156"}
        if path in self.tags:
            headers["If-None-Match"] = self.tags[path]
        began = time.monotonic()
        try:
            connection.request("GET", "/" + path, headers=headers)
            answer = connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            # As a browser does where a kept connection was closed.
            self.again += 1
            connection.close()
            connection.request("GET", "/" + path, headers=headers)
            answer = connection.getresponse()
        self.bytes += len(answer.read())
        self.slowest = max(self.slowest, time.monotonic() - began)
        if tag := answer.getheader("ETag"):
            self.tags[path] = tag
        return answer.status

    def run(self):
        time.sleep(self.delay)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        for path in PAGE:
            self.ask(connection, path)
        ticks, due = 0, time.monotonic()
        while not self.is_over.is_set():
            status = self.ask(connection, "api/v1/snapshot")
            self.new += status == 200
            self.same += status == 304
            ticks += 1
            if ticks % 5 == 0:
                for path in ("api/v1/findings", "api/v1/events"):
                    self.ask(connection, path)
            due += 1
            self.is_over.wait(max(0, due - time.monotonic()))


def slow_viewer(port, is_over):
    """Asks on and on, and reads nothing."""
    while not is_over.is_set():
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            one.connect(("127.0.0.1", port))
            try:
                one.sendall(b"GET /api/v1/recent HTTP/1.1\r\nHost: a\r\n\r\n" * 50)
                is_over.wait(12)
            except OSError:
                pass


def crowd(port, count):
    """Connects many times at once, asks once each, and says how many got an answer. The connections stay open."""
    connections, answered = [], 0
    for _ in range(count):
        one = socket.create_connection(("127.0.0.1", port), timeout=10)
        one.sendall(b"GET /api/v1/snapshot HTTP/1.1\r\nHost: a\r\n\r\n")
        connections.append(one)
    for one in connections:
        try:
            answered += one.recv(12) == b"HTTP/1.1 200"
        except OSError:
            pass
    return connections, answered


def measure(running, port, viewers, seconds, is_slow, crowd_size=0):
    is_over = threading.Event()
    all_viewers = [Viewer(port, index / max(viewers, 1), is_over) for index in range(viewers)]
    for one in all_viewers:
        one.start()
    if is_slow:
        threading.Thread(target=slow_viewer, args=(port, is_over), daemon=True).start()
    time.sleep(3)
    if crowd_size:
        connections, answered = crowd(port, crowd_size)
        print(f"of {crowd_size} more connections, {answered} got an answer")
    process = running.process.pid
    before, began = cpu_seconds(process), time.monotonic()
    time.sleep(seconds)
    part = (cpu_seconds(process) - before) / (time.monotonic() - began)
    memory = resident_megabytes(process)
    is_over.set()
    for one in all_viewers:
        one.join(5)
    return part, memory, all_viewers


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--viewers", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--crowd", type=int, default=0)
    options = parser.parse_args()
    machine = server.pleasant(pathlib.Path(tempfile.mkdtemp(prefix="page-cost-")) / "server-1")
    with Simulation([machine]):
        running = server.Server(options.binary, machine, "server-1", options=["--consumers", "vm,cgroup,process"])
        try:
            time.sleep(5)
            alone, memory_alone, _ = measure(running, running.port, 0, options.seconds, False)
            viewed, memory, viewers = measure(running, running.port, options.viewers, options.seconds, options.slow,
                                              options.crowd)
            print(f"without viewers: {100 * alone:.2f} % of a core, {memory_alone:.1f} MB")
            print(f"{options.viewers} viewers at 1 Hz: {100 * viewed:.2f} % of a core, {memory:.1f} MB;"
                  f" so they cost {100 * (viewed - alone):.2f} % and {memory - memory_alone:.1f} MB")
            print(f"of each: {sum(one.new for one in viewers) / len(viewers):.0f} new snapshots,"
                  f" {sum(one.same for one in viewers) / len(viewers):.0f} unchanged,"
                  f" {sum(one.bytes for one in viewers) / len(viewers) / options.seconds:.0f} B/s,"
                  f" slowest answer {1000 * max(one.slowest for one in viewers):.0f} ms,"
                  f" connected again {sum(one.again for one in viewers)} times in all")
        finally:
            running.stop()


if __name__ == "__main__":
    main()
