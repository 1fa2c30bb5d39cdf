"""Scrapes one or two servers over kept connections and prints what each scrape cost them.

Arguments: what the tree is called, the bar for ours against theirs, how many scrapes the soak makes, and PID:PORT of ours
and, where there is one, of theirs. CPU time is that of all threads of a process (/proc/PID/task/*/schedstat).
"""

import gzip
import os
import socket
import statistics
import sys
import time

OPEN_METRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"


class Server:
    def __init__(self, name, target):
        self.name = name
        self.pid, port = target.split(":")
        self.socket = socket.create_connection(("127.0.0.1", int(port)))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def scrape(self, compressed=False):
        encoding = "gzip" if compressed else "identity"
        request = f"GET /metrics HTTP/1.1\r\nHost: bench\r\nAccept: {OPEN_METRICS}\r\nAccept-Encoding: {encoding}\r\n\r\n"
        self.socket.sendall(request.encode())
        head = self.until(b"\r\n\r\n").lower()
        if not head.startswith(b"http/1.1 200"):
            raise SystemExit(f"{self.name} answers {head[:80]!r}")
        if b"content-length:" in head:
            body = self.take(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        else:
            body = b""
            while size := int(self.until(b"\r\n"), 16):
                body += self.take(size)
                self.until(b"\r\n")
            self.until(b"\r\n")
        return gzip.decompress(body) if b"content-encoding: gzip" in head else body

    def until(self, mark):
        while mark not in self.rest:
            self.receive()
        found, self.rest = self.rest.split(mark, 1)
        return found + mark

    def take(self, size):
        while len(self.rest) < size:
            self.receive()
        found, self.rest = self.rest[:size], self.rest[size:]
        return found

    def receive(self):
        data = self.socket.recv(1 << 20)
        if not data:
            raise SystemExit(f"{self.name} hung up")
        self.rest += data

    def processor_time(self):
        folder = f"/proc/{self.pid}/task"
        return sum(int(open(f"{folder}/{task}/schedstat").read().split()[0]) for task in os.listdir(folder)) / 1e6

    def resident(self):
        lines = open(f"/proc/{self.pid}/status").read().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))


def costs(servers, rounds, scrapes, compressed):
    """Milliseconds a scrape of each server, a list over rounds in which they take turns."""
    result = [[] for _ in servers]
    for round in range(rounds):
        order = list(range(len(servers)))
        for index in order if round % 2 == 0 else reversed(order):
            before = servers[index].processor_time()
            for _ in range(scrapes):
                servers[index].scrape(compressed)
            result[index].append((servers[index].processor_time() - before) / scrapes)
    return result


def paced(servers, seconds):
    """Milliseconds a second, with one compressed scrape in it. Ours samples once a second, and makes a page for each scrape.

    It samples as often when it is scraped less, so no bar is held against it.
    """
    before = [server.processor_time() for server in servers]
    for _ in range(seconds):
        time.sleep(1)
        for server in servers:
            server.scrape(True)
    return [[(server.processor_time() - start) / seconds] for server, start in zip(servers, before)]


def show(what, figures, bar):
    medians = [statistics.median(figure) for figure in figures]
    line = f"  {what}: ours {medians[0]:.3f} ms"
    if len(medians) > 1:
        ratio = medians[0] / medians[1]
        line += f", node_exporter {medians[1]:.3f} ms, ratio {ratio:.2f}"
        if bar is not None:
            line += f" (bar {bar}: {'met' if ratio <= bar else 'not met'})"
    print(line, flush=True)


def main():
    name, bar, soak = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
    servers = [Server(who, target) for who, target in zip(["ours", "node_exporter"], sys.argv[4:])]
    time.sleep(2.5)
    for server in servers:
        print(f"{name}: {server.name} shows {len(server.scrape())} bytes, {server.resident()} KiB resident at first")
    costs(servers, 1, 200, True)
    show("CPU time a scrape, plain, as fast as it goes", costs(servers, 10, 200, False), bar)
    show("CPU time a scrape, gzip, as fast as it goes", costs(servers, 10, 200, True), bar)
    show("CPU time a second, with one scrape in it, sampling included", paced(servers, 20), None)
    resident = [server.resident() for server in servers]
    line = "  resident after this load: " + ", ".join(f"{who.name} {size} KiB" for who, size in zip(servers, resident))
    if len(resident) > 1:
        line += f" (bar: less; {'met' if resident[0] < resident[1] else 'not met'})"
    print(line)

    ours = servers[0]
    for _ in range(soak // 10):
        ours.scrape(True)
    memory, descriptors = ours.resident(), ours.descriptors()
    for _ in range(soak - soak // 10):
        ours.scrape(True)
    growth = ours.resident() - memory
    print(f"  {soak} scrapes: {memory} KiB after a tenth of them, {memory + growth} KiB at the end;", end=" ")
    print(f"{descriptors} descriptors, then {ours.descriptors()}")
    # What the allocator keeps in hand may differ by a few pages; a leak of 20 bytes a scrape would be seen.
    if growth > 1024 or ours.descriptors() > descriptors:
        raise SystemExit("bench-scrape: memory or descriptors grow with scrapes")


main()
