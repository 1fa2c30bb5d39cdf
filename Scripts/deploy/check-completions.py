"""Tries the completions in the shells themselves: what is typed before the cursor, and what the shell then offers.

Arguments: the command, and the shells to try (bash, zsh and fish if none is named). bash and zsh run in a terminal of their own, in which a
key takes all that is offered into the line, and another tells the line; fish tells by `complete -C`, which is its own engine.
"""

import json
import os
import pathlib
import pty
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import completions

TAKE_ALL, TELL = b"\x14", b"\x07"

BASH = r"""
PS1= PS2= HISTFILE=
bind 'set enable-bracketed-paste off' 'set completion-ignore-case off'
bind '"\C-t": insert-completions' 'set show-all-if-ambiguous on'
tell() { printf '<<<%s>>>' "$READLINE_LINE"; READLINE_LINE="" READLINE_POINT=0; }
bind -x '"\C-g": tell'
source SCRIPT
printf '<<<ready>>>'
"""

ZSH = r"""
PS1= PS2= HISTFILE= LISTMAX=0
unsetopt prompt_sp zle_bracketed_paste beep
fpath=(SCRIPTS $fpath)
autoload -Uz compinit && compinit -u -D
bindkey -e
all() { _main_complete; compstate[insert]=all; compstate[list]=; }
zle -C all complete-word all
tell() { print -rn "<<<$BUFFER>>>"; BUFFER=; }
zle -N tell
bindkey '^T' all '^I' complete-word '^G' tell
printf '<<<ready>>>'
"""


class Terminal:
    """A shell that reads from a terminal."""

    def __init__(self, arguments, home, folder):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            environment = dict(os.environ, TERM="dumb", HOME=home, ZDOTDIR=home, INPUTRC="/dev/null", LC_ALL="C.UTF-8", COLUMNS="9999")
            os.chdir(folder)
            os.execvpe(arguments[0], arguments, environment)
        self.read = b""
        self.heard()

    def type(self, keys):
        # A terminal takes no more than some thousand bytes at once before they are read.
        for begin in range(0, len(keys), 256):
            os.write(self.terminal, keys[begin:begin + 256])

    def heard(self):
        """What stands between the next marks."""
        while b">>>" not in self.read.partition(b"<<<")[2]:
            chunk = os.read(self.terminal, 65536)
            if not chunk:
                raise SystemExit("completions: the shell ended")
            self.read += chunk
        text, _, self.read = self.read.partition(b"<<<")[2].partition(b">>>")
        return text.decode().replace("\r", "").replace("\n", "")

    def line(self, typed, key):
        self.type(typed.encode() + key + TELL)
        return self.heard()

    def offers(self, typed):
        """The words that are offered in place of the last one, which takes all of them into the line."""
        line = self.line(typed, TAKE_ALL)
        head = typed[:typed.rindex(" ") + 1]
        if not line.startswith(head):
            raise SystemExit(f"completions: '{typed}' became '{line}'")
        words = line[len(head):].split()
        # bash leaves what stands before a colon, and puts each word behind it.
        begun = words[0][:words[0].rfind(":") + 1] if words else ""
        return [word if word.startswith(begun) else begun + word for word in words]

    def end(self):
        os.close(self.terminal)
        os.waitpid(self.process, 0)


class Fish:
    def __init__(self, script, home, folder):
        self.script, self.home, self.folder = script, home, folder

    def offers(self, typed):
        environment = dict(os.environ, HOME=self.home, XDG_CONFIG_HOME=self.home, XDG_DATA_HOME=self.home, LC_ALL="C.UTF-8")
        said = subprocess.run(["fish", "--no-config", "-c", "source $argv[1]; complete -C $argv[2]", self.script, typed],
                              check=True, capture_output=True, text=True, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL)
        if said.stderr:
            raise SystemExit(f"completions: fish says {said.stderr}")
        return [line.split("\t")[0] for line in said.stdout.splitlines()]

    def end(self):
        pass


SUBCOMMANDS = {"watch", "list", "doctor", "export", "estimate", "calibrate", "history", "run", "help"}

