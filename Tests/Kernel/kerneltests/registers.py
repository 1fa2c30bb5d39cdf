"""What the rig's registers are set to, and what a mechanism must make of them."""
from dataclasses import dataclass
from fractions import Fraction

# The unit of a server's DRAM is 2^-16 J, which the kernel's powercap driver takes for 15.3 µJ: the known difference of
# 0.27 % (intel_rapl_common.c, rapl.c).
POWERCAP_UNIT_OF_SERVER_DRAM = Fraction(153, 10**7)


@dataclass(frozen=True)
class Registers:
    """The parameters of the module rig_msr; powers are in mW, for package, dram, core, uncore and psys."""

    milliwatts: tuple
    energy_unit: int = 14
    dram_unit: int = -1
    psys_unit: int = -1
    start: int = 1
    skew: int = 25
    die_skew: int = 0
    is_atom: bool = False
    is_psys_on_first: bool = False
    are_absent_faulting: bool = True
    step_microseconds: int = 1000

    DOMAINS = ("package", "dram", "core", "uncore", "psys")

    @property
    def parameters(self):
        """What the module is loaded with; its counters stand still at first."""
        parameters = {
            "running": 0,
            "mw": ",".join(map(str, self.milliwatts)),
            "esu": self.energy_unit,
            "dram_esu": self.dram_unit,
            "psys_esu": self.psys_unit,
            "start": self.start,
            "skew": self.skew,
            "die_skew": self.die_skew,
            "step_us": self.step_microseconds,
            "atom": int(self.is_atom),
            "psys_on_first": int(self.is_psys_on_first),
            "gp": int(self.are_absent_faulting),
        }
        return " ".join(f"{name}={value}" for name, value in parameters.items())

    def unit(self, mechanism, identifier):
        """The energy in joules that one count of a channel is."""
        if domain_of(identifier) == "dram" and self.dram_unit >= 0:
            return POWERCAP_UNIT_OF_SERVER_DRAM if mechanism == "powercap" else Fraction(1, 2**self.dram_unit)
        if domain_of(identifier) == "psys" and self.psys_unit >= 0:
            return Fraction(1, 2**self.psys_unit)
        if self.is_atom:
            return Fraction(2**self.energy_unit, 10**6)
        return Fraction(1, 2**self.energy_unit)

    def watts(self, identifier):
        """The power that a channel was set to."""
        last = identifier.split("/")[-1]
        # AMD's cores have a register each.
        core = int(last.split("-")[1]) if last.startswith("core-") else 0
        milliwatts = self.milliwatts[self.DOMAINS.index(domain_of(identifier))]
        watts = milliwatts / 1000 * (100 - self.skew * package_of(identifier)) / 100 * (100 - self.skew * core) / 100
        return watts * (100 - self.die_skew * die_of(identifier)) / 100


def domain_of(identifier):
    """The domain of a channel: `core` of `rapl/package-1/core`."""
    last = identifier.split("/")[-1]
    return last.split("-")[0]


def die_of(identifier):
    """The die of a channel: 1 of `rapl/package-0-die-1/dram`, and 0 where its package is counted as a whole."""
    parts = identifier.split("/")[1].split("-")
    return int(parts[3]) if len(parts) == 4 else 0


def package_of(identifier):
    """The package of a channel: 1 of `rapl/package-1/core`; psys without a number is that of the first."""
    part = identifier.split("/")[1]
    return int(part.split("-")[1]) if "-" in part else 0
