"""Puts the live page's parts together, in the Swift file that the endpoint is built with.

    python3 Scripts/page/embed.py           writes the file
    python3 Scripts/page/embed.py --check   fails if it is not what the parts make
"""

import base64
import hashlib
import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Sources/PowerSensorsHTTP/LivePage"
PARTS = FOLDER / "Source"
TARGET = FOLDER / "LivePage+Text.swift"

# In the order in which they use each other.
SCRIPTS = ["units", "elements", "figures", "chart", "parts", "consumers", "history", "notes", "live"]

FORM = '''// swift-format-ignore-file
// Scripts/page/embed.py writes this file from those in the folder Source: make page
#if Exporters
extension LivePage {{
    /// The hash of the page's script, for its Content-Security-Policy.
    static let scriptHash = "{script}"

    /// The hash of the page's style.
    static let styleHash = "{style}"

    /// The beginning of the page's SHA-256.
    static let textHash = "{text}"

    /// The page.
    static let text: StaticString = ##"""
{page}
"""##
}}
#endif
'''


def policy_hash(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def made():
    style = "\n" + (PARTS / "page.css").read_text()
    code = "\n".join((PARTS / f"{name}.js").read_text() for name in SCRIPTS)
    script = f'\n"use strict";\n(() => {{\n{code}}})();\n'
    page = (PARTS / "page.html").read_text()
    for place, text in (("/* style */", style), ("/* script */", script)):
        if page.count(place) != 1:
            sys.exit(f"page: page.html must contain {place} once")
        page = page.replace(place, text)
    page = page.rstrip("\n") + "\n"
    # What would end the literal, or begin a value in it.
    for mark in ('"""##', "\\##", "</script"):
        if mark in (script + style if mark[0] == "<" else page):
            sys.exit(f"page: the parts must not contain {mark}")
    text = hashlib.sha256(page.encode()).hexdigest()[:16]
    return FORM.format(script=policy_hash(script), style=policy_hash(style), text=text, page=page)


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        if not TARGET.exists() or TARGET.read_text() != made():
            sys.exit(f"page: {TARGET.name} is not what its parts make. Remedy: make page")
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        TARGET.write_text(made())
