from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import pytest
from machine import Machine

import powersensors
from powersensors import Sampler


def test_a_machine_that_measures_nothing_is_an_error_with_the_findings_remedy(tmp_path: pathlib.Path) -> None:
    (tmp_path / "sys").mkdir()
    (tmp_path / "proc").mkdir()
    with pytest.raises(powersensors.NothingToReadError) as caught:
        Sampler(sysfs=str(tmp_path / "sys"), procfs=str(tmp_path / "proc"), estimator=False)
    assert caught.value.remedy and f"Remedy: {caught.value.remedy}" in str(caught.value)
    assert caught.value.code == "nothing_to_read"


@pytest.mark.parametrize(
    "options, subject, word",
    [
        ({"sensors": ["moon"]}, "moon", "rapl"),
        ({"scope": "moon"}, "moon", "cpu"),
        ({"scope": "battery"}, "battery", "cpu"),
        ({"sysfs": "/nowhere"}, "/nowhere", "folder"),
        ({"maximum_power": -1}, "maximum_power", "watts"),
    ],
)
def test_an_option_that_cannot_be_is_a_value_error_with_what_can(
    machine: Machine, options: dict[str, object], subject: str, word: str
) -> None:
    with pytest.raises(ValueError) as caught:
        Sampler(**{**machine.options, **options})
    error = caught.value
    assert isinstance(error, powersensors.InvalidOptionError)
    assert error.subject == subject and word in error.remedy


def test_a_missing_library_is_an_import_error_that_says_what_to_install() -> None:
    program = """
import powersensors
try:
    powersensors.measure().begin()
except ImportError as error:
    print(type(error).__name__, error)
"""
    said = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True,
        env={
            **os.environ, "POWERSENSORS_LIBRARY": "/nowhere/libpowersensors.so.0",
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
    ).stdout
    assert said.startswith("LibraryNotFoundError") and "/nowhere" in said and "Install the wheel" in said


def test_another_library_of_that_name_is_refused() -> None:
    from powersensors import _library

    with pytest.raises(powersensors.LibraryNotFoundError, match="powersensors_version"):
        _library.Library("libc.so.6")


def test_findings_have_a_remedy(machine: Machine) -> None:
    with Sampler(**machine.options, ignore="moon") as sampler:
        finding = next(finding for finding in sampler.findings() if finding.subject == "moon")
        assert finding.reason == "ignored" and finding.severity in ("info", "warning")
        assert str(finding).startswith(finding.severity)


def test_what_is_left_out_makes_the_sum_unknown(machine: Machine) -> None:
    with Sampler(**machine.options, ignore=["rapl/package-0/dram"]) as sampler:
        with sampler.measure() as work:
            machine.packages[0].joules(1)
        assert work.joules is None and work.status == "partial"
