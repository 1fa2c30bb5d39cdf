"""Shows `powersensors watch` in tmux on a simulated server, and writes what it shows into Docs/Terminal.md.

    python3 Scripts/terminal.py BINARY [--print]

--print writes it to standard output instead.
"""

import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import time

SCRIPTS = pathlib.Path(__file__).resolve().parent
GUIDE = SCRIPTS.parent / "Docs/Terminal.md"
sys.path.insert(0, str(SCRIPTS / "page"))
import server  # noqa: E402
from fakemachines import Simulation  # noqa: E402

# How long it runs before a picture is taken: some of the last five minutes shall be seen.
SECONDS = 150


class Terminal:
    """A window of tmux of a size, in which a command runs."""

    def __init__(self, tmux, name, columns, rows, command, variables=()):
        self.tmux, self.name = tmux, name
        environment = ["-u", "NO_COLOR", "LC_ALL=C.UTF-8", *variables]
        tmux("new-session", "-d", "-s", name, "-x", str(columns), "-y", str(rows),
             shlex.join(["env", *environment, *map(str, command)]) + "; exec cat")
        tmux("set-option", "-t", name, "status", "off")
        self.resize(columns, rows)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-t", self.name, "-x", str(columns), "-y", str(rows))

    def type(self, *keys):
        self.tmux("send-keys", "-t", self.name, *keys)

    def shown(self, escapes=False):
        """The lines on the screen, without blanks at their ends."""
        text = self.tmux("capture-pane", "-p", *(["-e"] if escapes else []), "-t", self.name)
        return [line.rstrip() for line in text.rstrip("\n").split("\n")]


def own_tmux(folder):
    """A function that runs tmux with a server of its own."""
    def run(*arguments):
        return subprocess.run(["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null", *arguments], check=True,
                              capture_output=True, text=True).stdout
    return run


def pictures(binary, machine, tmux, seconds):
    """What is shown, by the heading above it in the guide."""
    command = [binary, "--sysfs", machine.sys, "--procfs", machine.proc, "--dev", machine.dev, "--node", "n1",
               "--interval", "1s", "--quiet"]
    narrow = Terminal(tmux, "80", 80, 24, command)
    middle = Terminal(tmux, "120", 120, 34, command)
    wide = Terminal(tmux, "200", 200, 40, command)
    plain = Terminal(tmux, "plain", 80, 24, command, ["NO_COLOR=1"])
    ascii_only = Terminal(tmux, "ascii", 80, 24, command, ["LC_ALL=C"])
    resized = Terminal(tmux, "resized", 120, 34, command)
    dumb = Terminal(tmux, "dumb", 80, 50, [*command, "--top", "2", "--duration", "1s"], ["TERM=dumb"])
    time.sleep(seconds)
    middle.type("Tab")
    wide.type("?")
    resized.resize(60, 16)
    time.sleep(2.5)
    if any("\033" in line for line in plain.shown(escapes=True)):
        raise SystemExit("NO_COLOR is not obeyed")
    found = {
        "80 columns": narrow.shown(),
        "120 columns": middle.shown(),
        "200 columns": wide.shown(),
        "NO_COLOR": plain.shown(),
        "ASCII": ascii_only.shown(),
        "Resized to 60 columns while it runs": resized.shown(),
        "TERM=dumb": [line for line in dumb.shown() if line != ""],
    }
    for terminal in (narrow, middle, wide, plain, ascii_only, resized):
        terminal.type("q")
    time.sleep(1)
    found["After q"] = narrow.shown()
    return found


def replaced(text, heading, lines):
    """The guide with the indented lines below a heading replaced."""
    before, mark, after = text.partition(f"### {heading}\n")
    if not mark:
        raise SystemExit(f"{GUIDE} has no heading {heading!r}")
    rest = after.split("\n")
    start = next((index for index, line in enumerate(rest) if line.startswith("    ")), None)
    following = next((index for index, line in enumerate(rest) if line.startswith("#")), len(rest))
    if start is None or start > following:
        raise SystemExit(f"{GUIDE} shows nothing below {heading!r}")
    end = start
    while end < len(rest) and (rest[end].startswith("    ") or rest[end] == ""):
        end += 1
    block = ["    " + line if line else "" for line in lines]
    while block and not block[-1]:
        block.pop()
    return before + mark + "\n".join(rest[:start] + block + [""] + rest[end:])


def main():
    binary = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        machine = server.pleasant(folder / "machine")
        tmux = own_tmux(folder)
        with Simulation([machine]):
            try:
                found = pictures(binary, machine, tmux, int(os.environ.get("SECONDS_BEFORE", SECONDS)))
            finally:
                subprocess.run(["tmux", "-S", str(folder / "tmux"), "kill-server"], check=False, capture_output=True)
    if "--print" in sys.argv:
        for heading, lines in found.items():
            print(f"### {heading}\n", *lines, "", sep="\n")
        return
    text = GUIDE.read_text()
    for heading, lines in found.items():
        text = replaced(text, heading, lines)
    GUIDE.write_text(text)


main()
