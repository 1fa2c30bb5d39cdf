"""The formula of tier 1: logarithms of idle and full load from a machine's size and generation, and its curve.

It is the mean about which `residuals` tells what is special of a machine.
"""

import json

import numpy as np

RAMP = 0.03
TENTHS = np.arange(11) / 10


def size(row):
    """What the formula multiplies with its coefficients."""
    return [1, np.log(row.sockets), np.log(row.cores / row.sockets), np.log(row.memory / row.sockets / 32),
            float(row.is_client)]


def curve(jump, slope, load=TENTHS):
    """The share of the range between idle and full load."""
    jump, slope = min(max(jump, 0), 1), min(max(slope, 0), 4 / 3)
    jumped = (1 - np.exp(-load / RAMP)) / (1 - np.exp(-1 / RAMP))
    return jump * jumped + (1 - jump) * (slope * load + (1 - slope) * load**4)


def fit_curve(shares):
    """Jump and slope of the curve nearest to the nine shares between idle and full load."""
    load = TENTHS[1:10]
    matrix = np.stack([1 - load**4, load - load**4], 1)
    jump, rest = np.linalg.lstsq(matrix, shares - load**4, rcond=None)[0]
    return jump, rest / (1 - jump)


def shares(row):
    """The nine shares of a row between idle and full load."""
    return (row.watts[1:10] - row.watts[0]) / (row.watts[10] - row.watts[0])


class Formula:
    """Coefficients for idle and full load, and a curve for each generation."""

    def __init__(self, ends, curves, default):
        self.ends, self.curves, self.default = ends, curves, default

    @classmethod
    def published(cls, path):
        """The formula of the data folder, whose coefficients the estimator has inside."""
        with open(path, encoding="utf-8") as file:
            model = json.load(file)
        return cls([(np.array(model[end]["b"]), model[end]["gen"]) for end in ("idle", "max")],
                   model["shape"], model["shape_default"])

    @classmethod
    def fitted(cls, rows):
        """The same form, fitted to these rows alone: by least squares with outliers damped, generations shrunk to 0."""
        generations = sorted({row.generation for row in rows})
        matrix = np.array([size(row) + [row.generation == g for g in generations] for row in rows], float)
        penalty = np.diag([1e-6] * 5 + [1.0] * len(generations))
        ends = []
        for end in (0, 10):
            target, weight = np.log([row.watts[end] for row in rows]), np.ones(len(rows))
            for _ in range(30):
                weighted = matrix.T * weight
                found = np.linalg.solve(weighted @ matrix + penalty, weighted @ target)
                weight = 1 / np.maximum(np.abs(target - matrix @ found) / 0.1, 1)
            ends.append((found[:5], dict(zip(generations, found[5:]))))
        curves = {g: np.median([fit_curve(shares(row)) for row in rows if row.is_full and row.generation == g], axis=0)
                  for g in {row.generation for row in rows if row.is_full}}
        recent = [fit_curve(shares(row)) for row in rows if row.is_full and row.year >= 2013]
        return cls(ends, curves, np.median(recent, axis=0))

    def logarithms(self, row):
        """The logarithms of idle and full load."""
        return np.array([np.dot(size(row), b) + generations.get(row.generation, 0.0) for b, generations in self.ends])

    def curve(self, generation):
        """The eleven shares of a generation."""
        return curve(*self.curves.get(generation, self.default))
