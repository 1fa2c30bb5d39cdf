"""How much energy and power this machine uses, as Power Sensors measures it.

``measure()`` measures a piece of work, ``Monitor`` gives snapshots at an interval, ``Sampler`` reads when it is asked
to. What is not known is None, with a status that says why, and never 0.
"""

from .errors import InvalidOptionError, LibraryNotFoundError, NothingToReadError, PowerSensorsError
from .figures import ChannelFigure, Finding, HostFigure, Snapshot
from .monitor import Monitor
from .sampler import Measurement, Sampler, measure

__all__ = [
    "ChannelFigure", "Finding", "HostFigure", "InvalidOptionError", "LibraryNotFoundError", "Measurement", "Monitor",
    "NothingToReadError", "PowerSensorsError", "Sampler", "Snapshot", "library_version", "measure",
]


def library_version() -> str:
    """The version of the library, which it loads."""
    from . import _library

    return str(_library.load().version().decode())
