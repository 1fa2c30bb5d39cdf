"""The tables inside the program, as Swift, and machines with what the model says of them, for its tests.

Every number of a point stands in digits of base 64, so that a point is 51 characters.
"""

import dataclasses

import numpy as np

from . import evaluation, residuals
from .bands import Support
from .rows import MAKERS, maker

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-"
LARGEST = 131071  # Weights are whole numbers from -LARGEST to LARGEST, in three digits.
NO_KEY = 4095
WIDTH = 51

LICENCE = """\
// Made by Fitting/fit.py from published SPECpower_ssj2008 results; make estimator-tables writes it again.
//
// SPEC® and SPECpower_ssj2008® are trademarks of the Standard Performance Evaluation Corporation; its results are at
// spec.org, retrieved in 2026. What is computed from these numbers is an estimate and no SPEC metric.
"""


def digits(value, width):
    """A whole number in digits of base 64."""
    value = int(value)
    if not 0 <= value < 64**width:
        raise ValueError(f"{value} does not fit into {width} digits")
    return "".join(DIGITS[value >> 6 * place & 63] for place in reversed(range(width)))


def quantised(model):
    """Rounds the weights to whole steps; answers the steps: idle and full load of each level, then the curve's."""
    columns = [*model.weights, model.curve_weights]
    steps = []
    for column in columns:
        # Rounded up to as many digits as are printed.
        step = np.array([float(f"{value:.9g}") for value in np.abs(column).max(0) / (LARGEST - 1)])
        column[:] = np.round(column / step) * step
        steps += list(step)
    return steps


def points(model, steps, generations, keys):
    """Every point of the model, in its order."""
    text = []
    for index, row in enumerate(model.rows):
        ratio, each = (round(end / 0.04) for end in model.ends[index])
        numbers = [(generations.index(row.generation), 1), (row.maker, 1),
                   (keys.index(row.key) if row.key else NO_KEY, 2), (row.sockets, 1), (row.cores, 2),
                   (round(row.memory * 2), 3), (max(round(row.megahertz / 10), 1), 2),
                   (round(np.exp(model.design[index])), 2), (-ratio, 2), (each + 200, 2)]
        values = [*(value for level in model.weights for value in level[index]), *model.curve_weights[index]]
        numbers += [(round(value / step) + LARGEST, 3) for value, step in zip(values, steps)]
        text.append("".join(digits(value, width) for value, width in numbers))
    if any(len(point) != WIDTH for point in text):
        raise ValueError("a point has another width than the reader expects")
    return "".join(text)


def literal(name, comment, text, breaks=111):
    """A Swift text over many lines."""
    parts = [text[start:start + breaks] for start in range(0, len(text), breaks)]
    lines = "\\\n".join(f"        {part}" for part in parts)
    return f'    /// {comment}\n    static let {name} = """\n{lines}\n        """\n'


def numbers(name, comment, rows, form="{:.9g}"):
    """Numbers as a Swift text: one space between them, and a semicolon between rows."""
    return literal(name, comment, ";".join(" ".join(form.format(float(value) + 0.0) for value in row) for row in rows))


def swift(model, steps, generations, keys, slope, bands):
    """The source file."""
    levels = [[*of.variances(end), of.noise[end]] for of in residuals.KNOWLEDGE for end in (0, 1)]
    years = [model.years[generation] for generation in generations]
    return (
        LICENCE + "\n/// The numbers with which the formula's estimates are corrected, see ``ReferencePoints``.\n"
        + "package enum EstimatorTables {\n"
        + literal("generations",
                  "The names of the generations, in the order of their numbers from 0.", " ".join(generations)) + "\n"
        + numbers("years", "The median year of each generation's machines.", [years], "{:g}") + "\n"
        + literal("makers", "How the names of manufacturers begin, in the order of their numbers from 1.",
                  ";".join(",".join(starts) for starts in MAKERS)) + "\n"
        + literal("keys",
                  "The keys of the processors, see ``ProcessorKey``, in the order of their numbers from 0.",
                  " ".join(keys)) + "\n"
        + numbers("levels",
                  "The variances, see ``Variances``, for each ``ReferencePoints/Knowledge``, at idle and at full load.",
                  levels, "{:g}") + "\n"
        + numbers("lines",
                  "How idle and full load follow the logarithm of design power, then processors for little power; each "
                  "level.", [level.ravel() for level in model.slopes], "{:.9f}") + "\n"
        + numbers("steps",
                  "The difference between two neighbouring values, of each of the eleven weights.", [steps]) + "\n"
        + numbers("shapes",
                  "The five shapes in which curves differ, at the nine tenths between idle and full load.",
                  model.shapes, "{:.9f}") + "\n"
        + numbers("slopes",
                  "How much of a correction at full load applies to idle, and of one at idle to full load.",
                  [slope], "{:.4f}")
        + "\n"
        + numbers("bands", "The 68 % bands, see ``SupportBands``, for each of its cases.", bands, "{:.4f}")
        + "\n" + literal("points",
                         "The machines that the model was fitted to, each in 51 base-64 digits, see ``PointDigits``.",
                         points(model, steps, generations, keys)) + "}\n")


