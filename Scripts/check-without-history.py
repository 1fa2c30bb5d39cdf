"""Type-checks the command as it is with the trait Exporters and without History, by the modules of the last `swift build`.

A build would compile everything twice for what two modules say differently. Without a build it is skipped aloud.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

PLAN = pathlib.Path(".build/debug.yaml")
# What belongs to the build's own files, and how many words each option has.
LEFT_OUT = {
    "-emit-dependencies": 1, "-emit-module": 1, "-emit-module-path": 2, "-output-file-map": 2, "-incremental": 1, "-c": 1,
    "-enable-batch-mode": 1, "-serialize-diagnostics": 1, "-index-store-path": 2, "-parseable-output": 1, "-DHistory": 1,
}


def command(module):
    """How the build compiles a module, without the trait."""
    line = re.search(rf'(?m)^.*"-module-name","{module}".*$', PLAN.read_text())[0]
    words = json.loads(line.partition("args: ")[2])
    kept = []
    while words:
        if count := LEFT_OUT.get(words[0]):
            words = words[count:]
        else:
            kept.append(words.pop(0))
    return kept


def main():
    if not PLAN.exists() or '"-module-name","PowerSensorsCommand"' not in PLAN.read_text():
        print("Skipped here, and so not proven: Exporters without History. Remedy: swift build, and then again")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        steps = [
            command("PowerSensorsHistory")
            + ["-emit-module", "-wmo", "-emit-module-path", f"{folder}/PowerSensorsHistory.swiftmodule"],
            # The first folder in which a module is found counts.
            [*(words := command("PowerSensorsCommand"))[:1], "-I", folder, *words[1:], "-typecheck"],
        ]
        for step in steps:
            done = subprocess.run(step, capture_output=True, text=True)
            if done.returncode != 0 or ": warning: " in done.stderr + done.stdout:
                print((done.stdout + done.stderr)[-8000:], file=sys.stderr)
                print("traits: the command does not compile with Exporters and without History", file=sys.stderr)
                return 1
    print("traits: the command compiles with Exporters and without History")
    return 0


if __name__ == "__main__":
    sys.exit(main())
