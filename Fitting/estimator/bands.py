"""How far off an estimate may be, by what supports it.

The logarithm of truth over estimate lies between `low · s` and `high · s` two times out of three, where, at each load,

    ln s = slope · deviation + kind + sockets + generation + maker + ln range

`deviation` is what the likest machine of the fit leaves open, the others are an effect for each group. `range` is the
range between idle and full load as a part of the estimate, and only counts where idle is known. The effects are a
conditional quantile: the size below which two of three errors are, fitted to machines that were set aside, each group's
drawn towards none as if by `PRIOR` machines. `low` and `high` are then quantiles of the errors over s at each load.
"""

from dataclasses import dataclass

import numpy as np

from . import residuals

SIGMA = (0.1587, 0.8413)
WITHIN = SIGMA[1] - SIGMA[0]
KINDS = ["same processor and maker", "same processor", "processor not in the data"]
SOCKETS = ["1 socket", "2 sockets", "3 or more sockets"]
PRIOR = 1.0
SMALLEST = 1e-3


@dataclass
class Support:
    """What supports the estimates of many machines, as arrays."""

    deviation: np.ndarray
    kind: np.ndarray
    sockets: np.ndarray
    generation: np.ndarray
    maker: np.ndarray

    @classmethod
    def of(cls, model, rows, level):
        """Their support by a model, at a level of `residuals.KNOWLEDGE`. Maker -1 is one that is not told."""
        known = residuals.known_at(rows, level)
        seen = {(row.generation, row.key) for row in model.rows if row.key}
        makers = {(row.generation, row.key, row.maker, row.sockets) for row in model.rows if row.key and row.maker}
        kind = [0 if (row.generation, row.key, row.maker, row.sockets) in makers
                else 1 if (row.generation, row.key) in seen else 2 for row in known]
        return cls(model.deviations(known, level), np.array(kind),
                   np.array([int(min(row.sockets, 3)) - 1 for row in rows]),
                   np.array([row.generation for row in rows]),
                   np.array([row.maker if level > 1 or not row.maker else -1 for row in rows]))

    def chosen(self, mask):
        """Those of some machines."""
        return Support(*(part[mask] for part in vars(self).values()))

    @staticmethod
    def joined(parts):
        """All machines of several."""
        return Support(*(np.concatenate(part) for part in zip(*(vars(part).values() for part in parts))))


def spread(estimated, is_idle_known):
    """The logarithm of the range between idle and full load over the estimate, where that counts."""
    if not is_idle_known:
        return np.zeros(estimated.shape)
    return np.log(np.maximum((estimated[:, 10:] - estimated[:, :1]) / estimated, 0.01))


class Bands:
    """The band of one case, fitted to the errors of machines that were set aside."""

    def __init__(self, support, errors, loads, generations, makers, is_idle_known, estimated, weight=None):
        """Fits it. `errors` are logarithms of truth over estimate; `loads` are the tenths that are not known."""
        self.generations, self.makers, self.loads, self.is_idle_known = generations, makers, loads, is_idle_known
        offset = spread(estimated, is_idle_known)
        size = (np.log(np.maximum(np.abs(errors), SMALLEST)) - offset)[:, loads]
        weight = np.ones(len(size)) if weight is None else weight
        self.base = np.zeros(11)
        self.effects = np.zeros(self.design(support).shape[1])
        for _ in range(2):
            left = size - (self.design(support) @ self.effects)[:, None]
            self.base[loads] = [weighted_quantile(part, weight, WITHIN) for part in left.T]
            self.effects = self.quantile_regression(self.design(support), size - self.base[loads], weight)
        ratio = errors / np.exp(self.scale(support, estimated))
        self.quantiles = np.array([[weighted_quantile(part, weight, q) for part in ratio.T] for q in SIGMA])
        self.quantiles[:, [load for load in range(11) if load not in loads]] = 0

    def design(self, support):
        """What the effects are multiplied with."""
        return np.concatenate([support.deviation[:, None], support.kind[:, None] == np.arange(len(KINDS)),
                               support.sockets[:, None] == np.arange(len(SOCKETS)),
                               support.generation[:, None] == np.array(self.generations),
                               support.maker[:, None] == np.arange(self.makers + 1)], 1).astype(float)

    @staticmethod
    def quantile_regression(design, size, weight):
        """The effects on the quantile `WITHIN`, by majorising the check function with parabolas."""
        penalty = np.diag([PRIOR / 2] + [PRIOR] * (design.shape[1] - 1))
        found = np.zeros(design.shape[1])
        count = size.shape[1]
        for _ in range(60):
            near = weight[:, None] / (0.05 + np.abs(size - (design @ found)[:, None])) / 2 / count
            target = design.T @ ((near * size).sum(1) + weight * (WITHIN - 0.5))
            found = np.linalg.solve((design.T * near.sum(1)) @ design + penalty, target)
        return found

    def scale(self, support, estimated):
        """ln s of each machine at each load."""
        return ((self.design(support) @ self.effects)[:, None] + self.base
                + spread(estimated, self.is_idle_known))

    def rounded(self):
        """Rounds to what the tables have: the effects, then `low` and `high` with what all machines share."""
        self.quantiles = np.round(self.quantiles * np.exp(self.base), 4)
        self.effects, self.base = np.round(self.effects, 4), np.zeros(11)
        return self

    @property
    def numbers(self):
        """The row of the tables, after `rounded`."""
        return np.concatenate([self.effects, *self.quantiles])

    def ends(self, support, estimated):
        """The logarithms of the lower and the upper ends, at each load."""
        s = np.exp(self.scale(support, estimated))
        return self.quantiles[0] * s, self.quantiles[1] * s

    def over_loads(self, support, estimated):
        """The same for all loads together: the mean of the ends at those that are not known."""
        return (part[:, self.loads].mean(1) for part in self.ends(support, estimated))


def weighted_quantile(values, weight, part):
    """The value below which a part of the weight lies, between the two nearest."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weight[order]) - weight[order] / 2
    return np.interp(part * weight.sum(), total, values[order])
