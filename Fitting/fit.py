#!/usr/bin/env python3
"""Fits the estimator's model to published results, and tells how far off it is.

    fit.py DATA report            the tables of errors and of the bands' coverage
    fit.py DATA write TABLES EXAMPLES   the Swift sources with the tables, and with what the tests compare
    fit.py DATA check TABLES EXAMPLES   whether those sources are what the data give

DATA is the folder with specpower_train.csv, estimator_model.json and estimator_refs.csv.
"""

import os
import sys

# One thread, so that sums are always added in the same order.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import re  # noqa: E402

import numpy as np  # noqa: E402

from estimator import evaluation, formula, peers, report, residuals, rows, tables  # noqa: E402

# Five servers and what the formula and its references are known to give: idle, full load, and at 10, 50 and 90 %.
GOLDEN = [
    ("icelake", "xeonplatinum8380", 2, 80, 256, 0, (125.4, 608.5, 190.9, 304.5, 517.8),
     (119.0, 621.9, 187.2, 305.4, 527.5)),
    ("genoa", "epyc9654", 2, 192, 384, 0, (127.5, 611.6, 236.9, 374.1, 551.4), (123.6, 695.9, 252.9, 415.0, 624.7)),
    ("cascadelake", "xeongold6248", 2, 40, 192, 0, (68.3, 355.2, 117.5, 188.2, 307.3),
     (53.2, 369.5, 107.4, 185.4, 316.6)),
    ("sapphirerapids", "xeonplatinum8480+", 2, 112, 512, 0, (200.1, 915.1, 305.4, 495.3, 797.4),
     (169.6, 837.2, 267.9, 445.2, 727.3)),
    ("coffeelake", "xeone2288g", 1, 8, 32, 1, (19.7, 89.9, 23.7, 41.6, 75.5), (19.8, 67.2, 22.5, 34.6, 57.5)),
]


def check_golden(mean, references):
    """Fails where the formula or its references give other watts than they are known to."""
    for generation, name, sockets, cores, memory, client, first, second in GOLDEN:
        size = [1, np.log(sockets), np.log(cores / sockets), np.log(memory / sockets / 32), client]
        plain = np.array([np.dot(size, b) + of[generation] for b, of in mean.ends])
        with_references = plain + references.residuals(generation, name, *size[1:4])
        for logarithms, expected in ((plain, first), (with_references, second)):
            idle, full = np.exp(logarithms)
            watts = idle + (full - idle) * mean.curve(generation)
            if np.abs(watts[[0, 10, 1, 5, 9]] - expected).max() > 0.051:
                sys.exit(f"fit: {name}: {watts[[0, 10, 1, 5, 9]].round(1)} W are not the known {expected}")


def sources(data):
    """The two Swift sources."""
    every = rows.read(os.path.join(data, "specpower_train.csv"))
    mean = formula.Formula.published(os.path.join(data, "estimator_model.json"))
    check_golden(mean, peers.References.published(os.path.join(data, "estimator_refs.csv")))
    outcomes, unseen, slope = evaluation.cross_validate(every)
    slope = [round(value, 4) for value in slope]
    model = residuals.Model([row for row in every if row.nodes == 1], mean, evaluation.median_years(every))
    generations = sorted(model.years)
    keys = sorted({row.key for row in model.rows if row.key})
    model.shapes = model.shapes.round(9)
    steps = tables.quantised(model)
    model.draw_lines()
    bands = [evaluation.fit_bands(case, outcomes[case], unseen[case], generations).rounded()
             for case in evaluation.CASES]
    return (tables.swift(model, steps, generations, keys, slope, [of.numbers for of in bands]),
            tables.swift_examples(tables.examples(model, generations, slope, bands)))


def differs(expected, found):
    """Whether two examples' texts differ by more than the last digits of another machine's arithmetic."""
    numbers = r"-?\d+\.?\d*(?:e-?\d+)?"
    if re.sub(numbers, "#", expected) != re.sub(numbers, "#", found):
        return True
    pairs = zip(re.findall(numbers, expected), re.findall(numbers, found))
    return any(abs(float(a) - float(b)) > 1e-3 * max(abs(float(a)), 1e-9) for a, b in pairs)


def main(arguments):
    if len(arguments) == 2 and arguments[1] == "report":
        print(report.report(rows.read(os.path.join(arguments[0], "specpower_train.csv"))))
    elif len(arguments) == 4 and arguments[1] == "write":
        for path, text in zip(arguments[2:], sources(arguments[0])):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
    elif len(arguments) == 4 and arguments[1] == "check":
        texts = []
        for path in arguments[2:]:
            with open(path, encoding="utf-8") as file:
                texts.append(file.read())
        made = sources(arguments[0])
        if texts == list(made):
            print("fit: the tables are what the data give, to the digit")
        elif differs(texts[1], made[1]):
            sys.exit(f"fit: {arguments[2]} is not what the data give; make estimator-tables writes it again")
        else:
            # Another release of numpy may add in another order; what the tables say is then the same to 0.1 %.
            print("fit: the tables say what the data give, to 0.1 %")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except FileNotFoundError as error:
        sys.exit(f"fit: {error.filename}: no such file; name the folder of the data")
