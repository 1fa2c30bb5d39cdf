"""The links of a folder of Markdown documents that lead to no file of it.

Arguments: "check" or "remove", and the folder. check fails if there are any; remove leaves their texts and says that what they name is
in the sources, for documents that are installed without these.
"""

import pathlib
import re
import sys

# [text](target), or ![text](image), where the text may be on two lines and may have code in it.
LINK = re.compile(r"(?s)!?\[((?:`[^`]*`|[^\[\]`])*)\]\(([^()\s]+)\)")


def leads_nowhere(document, target):
    if re.match(r"[a-z]+:|#", target):
        return False
    return not (document.parent / target.split("#")[0]).is_file()


def main():
    action, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    dead = 0
    for document in sorted(folder.rglob("*.md")):

        def replaced(link, document=document):
            nonlocal dead
            if not leads_nowhere(document, link.group(2)):
                return link.group(0)
            dead += 1
            if action == "check":
                print(f"links: {document.relative_to(folder)}: {link.group(2)} leads nowhere", file=sys.stderr)
            kind = "a picture " if link.group(0).startswith("!") else ""
            return f"{link.group(1)} ({kind}in the sources)"

        text = document.read_text(encoding="utf-8")
        new = LINK.sub(replaced, text)
        if action == "remove" and new != text:
            document.write_text(new, encoding="utf-8")
    return 1 if action == "check" and dead else 0


if __name__ == "__main__":
    sys.exit(main())
