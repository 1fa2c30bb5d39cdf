"""What is special of a machine beyond the formula: a Gaussian process on the formula's residuals.

Its covariances say which machines are alike: those of one generation, one processor, one maker, of like size. The
machines of the fit are its points, and a prediction is a sum over them.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np

from . import formula
from .rows import AMD, NEITHER, is_low_power

# Within which differences machines are alike. For size, frequency and watts a core of the logarithm; for generations in
# years between their medians; for the ratio of idle to full load of the logarithm too.
SOCKETS, CORES, MEMORY, MEGAHERTZ, YEARS, MAKERS_YEARS = 0.4, 0.35, 5, 0.3, 4, 3

# The same for nearly equal machines, where likeness falls at once with the first difference.
NEARLY = {"sockets": 0.6, "cores": 0.35, "memory": 0.7, "megahertz": 0.3, "design": 0.3, "year": 4}

# The same for curves, and within which difference of the ratio alone they are alike, whatever the rest.
RATIO, WATTS_PER_CORE, SIMILAR_RATIO = 0.5, 0.4, 0.12
CURVE_SIZES = {"sockets": 2, "cores": 0.8, "memory": 2.5}

# About which design power, in watts a socket, its logarithm is counted.
DESIGN_CENTRE = 110.0

# The curve's residuals are told by this many numbers.
SHAPES = 5
CURVE_NOISE = 0.3


@dataclass(frozen=True)
class Knowledge:
    """How strongly machines are alike, for one level of what is known of them.

    Each is a pair of variances of the logarithm of watts, at idle and at full load, and belongs to one of `likeness`.
    """

    name: str
    slope: tuple
    generation: tuple
    generation_slope: tuple
    size: tuple
    frequency: tuple
    processor: tuple
    nearly: tuple
    maker: tuple
    maker_nearly: tuple
    design: tuple
    low_power: tuple
    noise: tuple
    outlier: float

    def variances(self, end):
        """The nine that belong to `likeness`, for one end."""
        pairs = (self.slope, self.generation, self.generation_slope, self.size, self.frequency, self.processor,
                 self.nearly, self.maker, self.maker_nearly)
        return np.array([of[end] for of in pairs])


KNOWLEDGE = [
    Knowledge("generation", (0.1, 0.1), (0.3, 0.3), (0.01, 0.01), (0.125, 0.125), (0, 0), (0, 0), (0, 0), (0, 0),
              (0, 0), (0, 0), (0, 0), (0.025, 0.01), 0.7),
    Knowledge("processor", (0.3, 0.3), (0.5, 0.5), (0.001, 0.001), (0, 0), (0.02, 0.02), (0.025, 0.025), (0.03, 0.03),
              (0, 0), (0, 0), (0, 0.1), (0, 0.02), (0.02, 0.01), 1.0),
    Knowledge("maker", (0.3, 0.3), (0.5, 0.5), (0.001, 0.001), (0, 0), (0.08, 0.08), (0.02, 0.02), (0.03, 0.03),
              (0.1, 0.1), (0.05, 0.05), (0, 0.1), (0, 0.02), (0.03, 0.01), 1.0),
]


class Machines:
    """Many machines as arrays. Frequencies are rounded to 10 MHz, as in the tables; `design` is a logarithm."""

    def __init__(self, rows, years, design=None):
        self.design = design
        sizes = np.array([formula.size(row) for row in rows])
        self.sockets, self.cores, self.memory = sizes[:, 1], sizes[:, 2], sizes[:, 3]
        self.megahertz = np.log([max(round(row.megahertz / 10), 1) * 10 for row in rows])
        self.generation = np.array([row.generation for row in rows])
        self.year = np.array([years[row.generation] for row in rows])
        self.brand = np.array([1 if row.generation in AMD else 2 if row.generation in NEITHER else 0 for row in rows])
        self.key = np.array([row.key for row in rows])
        self.maker = np.array([row.maker for row in rows])
        self.low_power = np.array([is_low_power(row.key) for row in rows], float)

    def own(self, of, end):
        """The covariance of each machine with itself."""
        slopes = (self.sockets - 0.5) ** 2 + (self.cores - 2) ** 2 + self.memory**2
        parts = [1 + slopes, 1 + 0 * slopes, slopes, 1, 1, self.key != "", 1, self.maker != 0, self.maker != 0]
        return sum(variance * part for variance, part in zip(of.variances(end), parts))


def squares(a, b, length):
    """The squares of all differences, in lengths."""
    return ((a[:, None] - b[None, :]) / length) ** 2


def distances(a, b, lengths):
    """The squares of the distances between machines, by the features that have a length."""
    return sum(squares(getattr(a, name), getattr(b, name), length) for name, length in lengths.items())


def likeness(a, b):
    """In what the machines of `a` are like those of `b`: nine matrices, one for each variance of `Knowledge`."""
    same = a.generation[:, None] == b.generation[None, :]
    slopes = (np.outer(a.sockets - 0.5, b.sockets - 0.5) + np.outer(a.cores - 2, b.cores - 2)
              + np.outer(a.memory, b.memory))
    near = np.exp(-0.5 * (squares(a.sockets, b.sockets, SOCKETS) + squares(a.cores, b.cores, CORES)
                          + squares(a.memory, b.memory, MEMORY)))
    brand = a.brand[:, None] == b.brand[None, :]
    kin = brand * np.exp(-0.5 * squares(a.year, b.year, YEARS)) * near
    nearly = brand * np.exp(-np.sqrt(distances(a, b, NEARLY)))
    frequency = np.exp(-0.5 * squares(a.megahertz, b.megahertz, MEGAHERTZ))
    keys = same * (a.key[:, None] == b.key[None, :]) * (a.key != "")[:, None]
    makers = (a.maker[:, None] == b.maker[None, :]) * (a.maker != 0)[:, None]
    return np.array([1 + slopes, same, same * slopes, kin, kin * frequency, keys, nearly,
                     makers * np.exp(-0.5 * squares(a.year, b.year, MAKERS_YEARS)), makers * nearly])


def curve_covariance(a, b, ends_a, ends_b):
    """How alike curves are: those of one maker, and those of one generation, the more the nearer their ratios of idle
    to full load, watts a core and sizes are."""
    same = a.generation[:, None] == b.generation[None, :]
    makers = (a.maker[:, None] == b.maker[None, :]) * (a.maker != 0)[:, None]
    ratio = ends_a[:, 0], ends_b[:, 0]
    nearly = np.exp(-np.sqrt(squares(*ratio, RATIO) + squares(ends_a[:, 1], ends_b[:, 1], WATTS_PER_CORE)
                             + distances(a, b, CURVE_SIZES)))
    return same * (np.exp(-0.5 * squares(*ratio, SIMILAR_RATIO)) + nearly * (2 + 3 * makers)) + makers


def rounded_ends(idle, maximum, cores):
    """The logarithms of idle over full load and of watts a core at full load, from logarithms, in steps of 4 %."""
    return np.stack([np.round((idle - maximum) / 0.04) * 0.04, np.round((maximum - np.log(cores)) / 0.04) * 0.04], 1)


def weights(matrix, residual, noise, outlier):
    """What each point counts; outliers, beyond `outlier` standard deviations of the noise, count less and less."""
    weight = np.ones(len(residual))
    for _ in range(6):
        found = np.linalg.solve(matrix + np.diag(noise / weight), residual)
        weight = 1 / np.maximum(np.abs(residual - matrix @ found) / (np.sqrt(noise) * outlier), 1)
    return found


def known_at(rows, level):
    """The rows without what is not known at a level: it must not tell of the curve either."""
    return [dataclasses.replace(row, key=row.key if level > 0 else "", tdp=row.tdp if level > 0 else np.nan,
                                maker=row.maker if level > 1 else 0) for row in rows]


class Model:
    """The formula with its residuals, fitted to rows."""

    def __init__(self, rows, mean, years):
        self.rows = sorted((row for row in rows if row.nodes == 1),
                           key=lambda row: (row.generation, row.key, row.cores, row.memory, row.maker, row.watts[10]))
        self.mean, self.years = mean, years
        self.machines = Machines(self.rows, years)
        self.designs = {(row.generation, row.key): row.tdp for row in self.rows if row.key and not np.isnan(row.tdp)}
        self.design = np.array([np.log(self.designs.get((row.generation, row.key), np.nan)) for row in self.rows])
        # In whole watts, as in the tables.
        self.design = np.log(np.maximum(np.round(np.exp([self.own_design(row) for row in self.rows])), 1))
        self.machines.design = self.design
        logarithms = np.array([np.log(row.watts[[0, 10]]) for row in self.rows])
        residuals = logarithms - np.array([mean.logarithms(row) for row in self.rows])
        alike = likeness(self.machines, self.machines)
        lines = np.stack([self.design - np.log(DESIGN_CENTRE), self.machines.low_power])
        self.weights, self.slopes = [], []
        for of in KNOWLEDGE:
            found = []
            for end in (0, 1):
                along = np.array([of.design[end], of.low_power[end]])
                matrix = np.tensordot(of.variances(end), alike, 1) + (lines.T * along) @ lines
                found.append(weights(matrix, residuals[:, end], of.noise[end], of.outlier))
            self.weights.append(np.stack(found, 1))
        self.draw_lines()
        self.ends = rounded_ends(logarithms[:, 0], logarithms[:, 1], [row.cores for row in self.rows])
        self.fit_curves()

    def draw_lines(self):
        """How idle and full load follow design power and low-power processors, for each level: from the weights."""
        lines = np.stack([self.design - np.log(DESIGN_CENTRE), self.machines.low_power])
        self.slopes = [np.array([of.design, of.low_power]) * (lines @ found)
                       for of, found in zip(KNOWLEDGE, self.weights)]

    def fit_curves(self):
        full = [index for index, row in enumerate(self.rows) if row.is_full]
        target = np.array([formula.shares(self.rows[i]) - self.mean.curve(self.rows[i].generation)[1:10] for i in full])
        some = Machines([self.rows[i] for i in full], self.years)
        matrix = curve_covariance(some, some, self.ends[full], self.ends[full])
        found = np.linalg.solve(matrix + CURVE_NOISE * np.eye(len(full)), target)
        # The nine loads go together: the first few ways in which fitted curves differ tell nearly all.
        left, strength, self.shapes = np.linalg.svd(matrix @ found, full_matrices=False)
        self.shapes = self.shapes[:SHAPES] * np.sign(self.shapes[:SHAPES].sum(1))[:, None]
        self.curve_weights = np.zeros((len(self.rows), SHAPES))
        self.curve_weights[full] = found @ self.shapes.T

    def typical(self, row, values):
        """What a row has where it is not known: as those with its processor, or else as those of its generation."""
        points, known = self.machines, ~np.isnan(values)
        generation = points.generation == row.generation
        same = generation & (points.key == row.key) & (row.key != "")
        chosen = (same if same.any() else generation) & known
        weight = np.exp(-0.5 * ((points.cores[chosen] - np.log(row.cores / row.sockets)) / CORES) ** 2) + 1e-9
        return float(np.sum(weight * values[chosen]) / np.sum(weight)) if chosen.any() else None

    def frequency(self, row):
        """The frequency of a row where it is not known."""
        found = self.typical(row, self.machines.megahertz)
        return 2500.0 if found is None else float(np.exp(found))

    def own_design(self, row):
        """The logarithm of the design power of a row's socket: its own, that of its processor, or of those like it."""
        if not np.isnan(row.tdp):
            return np.log(row.tdp)
        found = self.typical(row, self.design)
        return np.log(DESIGN_CENTRE) if found is None else found

    def logarithms(self, rows, level):
        """The logarithms of idle and full load of each row, by what level of `KNOWLEDGE` is known."""
        design = np.array([self.own_design(row) for row in rows])
        machines, of = Machines(rows, self.years, design), KNOWLEDGE[level]
        alike = likeness(machines, self.machines)
        result = np.array([self.mean.logarithms(row) for row in rows])
        for end in (0, 1):
            result[:, end] += np.tensordot(of.variances(end), alike, 1) @ self.weights[level][:, end]
        lines = np.stack([design - np.log(DESIGN_CENTRE), machines.low_power], 1)
        result += lines @ self.slopes[level]
        return np.stack([result[:, 0], np.maximum(result[:, 0], result[:, 1])], 1)

    def deviations(self, rows, level):
        """The logarithm of the deviation that the likest machine leaves, the mean of idle and full load's."""
        design = np.array([self.own_design(row) for row in rows])
        # A processor without a machine in the fit is like no other, not even like itself.
        keys = {row.key for row in self.rows}
        rows = [row if row.key in keys else dataclasses.replace(row, key="") for row in rows]
        machines, of = Machines(rows, self.years, design), KNOWLEDGE[level]
        alike = likeness(machines, self.machines)
        left = []
        for end in (0, 1):
            told = np.tensordot(of.variances(end), alike, 1) ** 2 / (self.machines.own(of, end) + of.noise[end])
            left.append(machines.own(of, end) - told.max(1) + of.noise[end])
        return np.log(left).mean(0) / 2

    def curves(self, rows, logarithms):
        """The eleven shares of each row between idle and full load, whose logarithms are given."""
        machines = Machines(rows, self.years)
        ends = np.stack([logarithms[:, 0] - logarithms[:, 1],
                         logarithms[:, 1] - np.log([row.cores for row in rows])], 1)
        residual = curve_covariance(machines, self.machines, ends, self.ends) @ self.curve_weights @ self.shapes
        result = np.array([self.mean.curve(row.generation) for row in rows])
        result[:, 1:10] += residual
        result[:, 0], result[:, 10] = 0, 1
        return np.clip(np.maximum.accumulate(result, axis=1), 0, 1)

    def watts(self, rows, level=None, logarithms=None):
        """The eleven watts of each row, from its size or from known ends."""
        if logarithms is None:
            rows = known_at(rows, level)
            logarithms = self.logarithms(rows, level)
        ends = np.exp(logarithms)
        return ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * self.curves(rows, logarithms)
