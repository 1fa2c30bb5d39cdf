"""Runs export under valgrind's memcheck while it serves, pushes and writes, and fails for any error or lost block of ours.

Argument: the command, built by `make dist`, with the names of its functions. What is known of the Swift runtime and of swift-nio is in
Scripts/valgrind.suppressions.
"""

import base64
import ctypes
import gzip
import http.server
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

SCRAPES = 200


class Loki(http.server.BaseHTTPRequestHandler):
    """Takes two pushes of three, and refuses the third for a moment."""

    protocol_version = "HTTP/1.1"
    answers = {"taken": 0, "refused": 0}

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        refused = sum(self.answers.values()) % 3 == 2
        self.answers["refused" if refused else "taken"] += 1
        self.send_response(429 if refused else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def lay(folder):
    """Two packages of 50 W whose counters wrap every 20 s, and a chip."""
    files = {"class/hwmon/hwmon0/name": "ina219", "class/hwmon/hwmon0/power1_input": "3000000"}
    for package in range(2):
        zone = f"class/powercap/intel-rapl:{package}"
        files |= {f"{zone}/name": f"package-{package}", f"{zone}/max_energy_range_uj": "1000000000", f"{zone}/energy_uj": "1"}
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text + "\n")


def feed(folder, is_over):
    energy = 0
    while not is_over.wait(0.05):
        energy = (energy + 2_500_000) % 1_000_000_000
        for package in range(2):
            with open(os.path.join(folder, f"class/powercap/intel-rapl:{package}/energy_uj"), "r+") as file:
                file.write(f"{energy:<12}\n")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def secure(folder):
    """A certificate of its own and a password, for the endpoint."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout",
                    f"{folder}/key.pem", "-out", f"{folder}/cert.pem"], check=True, capture_output=True)
    os.chmod(f"{folder}/key.pem", 0o600)
    # Only libcrypt knows bcrypt, and Python's own module for it is about to go.
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt.restype = ctypes.c_char_p
    digest = library.crypt(b"right", b"$2b$04$" + b"a" * 22).decode()
    path = f"{folder}/web.yml"
    with open(path, "w") as file:
        file.write(f"tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\nbasic_auth_users:\n  scraper: {digest}\n")
    os.chmod(path, 0o600)
    return path


def scrape(port, password, form, encoding):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    word = base64.b64encode(f"scraper:{password}".encode()).decode()
    with context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=60)) as one:
        one.sendall(f"GET /metrics HTTP/1.1\r\nHost: memcheck\r\nAuthorization: Basic {word}\r\nAccept: {form}\r\n"
                    f"Accept-Encoding: {encoding}\r\nConnection: close\r\n\r\n".encode())
        data = b""
        while part := one.recv(65536):
            data += part
    head, body = data.split(b"\r\n\r\n", 1)
    if b"content-encoding: gzip" in head.lower() and b"chunked" not in head.lower():
        body = gzip.decompress(body)
    return int(head.split()[1]), body


def main():
    command = os.path.abspath(sys.argv[1])
    suppressions = os.path.join(os.path.dirname(os.path.abspath(__file__)), "valgrind.suppressions")
    loki = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Loki)
    threading.Thread(target=loki.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        # Valgrind cannot read the debug information of Swift's compiler; the names of functions stay.
        plain = os.path.join(folder, "powersensors")
        subprocess.run(["strip", "-g", "-o", plain, command], check=True)
        sysfs, is_over, port = os.path.join(folder, "sys"), threading.Event(), free_port()
        lay(sysfs)
        threading.Thread(target=feed, args=(sysfs, is_over), daemon=True).start()
        log = os.path.join(folder, "log")
        process = subprocess.Popen(
            ["valgrind", "--leak-check=full", "--show-leak-kinds=definite", "--errors-for-leak-kinds=definite", "--error-exitcode=99",
             "--num-callers=20", f"--suppressions={suppressions}", f"--log-file={log}", plain, "export", "--config", "/dev/null",
             "--sysfs", sysfs, "--interval", "100ms", "--prometheus", f"127.0.0.1:{port}", "--web-config", secure(folder), "--loki",
             f"http://127.0.0.1:{loki.server_port}", "--json", f"{folder}/json", "--csv", f"{folder}/csv", "--textfile",
             f"{folder}/power.prom", "--guests", f"{folder}/guests", "--consumers", "process,cgroup,vm", "--quiet"],
            stderr=subprocess.PIPE, text=True)
        try:
            while "can scrape" not in (line := process.stderr.readline()):
                if not line:
                    raise SystemExit(f"memcheck: the export ended at once: {open(log).read()[-2000:]}")
            threading.Thread(target=process.stderr.read, daemon=True).start()
            answers = {}
            for number in range(SCRAPES):
                form = ["text/plain", "application/openmetrics-text;version=1.0.0"][number % 2]
                status, body = scrape(port, "wrong" if number % 20 == 7 else "right", form, ["identity", "gzip"][number // 2 % 2])
                answers[status] = answers.get(status, 0) + 1
                if status == 200 and b"powersensors_host_energy_joules_total" not in body and number > SCRAPES // 2:
                    raise SystemExit("memcheck: a page lacks the host's energy")
                # What no client sends: it is refused, and costs nothing.
                with socket.create_connection(("127.0.0.1", port), timeout=60) as one:
                    one.sendall(b"\x16\x03\x01" + os.urandom(number % 40))
            process.send_signal(signal.SIGTERM)
            status = process.wait(60)
        finally:
            process.kill()
            is_over.set()
        with open(log) as file:
            lines = file.read().splitlines()
        with open(f"{folder}/json") as file:
            records = sum(1 for _ in file)
    print(f"memcheck: {SCRAPES} scrapes over TLS answered {answers}, Loki's answers {Loki.answers}, {records} lines of JSON")
    print(f"memcheck: {lines[-1].split('== ')[-1]}")
    if status == 99:
        print("\n".join([line for line in lines if not line.startswith("--")][-400:]))
        raise SystemExit("memcheck: valgrind found something")
    if status != 0 or not Loki.answers["taken"] or not Loki.answers["refused"] or not {200, 401} <= set(answers) <= {200, 401, 503}:
        raise SystemExit(f"memcheck: the export ended with {status}, or not all that was to be tried happened")


main()