# What is typed; what must be offered, and no more where it is a set, no less where it is a list; what must not.
CASES = [
    ("powersensors ", SUBCOMMANDS, []),
    ("powersensors ex", {"export"}, []),
    ("powersensors --", ["--interval", "--sensor", "--plain", "--top"], ["--prometheus", "--runs"]),
    ("powersensors --interval 1s --", ["--sensor"], ["--interval", "--prometheus"]),
    ("powersensors --sensor rapl --", ["--sensor", "--interval"], []),
    ("powersensors --sysfs /tmp ex", {"export"}, []),
    ("powersensors export --", ["--prometheus", "--sensor"], ["--plain", "--runs"]),
    ("powersensors --sysfs /tmp export --prom", {"--prometheus"}, []),
    # The name of a subcommand as the value of an option.
    ("powersensors --node list --pl", {"--plain"}, []),
    ("powersensors --sensor rapl:", {"rapl:perf", "rapl:powercap", "rapl:msr"}, []),
    ("powersensors list -s rapl:p", {"rapl:perf", "rapl:powercap"}, []),
    ("powersensors --sensor hw", {"hwmon"}, []),
    ("powersensors --scope ", {"cpu", "platform", "battery", "wall"}, []),
    ("powersensors --format ", {"text", "json", "csv"}, []),
    ("powersensors run --format ", ["text", "json", "csv"], []),
    ("powersensors history --by ho", {"hour"}, []),
    ("powersensors export --consumers ", {"vm", "cgroup", "process"}, []),
    ("powersensors export --consumers vm,", {"vm,cgroup", "vm,process"}, []),
    ("powersensors help ex", {"export"}, []),
    ("powersensors calibrate ", {"merge"}, []),
    ("powersensors calibrate --pass", {"--passive"}, []),
    ("powersensors calibrate merge --", ["--output"], ["--passive", "--sensor"]),
    ("powersensors calibrate merge sett", {"settings"}, []),
    ("powersensors list calibrate ", set(), []),
    # Nothing is known of such a value, and a file is none.
    ("powersensors --interval ", set(), []),
    ("powersensors --config sett", {"settings"}, []),
    ("powersensors export --json ./sett", {"./settings"}, []),
    ("powersensors --sysfs fold", {"folder/"}, []),
    ("powersensors run --runs 2 -- cat sett", {"settings"}, []),
    ("powersensors run -- pathch", {"pathchk"}, []),
]

# What a tab makes of a line.
LINES = [
    ("powersensors --sensor rapl:pe", "powersensors --sensor rapl:perf"),
    ("powersensors --sensor=rapl:m", "powersensors --sensor=rapl:msr"),
    ("powersensors export --config=sett", "powersensors export --config=settings"),
    ("powersensors export --consumers vm,pr", "powersensors export --consumers vm,process"),
    ("powersensors --config spa", "powersensors --config spaced\\ name"),
    ("powersensors --inter", "powersensors --interval"),
]


def check(shell, scripts, folder):
    """What is wrong, a line each."""
    home = os.path.join(folder, "home")
    os.makedirs(home, exist_ok=True)
    if shell == "bash":
        pathlib.Path(home, "start").write_text(BASH.replace("SCRIPT", scripts[shell]))
        tried = Terminal(["bash", "--noprofile", "--rcfile", f"{home}/start", "-i"], home, folder)
    elif shell == "zsh":
        pathlib.Path(home, ".zshrc").write_text(ZSH.replace("SCRIPTS", os.path.dirname(scripts[shell])))
        tried = Terminal(["zsh", "-d", "-i"], home, folder)
    else:
        tried = Fish(scripts[shell], home, folder)
    wrong = []
    for typed, expected, unexpected in CASES:
        # A shell may add what goes on.
        got = {word.rstrip("/=,") for word in tried.offers(typed)}
        # What is still as it was typed was not offered.
        got -= {typed.rsplit(" ", 1)[1]}
        if shell == "fish":
            # It offers an option again that is there.
            unexpected = set(unexpected) - set(typed.split())
        wanted = {word.rstrip("/") for word in expected}
        if wanted - got or (isinstance(expected, set) and got - wanted) or got & set(unexpected):
            wrong.append(f"{shell}: '{typed}' offers {sorted(got)}")
    if shell != "fish":
        for typed, expected in LINES:
            line = tried.line(typed, b"\t")
            if line.rstrip(" =,") != expected:
                wrong.append(f"{shell}: a tab makes '{line}' of '{typed}', and not '{expected}'")
    tried.end()
    return wrong


def main():
    command, shells = sys.argv[1], sys.argv[2:] or ["bash", "zsh", "fish"]
    said = subprocess.run([command, "--experimental-dump-help"], check=True, capture_output=True, text=True).stdout
    with tempfile.TemporaryDirectory() as folder:
        scripts = {}
        for path, text in completions.scripts(json.loads(said)["command"]).items():
            scripts[path.split("-")[0].split("/")[0]] = os.path.join(folder, "scripts", os.path.basename(path))
            os.makedirs(os.path.join(folder, "scripts"), exist_ok=True)
            pathlib.Path(folder, "scripts", os.path.basename(path)).write_text(text)
        place = os.path.join(folder, "place")
        os.makedirs(os.path.join(place, "folder"))
        for name in ("settings", "spaced name"):
            pathlib.Path(place, name).write_text("")
        wrong = [line for shell in shells for line in check(shell, scripts, place)]
    for line in wrong:
        print(f"completions: {line}", file=sys.stderr)
    if wrong:
        raise SystemExit(1)
    print(f"completions: {len(CASES)} lines in {', '.join(shells)}, as they should be")


if __name__ == "__main__":
    main()
