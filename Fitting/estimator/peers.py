"""What others compute, and the formula's own first form with its table of residuals, on the same rows.

The peers' constants are their published ones, as their documentation tells them: Teads' four points over the thermal
design power, CodeCarbon's load and constant modes with 3 W for 8 GB, Fan et al. (ISCA 2007).
"""

import csv

import numpy as np

from . import formula

LOAD = formula.TENTHS


def cold(rows):
    """Watts by what is known of a machine beforehand; rows without a design power are left out by nan."""
    design = np.array([row.tdp * row.sockets for row in rows])[:, None]
    memory = np.array([row.memory for row in rows])[:, None]
    sockets = np.array([row.sockets for row in rows])[:, None]
    points = np.interp(LOAD, [0, 0.1, 0.5, 1], [0.12, 0.32, 0.75, 1.02])
    return {
        "Teads' curve of the design power": design * points,
        "CodeCarbon by load": design * (0.1 + 0.9 * LOAD**3) + memory * 3 / 8,
        "CodeCarbon constant": design * 0.5 + memory * 3 / 8 + 0 * LOAD,
        "CodeCarbon, unknown processor": 85 * sockets * 0.5 + memory * 3 / 8 + 0 * LOAD,
        "design power × load": design * LOAD,
    }


def anchored(rows):
    """Watts between known idle and full load."""
    shapes = {"straight line": LOAD, "Fan 2007": 2 * LOAD - LOAD**1.4, "cubic": LOAD**3,
              "Teads' four points": (np.interp(LOAD, [0, 0.1, 0.5, 1], [0.12, 0.32, 0.75, 1.02]) - 0.12) / 0.9}
    ends = np.array([row.watts[[0, 10]] for row in rows])
    return {name: ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * shape for name, shape in shapes.items()}


def weighted_median(values, weights):
    """The value on both sides of which half of the weight lies."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    return values[order][np.searchsorted(total, total[-1] / 2)]


class References:
    """Residuals of known machines about the formula, weighted by likeness: what ours is compared with."""

    def __init__(self, entries):
        self.entries = {}
        for generation, *entry in entries:
            self.entries.setdefault(generation, []).append(entry)

    @classmethod
    def of_rows(cls, rows, mean):
        """Each row is a reference of its own."""
        return cls([(row.generation, row.key, *formula.size(row)[1:4],
                     *(np.log(row.watts[[0, 10]]) - mean.logarithms(row)), 1) for row in rows])

    @classmethod
    def published(cls, path):
        """The references of the data folder."""
        with open(path, newline="", encoding="utf-8") as file:
            return cls([(row["generation"], row["cpu_key"], np.log(float(row["sockets"])),
                         np.log(float(row["cores_per_socket"])), np.log(float(row["gb_per_socket"]) / 32),
                         float(row["ln_idle_residual"]), float(row["ln_max_residual"]), float(row["results"]))
                        for row in csv.DictReader(file)])

    def residuals(self, generation, key, sockets, cores, memory):
        """What to add to the logarithms of idle and full load."""
        entries = self.entries.get(generation)
        if not entries:
            return np.zeros(2)
        numbers = np.array([entry[1:] for entry in entries])
        distance = (((numbers[:, 1] - cores) / 0.2) ** 2 + ((numbers[:, 0] - sockets) / 0.3) ** 2
                    + ((numbers[:, 2] - memory) / 0.35) ** 2)
        weights = numbers[:, 5] * np.exp(-0.5 * distance) * [4 if entry[0] == key else 1 for entry in entries]
        total = weights.sum()
        medians = [weighted_median(numbers[:, column], weights) for column in (3, 4)]
        return np.array(medians) * total / (total + 0.5)

    def logarithms(self, mean, row):
        """The logarithms of idle and full load of tier 2 in its first form."""
        return mean.logarithms(row) + self.residuals(row.generation, row.key, *formula.size(row)[1:4])
