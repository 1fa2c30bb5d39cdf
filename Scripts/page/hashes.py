"""Writes the hashes of the live page's script and style, for its Content-Security-Policy.

    python3 Scripts/page/hashes.py           writes the Swift file
    python3 Scripts/page/hashes.py --check   fails if it is not what the page's files give
"""

import base64
import hashlib
import pathlib
import re
import sys

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "Sources"
LIST = SOURCES / "CPowerSensorsHTTP/LivePage.c"
TARGET = SOURCES / "PowerSensorsHTTP/LivePage/LivePage+Hashes.swift"

FORM = '''// Scripts/page/hashes.py writes this file: make page
#if Exporters
extension LivePage {{
    /// The hash of the page's script, for its Content-Security-Policy.
    static let scriptHash = "{script}"

    /// The hash of the page's style.
    static let styleHash = "{style}"
}}
#endif
'''


def page():
    """The page, as the preprocessor puts it together."""
    page = b""
    for file, character in re.findall(r'#embed "(.*?)"|(\'\\n\')', LIST.read_text()):
        page += b"\n" if character else (LIST.parent / file).read_bytes()
    return page.decode()


def policy_hash(page, tag):
    parts = re.findall(f"(?s)<{tag}>(.*?)</{tag}>", page)
    if len(parts) != 1:
        sys.exit(f"page: there must be one <{tag}>, and {len(parts)} are there")
    return "sha256-" + base64.b64encode(hashlib.sha256(parts[0].encode()).digest()).decode()


def main(arguments):
    text = page()
    made = FORM.format(script=policy_hash(text, "script"), style=policy_hash(text, "style"))
    if arguments == ["--check"]:
        if not TARGET.exists() or TARGET.read_text() != made:
            sys.exit(f"page: {TARGET.name} is not what the page's files give. Remedy: make page")
    elif arguments:
        sys.exit(__doc__)
    else:
        TARGET.write_text(made)


if __name__ == "__main__":
    main(sys.argv[1:])
