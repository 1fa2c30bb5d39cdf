"""Writes what is packed beside the command: man pages, completions and a commented settings file, all from what it says of itself.

Arguments: the command, and the folder to write to. SOURCE_DATE_EPOCH is the date of the man pages.
"""

import json
import os
import re
import subprocess
import sys
import textwrap
import time

import completions


def ask(command, *arguments):
    return subprocess.run([command, *arguments], check=True, capture_output=True, text=True).stdout


def escaped(text):
    """For a man page: no character of ours means anything to it."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def option_names(argument):
    dashes = {"long": "--", "short": "-", "longWithSingleDash": "-"}
    ordered = sorted(argument["names"], key=lambda name: name["kind"] != "short")
    return [dashes[name["kind"]] + name["name"] for name in ordered]


def shown(arguments):
    return [one for one in arguments if one.get("shouldDisplay", True) and one.get("abstract")]


def page_of_options(arguments):
    lines = [".SH OPTIONS"]
    for argument in shown(arguments):
        if argument["kind"] == "positional":
            head = f"\\fI{escaped(argument['valueName'])}\\fR"
        else:
            value = "" if argument["kind"] == "flag" else f" \\fI{escaped(argument['valueName'])}\\fR"
            head = ", ".join(f"\\fB{escaped(name)}\\fR" for name in option_names(argument)) + value
        lines += [".TP", head, escaped(argument["abstract"])]
    return lines


def paragraphs(text):
    lines = []
    for paragraph in re.split(r"\n\s*\n", text or ""):
        lines += [".PP", escaped(paragraph.strip())]
    return lines if text else []


def subcommands_of(command):
    return [one for one in command.get("subcommands", []) if one["commandName"] != "help"]


def man_pages(command, version, root, names=()):
    """The page of a command, and those of all its subcommands: names and texts."""
    yield man_page(command, version, root, names)
    for one in subcommands_of(command):
        yield from man_pages(one, version, root, (*names, command["commandName"]))


def man_page(command, version, root, names):
    full = " ".join([*names, command["commandName"]])
    title = full.replace(" ", "-")
    date = time.strftime("%Y-%m-%d", time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"])))
    lines = [f'.TH "{title.upper()}" 1 "{date}" "powersensors {version}" "User Commands"', ".SH NAME",
             escaped(f"{title} - {command['abstract'].rstrip('.')}"), ".SH SYNOPSIS"]
    subcommands = subcommands_of(command)
    use = " [subcommand] [options]" if subcommands else " [options]"
    lines += [f"\\fB{escaped(full)}\\fR{use}", ".SH DESCRIPTION", escaped(command["abstract"])]
    lines += paragraphs(command.get("discussion"))
    if subcommands:
        lines.append(".SH SUBCOMMANDS")
        for one in subcommands:
            lines += [".TP", f"\\fB{title}\\-{one['commandName']}\\fR(1)", escaped(one["abstract"])]
    lines += page_of_options(command.get("arguments", []))
    lines += [
        ".SH ENVIRONMENT",
        escaped("Each option has a variable: --max-power 2000 is POWERSENSORS_MAX_POWER=2000. An option comes before its variable,"
                " and a variable before the settings file."),
        ".SH FILES", ".TP", "/etc/powersensors.conf", "The settings file, one variable a line, if no other is named by --config.",
        ".SH EXIT STATUS", "0 for success, 1 for a failure, 64 for wrong usage.",
    ]
    others = [f"powersensors-{one['commandName']}" for one in subcommands_of(root)]
    see = [name for name in ["powersensors", *others] if name != title]
    lines += [".SH SEE ALSO", ",\n".join(f"\\fB{escaped(name)}\\fR(1)" for name in see)]
    return title, "\n".join(lines) + "\n"


def settings_file(root):
    """Every setting of export with what it means, commented out, but for one: where Prometheus scrapes."""
    lines = textwrap.wrap(
        "Settings of powersensors' service, which is export: one variable a line, in the format of systemd's EnvironmentFile. The"
        " other subcommands read them too; what only they know is in their --help. An option on the command line or a variable of the"
        " environment comes first.",
        width=100, initial_indent="# ", subsequent_indent="# ")
    export = next(one for one in root["subcommands"] if one["commandName"] == "export")
    unsuited = {"help", "version", "config", "check"}
    for argument in shown(export["arguments"]):
        name = argument["preferredName"]["name"] if argument["kind"] != "positional" else ""
        if not name or name in unsuited:
            continue
        variable = "POWERSENSORS_" + name.upper().replace("-", "_")
        lines += ["", *textwrap.wrap(argument["abstract"], width=100, initial_indent="# ", subsequent_indent="# ")]
        default = re.search(r"\(default: ([^,)]+)", argument["abstract"])
        value = "true" if argument["kind"] == "flag" else default[1] if default else ""
        if name == "history":
            # The folder that the service may write to.
            value = "/var/lib/powersensors/history.db"
        lines.append("POWERSENSORS_PROMETHEUS=127.0.0.1:9840" if name == "prometheus" else f"#{variable}={value}")
    return "\n".join(lines) + "\n"


def write(folder, path, text):
    path = os.path.join(folder, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def main():
    command, folder = sys.argv[1:]
    root = json.loads(ask(command, "--experimental-dump-help"))["command"]
    version = ask(command, "--version").strip()
    for title, text in man_pages(root, version, root):
        write(folder, f"man/man1/{title}.1", text)
    for path, text in completions.scripts(root).items():
        write(folder, path, text)
    write(folder, "powersensors/powersensors.conf", settings_file(root))


main()
