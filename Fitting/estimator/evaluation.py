"""How far off the model is on machines that it was not fitted to, and the bands that follow."""

import dataclasses
import hashlib

import numpy as np

from . import formula, residuals
from .rows import AMD, FOLDS, NEITHER

# What may be known of a machine. Each has a band of its own.
CASES = ["generation", "processor", "processor unseen", "maker", "maker, processor unseen", "idle known",
         "maximum known", "anchored"]
SIGMA = (0.1587, 0.8413)


def median_years(rows):
    """Each generation's median year."""
    return {g: float(np.median([row.year for row in rows if row.generation == g]))
            for g in {row.generation for row in rows}}


def watts(rows):
    """The measured watts."""
    return np.array([row.watts for row in rows])


def judged(rows):
    """The rows that errors are told of: those of one node with every load."""
    return [row for row in rows if row.is_full and row.nodes == 1]


def split(rows, groups):
    """Each fold's rows for the fit, and those set aside."""
    for fold in range(FOLDS):
        yield ([row for row, group in zip(rows, groups) if group != fold and row.nodes == 1],
               judged([row for row, group in zip(rows, groups) if group == fold]))


def by_processor(rows):
    """Folds in which no processor set aside was seen in the fit."""
    return [int(hashlib.sha1(row.key.encode()).hexdigest(), 16) % FOLDS for row in rows]


def slopes(logarithms, truth):
    """How much the error of one end tells of that of the other: of idle by full load, of full load by idle."""
    error = np.clip(truth - logarithms, -0.5, 0.5)
    both = np.mean(error[:, 0] * error[:, 1])
    return float(both / np.mean(error[:, 1] ** 2)), float(both / np.mean(error[:, 0] ** 2))


def with_one_end(logarithms, truth, known, slope):
    """Both ends where one is known: the other is shifted by what the known one tells."""
    result = logarithms.copy()
    other = 1 - known
    result[:, known] = truth[:, known]
    result[:, other] += slope[other] * (truth[:, known] - logarithms[:, known])
    # Nothing uses less at full load than when idle.
    if other:
        result[:, 1] = np.maximum(result[:, 1], result[:, 0])
    else:
        result[:, 0] = np.minimum(result[:, 0], result[:, 1])
    return result


@dataclasses.dataclass
class Outcome:
    """What a case estimated for rows that were set aside."""

    rows: list
    estimated: np.ndarray
    fold: np.ndarray

    @property
    def errors(self):
        return self.estimated / watts(self.rows) - 1


def cross_validate(rows):
    """Estimates each machine by a fit to the other folds', in every case; answers the outcomes and the two slopes."""
    years = median_years(rows)
    found = {case: [] for case in CASES}
    ends = []
    for groups, unseen in (([row.fold for row in rows], False), (by_processor(rows), True)):
        for fold, (seen, aside) in enumerate(split(rows, groups)):
            model = residuals.Model(seen, formula.Formula.fitted(seen), years)
            keys = {(row.generation, row.key) for row in seen if row.key}
            if unseen:
                parts = [("processor unseen", 1), ("maker, processor unseen", 2)]
                rows_of = {case: [r for r in aside if (r.generation, r.key) not in keys] for case, _ in parts}
            else:
                parts = [("generation", 0), ("processor", 1), ("maker", 2)]
                rows_of = {case: aside for case, _ in parts}
            for case, level in parts:
                if rows_of[case]:
                    found[case].append((fold, rows_of[case], model.watts(rows_of[case], level)))
            if not unseen:
                logarithms, truth = model.logarithms(aside, 2), np.log(watts(aside)[:, [0, 10]])
                found["anchored"].append((fold, aside, model.watts(aside, logarithms=truth)))
                ends.append((fold, aside, model, logarithms, truth))
    slope = slopes(np.concatenate([e[3] for e in ends]), np.concatenate([e[4] for e in ends]))
    for known, case in ((0, "idle known"), (1, "maximum known")):
        for fold, aside, model, logarithms, truth in ends:
            # The slope for a fold is told by the others.
            others = [e for e in ends if e[0] != fold]
            of_fold = slopes(np.concatenate([e[3] for e in others]), np.concatenate([e[4] for e in others]))
            moved = with_one_end(logarithms, truth, known, of_fold)
            found[case].append((fold, aside, model.watts(aside, logarithms=moved)))
    outcomes = {case: Outcome([row for _, part, _ in parts for row in part],
                              np.concatenate([part for _, _, part in parts]),
                              np.concatenate([np.full(len(part), fold) for fold, part, _ in parts]))
                for case, parts in found.items()}
    return outcomes, slope


def band(outcome, chosen=None):
    """Between which factors the truth lies 68 % of the time: for each load, and for all in a twelfth column."""
    chosen = np.ones(len(outcome.rows), bool) if chosen is None else chosen
    ratio = np.log(watts(outcome.rows) / outcome.estimated)[chosen]
    return np.array([[np.quantile(part, q) for part in (*ratio.T, ratio.ravel())] for q in SIGMA])


def coverage(outcome):
    """How often the truth lies in the band of the other folds: for each load, and for all together."""
    inside = np.zeros((len(outcome.rows), 12))
    ratio = np.log(watts(outcome.rows) / outcome.estimated)
    for fold in set(outcome.fold):
        low, high = band(outcome, outcome.fold != fold)
        own = outcome.fold == fold
        inside[own, :11] = (ratio[own] >= low[:11]) & (ratio[own] <= high[:11])
        inside[own, 11] = ((ratio[own] >= low[11]) & (ratio[own] <= high[11])).mean(1)
    return inside.mean(0)


def unseen_generation(rows):
    """The errors where a whole generation was not in the fit: the formula takes its maker's nearest one."""
    years, errors, recent = median_years(rows), [], []

    def brand(generation):
        return 1 if generation in AMD else 2 if generation in NEITHER else 0

    for generation in sorted(years):
        seen = [row for row in rows if row.generation != generation and row.nodes == 1]
        aside = judged([row for row in rows if row.generation == generation])
        kin = [g for g in sorted({row.generation for row in seen}) if brand(g) == brand(generation)]
        if not aside or not kin:
            continue
        nearest = min(kin, key=lambda g: abs(years[g] - years[generation]))
        model = residuals.Model(seen, formula.Formula.fitted(seen), years)
        for _, generations in model.mean.ends:
            generations[generation] = generations[nearest]
        model.mean.curves[generation] = model.mean.curves.get(nearest, model.mean.default)
        errors.append(model.watts(aside, 0) / watts(aside) - 1)
        recent.append([row.year >= 2017 for row in aside])
    return np.concatenate(errors), np.concatenate(recent)
