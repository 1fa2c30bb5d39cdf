from __future__ import annotations

import importlib.metadata
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

# An installed plug-in is found by itself.
POINTS = [point.value for found in importlib.metadata.distributions() for point in found.entry_points]
PLUGIN = [] if "powersensors.pytest_plugin" in POINTS else ["-p", "powersensors.pytest_plugin"]

TESTS = """
import pathlib
import sys

import pytest
sys.path.insert(0, {tests!r})
import powersensors.sampler
from machine import Machine

machine = Machine(pathlib.Path({root!r}))
powersensors.sampler._default = powersensors.Sampler(**machine.options)


def test_thrifty():
    machine.packages[0].joules(2)


def test_hungry(measure_energy):
    machine.packages[0].joules(30)
    with measure_energy() as part:
        machine.packages[0].joules(10)
    assert part.joules == 10


def test_failing():
    machine.packages[0].joules(5)
    assert False


def test_unknown():
    machine.packages[0].energy_file.write_text("")
"""


def run(folder: pathlib.Path, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [
            sys.executable, "-m", "pytest", *PLUGIN, "-p", "no:cacheprovider",
            "test_work.py", *options,
        ],
        cwd=folder, capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def write(folder: pathlib.Path) -> None:
    root = folder / "machine"
    root.mkdir()
    text = TESTS.format(tests=os.path.dirname(__file__), root=str(root))
    (folder / "test_work.py").write_text(text)


def test_each_test_has_its_joules_in_order_and_in_the_report(tmp_path: pathlib.Path) -> None:
    write(tmp_path)
    # The machine is made when the tests are collected, which is after the plug-in has looked for a sampler.
    done = run(tmp_path, "--energy", "--junit-xml", "report.xml", "-o", "junit_family=xunit1")
    assert done.returncode == 1, done.stdout + done.stderr
    lines = [line for line in done.stdout.splitlines() if " J " in line and "::" in line]
    assert [(float(line.split()[0]), line.split("::")[1]) for line in lines] == [
        (40.0, "test_hungry"), (5.0, "test_failing"), (2.0, "test_thrifty")]
    cases = {
        case.get("name"): {one.get("name"): one.get("value") for one in case.iter("property")}
        for case in ElementTree.parse(tmp_path / "report.xml").iter("testcase")
    }
    assert cases["test_hungry"]["joules"] == "40.0" and cases["test_hungry"]["joules_scope"] == "cpu"
    assert cases["test_unknown"] == {
        "joules_scope": "cpu", "joules_provenance": "measured", "joules_status": "partial"}
    assert "1 of 4 tests have no known energy" in done.stdout
    assert "beside each other" not in done.stdout


def test_tests_that_run_beside_each_other_are_told_whose_energy_it_is(tmp_path: pathlib.Path) -> None:
    write(tmp_path)
    (tmp_path / "conftest.py").write_text(
        "def pytest_addoption(parser): parser.addoption('--numprocesses', type=int, default=None)\n")
    done = run(tmp_path, "--energy", "-p", "no:xdist", "--numprocesses", "2")
    assert "each has the whole machine's energy" in done.stdout, done.stdout + done.stderr


def test_without_the_option_nothing_is_measured(tmp_path: pathlib.Path) -> None:
    write(tmp_path)
    assert "energy of tests" not in run(tmp_path).stdout


def test_a_missing_library_is_told_with_what_to_do(tmp_path: pathlib.Path) -> None:
    (tmp_path / "test_work.py").write_text("def test_nothing(): pass\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGIN, "-p", "no:cacheprovider", "--energy"],
        cwd=tmp_path, capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "POWERSENSORS_LIBRARY": "/nowhere/lib.so"},
    )
    assert done.returncode == 4 and "Remedy: Install the wheel" in done.stderr
