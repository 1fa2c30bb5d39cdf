"""A Chromium without a window, driven by its DevTools protocol over a pipe, for which nothing needs to be installed."""

import base64
import fcntl
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time
import zlib

PROGRAMS = ["chromium", "chromium-headless-shell", "chromium-browser", "google-chrome"]


def program():
    """The browser's path; None if there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def shrunk(picture):
    """The same PNG, compressed as well as can be: the browser is in a hurry."""
    parts, place, data = [], 8, b""
    while place < len(picture):
        size = int.from_bytes(picture[place:place + 4])
        kind, content = picture[place + 4:place + 8], picture[place + 8:place + 8 + size]
        place += size + 12
        if kind == b"IDAT":
            data += content
            continue
        if kind == b"IEND":
            parts.append((b"IDAT", zlib.compress(zlib.decompress(data), 9)))
        parts.append((kind, content))
    return picture[:8] + b"".join(
        len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4) for kind, content in parts)


class Browser:
    """A browser with one page."""

    def __init__(self, path):
        self.folder = tempfile.mkdtemp(prefix="page-browser-")
        to_child, self.writing = os.pipe()
        self.reading, from_child = os.pipe()
        # The browser reads from descriptor 3 and writes to 4, so neither may be one of ours meanwhile.
        ours = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 10) for one in (to_child, from_child)]
        os.close(to_child)
        os.close(from_child)
        options = ["--headless", "--remote-debugging-pipe", f"--user-data-dir={self.folder}", "--no-first-run",
                   "--disable-gpu", "--disable-background-networking", "--disable-component-update",
                   "--hide-scrollbars", "--force-color-profile=srgb", "--disable-dev-shm-usage", "--lang=en-GB"]
        if os.getuid() == 0:
            options.append("--no-sandbox")
        self.process = subprocess.Popen(
            [path, *options, "about:blank"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=open(f"{self.folder}/log", "w"), pass_fds=(3, 4), env={**os.environ, "TZ": "UTC"},
            preexec_fn=lambda: (os.dup2(ours[0], 3), os.dup2(ours[1], 4)))
        for one in ours:
            os.close(one)
        self.count, self.answers, self.events, self.handlers = 0, {}, [], {}
        threading.Thread(target=self.receive, daemon=True).start()
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def receive(self):
        data = b""
        while chunk := os.read(self.reading, 1 << 16):
            *messages, data = (data + chunk).split(b"\0")
            for message in map(json.loads, messages):
                if "id" in message:
                    if waiting := self.answers.pop(message["id"], None):
                        waiting.put(message)
                elif handler := self.handlers.get(message["method"]):
                    threading.Thread(target=handler, args=(message["params"],), daemon=True).start()
                else:
                    self.events.append((message["method"], message["params"]))

    def call(self, method, **parameters):
        self.count += 1
        number, waiting = self.count, queue.Queue()
        self.answers[number] = waiting
        message = {"id": number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writing, json.dumps(message).encode() + b"\0")
        answer = waiting.get(timeout=60)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def run(self, script):
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise RuntimeError(details.get("exception", {}).get("description", details["text"]))
        return answer["result"].get("value")

    def wait(self, script, seconds=30):
        """Waits until an expression is true; its last value if it never is."""
        end = time.monotonic() + seconds
        while True:
            value = self.run(script)
            if value or time.monotonic() > end:
                return value
            time.sleep(0.1)

    def open(self, address):
        self.call("Page.navigate", url=address)

    def resize(self, width, height, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                  mobile=width < 600)

    def media(self, **features):
        """Sets what the user prefers: media(prefers_color_scheme="dark")."""
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": name.replace("_", "-"), "value": value} for name, value in features.items()])

    def press(self, key, code=None):
        codes = {"Tab": 9, "ArrowRight": 39, "ArrowLeft": 37, "Enter": 13, " ": 32}
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code or key,
                      windowsVirtualKeyCode=codes[key], **text)

    def replace(self, pattern, answer):
        """Answers requests itself: `answer` gets the URL and returns JSON, or None for the server's own answer."""
        def handle(paused):
            text = answer(paused["request"]["url"])
            if text is None:
                return self.call("Fetch.continueRequest", requestId=paused["requestId"])
            self.call("Fetch.fulfillRequest", requestId=paused["requestId"], responseCode=200,
                      responseHeaders=[{"name": "Content-Type", "value": "application/json"}],
                      body=base64.b64encode(text.encode()).decode())
        self.handlers["Fetch.requestPaused"] = handle
        self.call("Fetch.enable", patterns=[{"urlPattern": pattern}])

    def picture(self, path, whole=False):
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        path.write_bytes(shrunk(base64.b64decode(data)))

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
