"""How far off the model is on machines that it was not fitted to, and the bands that follow."""

import dataclasses
import hashlib

import numpy as np

from . import formula, residuals
from .bands import SIGMA, Bands, Support
from .rows import AMD, FOLDS, MAKERS, NEITHER

# What may be known of a machine, and the tenths of the load at which that leaves the watts open. Each has its bands.
CASES = {"generation": range(11), "processor": range(11), "maker": range(11), "idle known": range(1, 11),
         "maximum known": range(10), "anchored": range(1, 10)}

# How much a machine counts for the bands that was estimated without its processor in the fit, beside its other one.
UNSEEN_WEIGHT = 0.5


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
    support: Support

    @property
    def errors(self):
        return self.estimated / watts(self.rows) - 1

    @property
    def ratio(self):
        """The logarithms of truth over estimate."""
        return np.log(watts(self.rows) / self.estimated)

    @property
    def fold(self):
        return np.array([row.fold for row in self.rows])

    @staticmethod
    def joined(parts):
        """All rows of several."""
        return Outcome([row for part in parts for row in part.rows], np.concatenate([part.estimated for part in parts]),
                       Support.joined([part.support for part in parts]))


def by_maker(rows, estimate):
    """What `estimate` answers for rows at the level of makers, or below it where a row's maker is rare."""
    maker, processor = estimate(rows, 2), estimate(rows, 1)
    is_known = np.array([row.maker > 0 for row in rows])
    if isinstance(maker, Support):
        return Support(*(np.where(is_known, a, b) for a, b in zip(vars(maker).values(), vars(processor).values())))
    return np.where(is_known.reshape(-1, *[1] * (maker.ndim - 1)), maker, processor)


@dataclasses.dataclass
class Aside:
    """The rows of a fold, with the model of the other folds and what it says of the rows' ends."""

    fold: int
    model: residuals.Model
    rows: list
    logarithms: np.ndarray
    truth: np.ndarray
    support: Support


def of_folds(rows, groups, is_unseen, is_design_told=True):
    """Estimates the machines of each fold by a fit to the others; answers the outcomes of each case, and the folds.

    If `is_unseen`, only machines count whose processor is not in the fit. Unless `is_design_told`, the design power is
    only known of processors in the fit.
    """
    years = median_years(rows)
    found, folds = {case: [] for case in CASES}, []
    for fold, (seen, aside) in enumerate(split(rows, groups)):
        model = residuals.Model(seen, formula.Formula.fitted(seen), years)
        if not is_design_told:
            aside = [dataclasses.replace(row, tdp=np.nan) for row in aside]
        if is_unseen:
            keys = {(row.generation, row.key) for row in seen if row.key}
            aside = [row for row in aside if (row.generation, row.key) not in keys]
        for level, case in enumerate(("generation", "processor")):
            found[case].append(Outcome(aside, model.watts(aside, level), Support.of(model, aside, level)))
        support = by_maker(aside, lambda some, level, by=model: Support.of(by, some, level))
        found["maker"].append(Outcome(aside, by_maker(aside, model.watts), support))
        logarithms = by_maker(aside, lambda some, level, by=model:
                              by.logarithms(residuals.known_at(some, level), level))
        truth = np.log(watts(aside)[:, [0, 10]])
        found["anchored"].append(Outcome(aside, model.watts(aside, logarithms=truth), support))
        folds.append(Aside(fold, model, aside, logarithms, truth, support))
    return found, folds


def slopes_of(folds):
    """The slopes that several folds tell."""
    return slopes(np.concatenate([fold.logarithms for fold in folds]), np.concatenate([fold.truth for fold in folds]))


def combined(by_machine, by_processors):
    """The outcomes of two kinds of folds with those of one known end, and the two slopes."""
    for found, folds in (by_machine, by_processors):
        for aside in folds:
            # The slope for a fold is told by the others.
            slope = slopes_of([fold for fold in by_machine[1] if fold.fold != aside.fold])
            for known, case in ((0, "idle known"), (1, "maximum known")):
                moved = with_one_end(aside.logarithms, aside.truth, known, slope)
                watts_of = aside.model.watts(aside.rows, logarithms=moved)
                found[case].append(Outcome(aside.rows, watts_of, aside.support))
    outcomes, unseen = ({case: Outcome.joined(parts) for case, parts in found.items()}
                        for found, _ in (by_machine, by_processors))
    return outcomes, unseen, slopes_of(by_machine[1])


def cross_validate(rows):
    """Estimates each machine by a fit to the other folds, in every case; answers outcomes by folds of machines and
    by folds of processors, and the two slopes."""
    return combined(of_folds(rows, [row.fold for row in rows], False), of_folds(rows, by_processor(rows), True))


def fit_bands(case, outcome, unseen, generations, without=None):
    """The bands of a case, fitted to all machines, or to all but those of a fold."""
    parts = [outcome] if case == "generation" else [outcome, unseen]
    weight = np.concatenate([np.full(len(part.rows), w) for part, w in zip(parts, (1.0, UNSEEN_WEIGHT))])
    every = Outcome.joined(parts)
    chosen = every.fold != without
    return Bands(every.support.chosen(chosen), every.ratio[chosen], list(CASES[case]), generations, len(MAKERS),
                 case in ("idle known", "anchored"), every.estimated[chosen], weight[chosen])


@dataclasses.dataclass
class Coverage:
    """Whether each truth lay in the band that the other folds gave, and half of the band's width as a part of 1; and
    whether it lay in the band for all loads."""

    inside: np.ndarray
    width: np.ndarray
    over_loads: np.ndarray = None

    @classmethod
    def of(cls, case, outcome, others, generations, judged_by=None):
        """The coverage of an outcome by bands that were fitted to `outcome` and `others` without the fold."""
        of = outcome if judged_by is None else judged_by
        inside, width = np.zeros((len(of.rows), 11), bool), np.zeros((len(of.rows), 11))
        over_loads = inside.copy()
        for fold in range(FOLDS):
            bands = fit_bands(case, outcome, others, generations, fold)
            own = of.fold == fold
            low, high = bands.ends(of.support.chosen(own), of.estimated[own])
            inside[own] = (of.ratio[own] >= low) & (of.ratio[own] <= high)
            width[own] = (np.exp(high) - np.exp(low)) / 2
            low, high = bands.over_loads(of.support.chosen(own), of.estimated[own])
            over_loads[own] = (of.ratio[own] >= low[:, None]) & (of.ratio[own] <= high[:, None])
        return cls(inside, width, over_loads)

    @classmethod
    def of_one_width(cls, outcome):
        """That of a band of one width for all machines, at each load."""
        inside, width = np.zeros((len(outcome.rows), 11), bool), np.zeros((len(outcome.rows), 11))
        for fold in range(FOLDS):
            own = outcome.fold == fold
            low, high = np.quantile(outcome.ratio[~own], SIGMA, axis=0)
            inside[own] = (outcome.ratio[own] >= low) & (outcome.ratio[own] <= high)
            width[own] = (np.exp(high) - np.exp(low)) / 2
        return cls(inside, width)


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
