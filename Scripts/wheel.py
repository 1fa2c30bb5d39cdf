"""Makes the Python wheel, with the shared library inside: wheel.py LIBRARY FOLDER.

It is for any Python 3 on the glibc that the library needs or a newer one. With SOURCE_DATE_EPOCH set, the same files give the same bytes.
"""

import base64
import ctypes
import hashlib
import os
import pathlib
import platform
import re
import subprocess
import sys
import time
import tomllib
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "Python"


def glibc_needed(library):
    """The newest glibc of which the library needs a symbol, as a pair of numbers."""
    symbols = subprocess.run(["objdump", "-T", "-p", library], check=True, capture_output=True, text=True).stdout
    versions = [tuple(map(int, found.split("."))) for found in re.findall(r"GLIBC_([0-9]+\.[0-9]+)", symbols)]
    # The packed form of addresses has a name instead of a version.
    if "GLIBC_ABI_DT_RELR" in symbols:
        versions.append((2, 36))
    return max(versions)[:2]


def version_of(library):
    function = ctypes.CDLL(os.path.abspath(library)).powersensors_version
    function.restype = ctypes.c_char_p
    return function().decode()


def metadata(project, version):
    lines = ["Metadata-Version: 2.4", f"Name: {project['name']}", f"Version: {version}", f"Summary: {project['description']}",
             f"Requires-Python: {project['requires-python']}", f"License-Expression: {project['license']}", "License-File: LICENSE",
             "License-File: NOTICE"]
    lines += [f"Classifier: {one}" for one in project["classifiers"]]
    lines += ["Description-Content-Type: text/markdown", "", (PACKAGE / project["readme"]).read_text()]
    return "\n".join(lines)


def entry_points(project):
    return "".join(
        f"[{group}]\n" + "".join(f"{name} = {place}\n" for name, place in entries.items())
        for group, entries in project["entry-points"].items())


def main(library, folder):
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    version = version_of(library)
    major, minor = glibc_needed(library)
    tag = f"py3-none-manylinux_{major}_{minor}_{platform.machine()}"
    info = f"{project['name']}-{version}.dist-info"
    files = {str(path.relative_to(PACKAGE)): path.read_bytes()
             for path in (PACKAGE / project["name"]).rglob("*") if path.suffix == ".py" or path.name == "py.typed"}
    files[f"{project['name']}/libpowersensors.so.0"] = pathlib.Path(library).read_bytes()
    files |= {f"{info}/licenses/{name}": (ROOT / name).read_bytes() for name in ("LICENSE", "NOTICE")}
    files[f"{info}/METADATA"] = metadata(project, version).encode()
    files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: power-sensors\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()
    files[f"{info}/entry_points.txt"] = entry_points(project).encode()
    hashes = {name: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode() for name, data in files.items()}
    record = "".join(f"{name},sha256={hashes[name]},{len(files[name])}\n" for name in sorted(files)) + f"{info}/RECORD,,\n"

    moment = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())), 315532800))[:6]
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, f"{project['name']}-{version}-{tag}.whl")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as wheel:
        for name in sorted(files) + [f"{info}/RECORD"]:
            entry = zipfile.ZipInfo(name, moment)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            entry.external_attr = (0o100755 if name.endswith(".so.0") else 0o100644) << 16
            wheel.writestr(entry, record if name.endswith("/RECORD") else files[name])
    print(path)


if __name__ == "__main__":
    main(*sys.argv[1:])