def examples(model, generations, slope, bands):
    """A machine of each generation, with the watts of every level and between changed ends, and the bands, as text."""
    vendors = ["Dell Inc.", "Hewlett Packard Enterprise", "Lenovo Global Technology", "Somebody", "Supermicro"]
    lines = []
    for place, generation in enumerate(generations):
        names = sorted({row.cpu for row in model.rows if row.generation == generation and row.cpu.isascii()})
        cpu = names[len(names) // 2]
        like = next(row for row in model.rows if row.cpu == cpu and row.generation == generation)
        vendor = vendors[place % len(vendors)]
        sockets = like.sockets + place % 2
        row = dataclasses.replace(
            like, maker=maker(vendor), sockets=sockets, cores=(like.cores // like.sockets + 2) * sockets,
            memory=like.memory * 1.5 + 8, megahertz=like.megahertz + 100,
            tdp=like.tdp + 15 if place % 3 == 0 else np.nan)
        watts = [model.watts([row], level)[0] for level in range(3)]
        no_frequency = dataclasses.replace(row, megahertz=model.frequency(row), tdp=np.nan)
        known = np.log(watts[1][[0, 10]] * [0.9, 1.1])[None]
        level = 2 if row.maker else 1
        own = model.logarithms(residuals.known_at([row], level), level)
        lower, upper = (evaluation.with_one_end(own, known, end, slope) for end in (0, 1))
        cases = [*enumerate(watts), ("f", model.watts([no_frequency], 1)[0])]
        cases += [(case, model.watts([row], logarithms=ends)[0])
                  for case, ends in (("i", lower), ("x", upper), ("a", known))]
        by_case = dict(cases)
        untold = dataclasses.replace(row, maker=-1)
        supports = [Support.of(model, [untold], 0), Support.of(model, [untold], 1), Support.of(model, [row], level)]
        supports += [supports[2]] * 3
        design = "" if np.isnan(row.tdp) else f"{row.tdp:g}"
        lines.append(f"{cpu};{vendor};{generation};{sockets:g};{row.cores:g};{row.memory:g};{row.megahertz:g};{design}")
        lines += [" ".join([str(case), *(f"{value:.8g}" for value in watts)]) for case, watts in cases]
        for name, of, support, case in zip(evaluation.CASES, bands, supports, (0, 1, level, "i", "x", "a")):
            low, high = (np.exp(part[0]) for part in of.ends(support, by_case[case][None]))
            lines.append(" ".join(["b" + name.split()[0], *(f"{value:.6g}" for value in (*low, *high))]))
    return lines


def swift_examples(lines):
    """The test's source file."""
    text = "\n".join("    " + line for line in lines)
    return (LICENCE + """
/// Machines without a published result, and the estimates of the fitting program for them.
///
/// Name, maker, generation, sockets, cores, GB, MHz and design power if given; then eleven watts for each level, for
/// the second without frequency and design power (f), with known idle (i), full load (x) or both (a), which are the
/// second's, less and more by a tenth; then the bands (b) of each case: eleven lower ends and eleven upper ones.
let predictedMachines = \"\"\"
""" + text + '\n    """\n')
