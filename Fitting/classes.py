#!/usr/bin/env python3
"""Compares the curves of machines that are no servers with machines.csv.

    classes.py            what least squares would give for each class, how many machines lie in the bands, and how
                          many would in bands of the others

Full load is `a + b × x`, where x is the design power that the maker publishes, and of single boards the cores. The
curves and bands of SmallMachine.swift, repeated here, are rounded from these, and wider where there are few machines.
"""

import csv
import math
import os

import numpy as np

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "machines.csv")

# As in SmallMachine.swift: idle and its band, a and b of full load and its band.
CURVES = {
    "single board": (2.0, (0.5, 1.75), 0, 1.1, (0.55, 1.6)),
    "single board, fast": (2.6, (0.45, 1.35), 10.5, 0, (0.75, 1.45)),
    "mini-PC": (9, (0.66, 1.6), 16, 1.1, (0.75, 1.35)),
    "laptop": (12, (0.44, 1.75), 8, 1.35, (0.7, 1.4)),
    "desktop": (52, (0.6, 1.9), 55, 1.25, (0.6, 1.45)),
    "workstation": (95, (0.65, 1.6), 40, 1.35, (0.6, 1.45)),
}


def number(text):
    """A number that may be missing."""
    return float(text) if text else math.nan


def read():
    """The rows, with the middle of their measurements at full load, by class."""
    groups = {}
    with open(PATH, newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            low, high = number(row["full_w"]), number(row["full_max_w"])
            # Of makers who state only a maximum, for the supply to be chosen by, two thirds are taken.
            row["full"] = math.sqrt(low * high) if not math.isnan(low) else high * 2 / 3
            row["idle"] = number(row["idle_w"])
            row["x"] = number(row["cores"] if row["class"] == "single board" else row["nominal_w"])
            groups.setdefault(row["class"] + (", fast" if row["fast"] == "1" else ""), []).append(row)
    return groups


def fitted(rows):
    """`a` and `b` with the least absolute error of logarithms, over a grid."""
    known = [row for row in rows if not math.isnan(row["full"]) and not math.isnan(row["x"])]
    target = np.log([row["full"] for row in known])
    x = np.array([row["x"] for row in known])
    grid = [(float(np.abs(target - np.log(a + b * x + 1e-9)).mean()), a, b)
            for a in np.arange(0, 101, 1) for b in np.arange(0, 2.6, 0.05)]
    return min(grid)[1:]


def band(ratios):
    """Two of three ratios lie in it, as conformal prediction takes its quantiles of so few."""
    count = len(ratios)
    level = min((count + 1) * 0.84 / count, 1)
    return np.quantile(ratios, 1 - level), np.quantile(ratios, level)


def left_out(rows, column, fit):
    """How many machines lie in the band of a curve that is fitted, with its band, to the others alone."""
    rows = [row for row in rows if not math.isnan(row[column])]
    inside = 0
    for index, row in enumerate(rows):
        others = rows[:index] + rows[index + 1:]
        curve = fit(others)
        low, high = band([other[column] / curve(other) for other in others])
        inside += low <= row[column] / curve(row) <= high
    return inside, len(rows)


def median_idle(rows):
    median = np.median([row["idle"] for row in rows])
    return lambda _: median


def line_of_full(rows):
    a, b = fitted(rows)
    return lambda row: a + b * row["x"]


def main():
    for kind, rows in read().items():
        idle, idle_band, a, b, full_band = CURVES[kind]
        best_a, best_b = fitted(rows)
        print(f"{kind}: {len(rows)} machines; fitted full load {best_a:.0f} + {best_b:.2f} x, "
              f"median idle {np.nanmedian([row['idle'] for row in rows]):.1f} W")
        for name, ratios, (low, high) in (
            ("idle", [row["idle"] / idle for row in rows], idle_band),
            ("full", [row["full"] / (a + b * row["x"]) for row in rows], full_band),
        ):
            ratios = [ratio for ratio in ratios if not math.isnan(ratio)]
            inside = sum(low <= ratio <= high for ratio in ratios)
            quantiles = " ".join(f"{q:.2f}" for q in np.quantile(ratios, [0, 0.16, 0.5, 0.84, 1]))
            print(f"    {name}: {inside} of {len(ratios)} in the band {low}-{high}; measured ÷ curve {quantiles}")
        for column, fit in (("idle", median_idle), ("full", line_of_full)):
            inside, count = left_out([row for row in rows if column == "idle" or not math.isnan(row["x"])], column, fit)
            print(f"    {column}: {inside} of {count} in a band that is fitted without them")


if __name__ == "__main__":
    main()
