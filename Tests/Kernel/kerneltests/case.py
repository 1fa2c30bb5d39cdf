"""A case: one guest, one script, and what is looked at afterwards."""
from collections.abc import Callable
from dataclasses import dataclass

from .checks import Checks
from .machine import Machine, Run, boot


@dataclass(frozen=True)
class Case:
    """What is booted, what it runs, and what must be true of what it left behind."""

    name: str
    machine: Machine
    script: str
    check: Callable[[Run, Checks], None]
    limit: float = 600
    host: Callable | None = None  # What works on the host beside the guest, such as `Host`.
    # Looks at when things happen on both sides, which tells nothing where another guest takes the processors.
    is_alone: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of a case."""

    case: Case
    run: Run
    checks: Checks

    @property
    def has_passed(self):
        """Whether something was looked at, and all of it held."""
        return self.checks.count > 0 and not self.checks.failures


def outcome(case, programs):
    """Boots a case's guest, and looks at what its script left behind."""
    checks = Checks()
    run = boot(case.machine, case.script, programs, case.limit, case.host)
    if run.status is None:
        said = f"it left {sorted(run.files)}, and the kernel said last: {run.kernel_log[-1500:]}"
        checks.that(False, f"the script comes to its end within {case.limit} s; {said}")
    else:
        try:
            case.check(run, checks)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            checks.that(False, f"what the script left can be read: {type(error).__name__}: {error}")
    return Outcome(case, run, checks)
