from __future__ import annotations

import pathlib
from typing import Iterator

import pytest
from machine import Machine

import powersensors.sampler as sampler_module
from powersensors import Sampler


@pytest.fixture
def machine(tmp_path: pathlib.Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def sampler(machine: Machine) -> Iterator[Sampler]:
    with Sampler(**machine.options) as sampler:
        yield sampler


@pytest.fixture
def default(sampler: Sampler, monkeypatch: pytest.MonkeyPatch) -> Sampler:
    """Makes the machine of files that of ``measure()``."""
    monkeypatch.setattr(sampler_module, "_default", sampler)
    return sampler
