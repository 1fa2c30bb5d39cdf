"""Joules per test: ``pytest --energy``.

Each test's call is measured, without its fixtures, and the tests are listed by their energy at the end.
``--energy-top`` says how many. The figures are also properties of the tests (``joules``, ``joules_low``,
``joules_high``, ``joules_scope``, ``joules_provenance``, ``joules_status``), which ``--junit-xml`` writes; one that is
not known is left out, and ``joules_status`` says why. The fixture ``measure_energy`` measures a part of a test.

Each test has the energy of the whole machine while it ran. With ``-n`` of pytest-xdist tests run beside each other, so
that each has the energy of the others too, and the sum is more than was used.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Tuple

import pytest

PREFIX = "joules"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("powersensors", "energy")
    group.addoption("--energy", action="store_true", help="measure the energy of each test")
    group.addoption(
        "--energy-top", type=int, default=10, metavar="N", help="how many tests to list with --energy; 0 for all (10)")


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--energy"):
        return
    import powersensors
    from powersensors.sampler import default_sampler

    try:
        default_sampler()
    except powersensors.PowerSensorsError as error:
        raise pytest.UsageError(f"--energy: {error}") from error
    config.pluginmanager.register(_EnergyReport(config.getoption("--energy-top")), "powersensors-energy")


@pytest.fixture
def measure_energy() -> Callable[..., Any]:
    """``powersensors.measure``, to measure a part of a test."""
    import powersensors

    return powersensors.measure


class _EnergyReport:
    """Measures each test, and lists them at the end."""

    def __init__(self, top: int) -> None:
        self._top = top
        self._tests: List[Tuple[str, Dict[str, Any]]] = []

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        import powersensors

        measurement = powersensors.measure().begin()
        yield
        measurement.end()
        headline = measurement.headline
        properties = {
            PREFIX: measurement.joules,
            f"{PREFIX}_low": measurement.low,
            f"{PREFIX}_high": measurement.high,
            f"{PREFIX}_scope": headline.scope if headline else None,
            f"{PREFIX}_provenance": headline.provenance if headline else None,
            f"{PREFIX}_status": measurement.status,
        }
        # A report would have the text "None".
        item.user_properties += [(name, value) for name, value in properties.items() if value is not None]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        # From the report, since pytest-xdist runs the tests in other processes.
        properties = dict(report.user_properties)
        if report.when == "call" and f"{PREFIX}_status" in properties:
            self._tests.append((report.nodeid, properties))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self._tests:
            return
        known = [test for test in self._tests if PREFIX in test[1]]
        known.sort(key=lambda test: -test[1][PREFIX])
        shown = known[: self._top] if self._top > 0 else known
        terminalreporter.section("energy of tests")
        if terminalreporter.config.getoption("numprocesses", None):
            terminalreporter.write_line(
                "The tests ran beside each other, and each has the whole machine's energy. Remedy: run them without -n")
        for name, properties in shown:
            low, high = properties.get(f"{PREFIX}_low"), properties.get(f"{PREFIX}_high")
            bounds = f"{low:.3g} … {high:.3g}" if low is not None and high is not None else ""
            terminalreporter.write_line(
                f"{properties[PREFIX]:10.3f} J  {bounds:>17}  {properties[f'{PREFIX}_provenance']} "
                f"{properties[f'{PREFIX}_scope']}  {name}")
        if len(shown) < len(known):
            terminalreporter.write_line(f"{len(known) - len(shown)} more; --energy-top 0 lists all")
        if len(known) < len(self._tests):
            terminalreporter.write_line(
                f"{len(self._tests) - len(known)} of {len(self._tests)} tests have no known energy: they ended before "
                "a sensor counted anything, or a part of it cannot be read")
