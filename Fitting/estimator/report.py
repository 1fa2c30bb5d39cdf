"""The tables of errors and of the bands' coverage."""

import numpy as np

from . import bands, evaluation, formula, peers
from .rows import MAKERS

# A smaller group says nothing of its coverage.
SMALLEST_GROUP = 20


def line(name, errors, rows, only=None):
    """One line of a table: mean, median and 90th percentile of the error in per cent, for all and since 2017."""
    recent = np.array([row.year >= 2017 for row in rows])
    some = np.ones(len(rows), bool) if only is None else only

    def figures(part):
        part = 100 * np.abs(part)
        return f"{part.mean():.1f} / {np.median(part):.1f} / {np.percentile(part, 90):.1f}"

    return f"| {name} | {figures(errors[some])} | {figures(errors[some & recent])} |"


def first_form(rows):
    """The formula alone, with its references, and its curve between known ends, in the same folds."""
    found = {"formula": [], "formula with references": [], "formula's curve, anchored": []}
    judged = []
    for seen, aside in evaluation.split(rows, [row.fold for row in rows]):
        mean = formula.Formula.fitted(seen)
        references = peers.References.of_rows(seen, mean)
        curves = np.array([mean.curve(row.generation) for row in aside])
        ends = {"formula": np.array([mean.logarithms(row) for row in aside]),
                "formula with references": np.array([references.logarithms(mean, row) for row in aside]),
                "formula's curve, anchored": np.log(evaluation.watts(aside)[:, [0, 10]])}
        for name, logarithms in ends.items():
            low, high = np.exp(logarithms[:, :1]), np.exp(np.maximum(logarithms[:, 1:], logarithms[:, :1]))
            found[name].append((low + (high - low) * curves) / evaluation.watts(aside) - 1)
        judged += aside
    return {name: np.concatenate(parts) for name, parts in found.items()}, judged


def subgroups(outcome):
    """The groups of at least `SMALLEST_GROUP` machines, by name."""
    rows, support = outcome.rows, outcome.support
    years = np.array([row.year for row in rows])
    starts = [0, 2009, 2013, 2017, 2021, 9999]
    names = ["before 2009", "2009 to 2012", "2013 to 2016", "2017 to 2020", "since 2021"]
    groups = {name: (years >= start) & (years < end) for name, start, end in zip(names, starts, starts[1:])}
    makers = np.array([row.maker for row in rows])
    groups |= {starts[0]: makers == number for number, starts in enumerate(MAKERS, 1)} | {"rare makers": makers == 0}
    groups |= {name: support.sockets == number for number, name in enumerate(bands.SOCKETS)}
    groups |= {name: support.kind == number for number, name in enumerate(bands.KINDS)}
    return {name: group for name, group in groups.items() if group.sum() >= SMALLEST_GROUP}


def table_of_subgroups(case, outcome, unseen, generations):
    """Coverage, error and half width of a case for each subgroup, and coverage at each load; then how many miss."""
    loads = list(evaluation.CASES[case])
    fitted = evaluation.Coverage.of(case, outcome, unseen, generations)
    plain = evaluation.Coverage.of_one_width(outcome)
    text = [f"{case}:", "", "| | machines | error | half width | covered | at single loads | one width for all |",
            "| --- |" + " --- |" * 6]
    everyone = np.ones(len(outcome.rows), bool)
    shares, single = [], []
    for name, group in {"all": everyone, **subgroups(outcome)}.items():
        inside = 100 * fitted.inside[group][:, loads]
        if name != "all":
            shares.append(inside.mean())
            single += list(inside.mean(0))
        text.append(f"| {name} | {group.sum()} | {100 * np.abs(outcome.errors[group][:, loads]).mean():.1f} "
                    f"| {100 * np.median(fitted.width[group][:, loads]):.1f} | {inside.mean():.0f} "
                    f"| {inside.mean(0).min():.0f} to {inside.mean(0).max():.0f} "
                    f"| {100 * plain.inside[group][:, loads].mean():.0f} |")
    def hits(part):
        return f"{sum(60 <= share <= 76 for share in part)} of {len(part)}"

    text += ["", f"{hits(shares)} groups between 60 and 76; with single loads {hits(single)}; "
             f"median half width with one width for all {100 * np.median(plain.width[:, loads]):.1f}; "
             f"in the band for all loads {100 * fitted.over_loads[:, loads].mean():.0f}.", ""]
    width = np.median(fitted.width[:, loads], 1)
    eighths = np.array_split(np.argsort(width, kind="stable"), 8)
    text += ["Eighths of the machines by half width, with their coverage: "
             + ", ".join(f"±{100 * np.median(width[part]):.1f} {100 * fitted.inside[part][:, loads].mean():.0f}"
                         for part in eighths) + ".", ""]
    return text


def report(rows):
    """The whole report, as text."""
    outcomes, unseen, slope = evaluation.cross_validate(rows)
    first, judged = first_form(rows)
    truth = evaluation.watts(judged)
    head = ["| | all years | since 2017 |", "| --- | --- | --- |"]
    text = [f"{len(judged)} machines in {evaluation.FOLDS} folds; MAPE / median / P90 in per cent", "",
            "Cold, eleven loads:", "", *head]
    for name, estimated in peers.cold(judged).items():
        known = ~np.isnan(estimated).any(1)
        text.append(line(name, estimated / truth - 1, judged, known))
    for name in ("formula", "formula with references"):
        text.append(line(name, first[name], judged))
    for case, outcome in [*list(outcomes.items())[:3], *((f"{case}, processor unseen", unseen[case])
                                                         for case in ("processor", "maker")),
                          *list(outcomes.items())[3:5]]:
        text.append(line("ours: " + case, outcome.errors, outcome.rows))
    untold = evaluation.Outcome.joined(evaluation.of_folds(rows, [row.fold for row in rows], False, False)[0]["maker"])
    text.append(line("ours: maker, design power not given", untold.errors, untold.rows))
    errors, recent = evaluation.unseen_generation(rows)
    text.append("| ours: generation unseen | "
                + " | ".join(f"{100 * np.abs(part).mean():.1f} / {100 * np.median(np.abs(part)):.1f} / "
                             f"{100 * np.percentile(np.abs(part), 90):.1f}" for part in (errors, errors[recent]))
                + " |")
    text += ["", "Anchored, nine loads between the ends:", "", *head]
    for name, estimated in peers.anchored(judged).items():
        text.append(line(name, (estimated / truth - 1)[:, 1:10], judged))
    text.append(line("formula's curve", first["formula's curve, anchored"][:, 1:10], judged))
    text.append(line("ours", outcomes["anchored"].errors[:, 1:10], outcomes["anchored"].rows))
    generations = sorted({row.generation for row in rows if row.nodes == 1})
    text += ["", "How often, in per cent, the truth lies in the 68 % band of the other folds:", ""]
    for case, outcome in outcomes.items():
        text += table_of_subgroups(case, outcome, unseen[case], generations)
    text += ["", f"A known full load moves idle by {slope[0]:.2f} of its own logarithm, a known idle full load by "
             f"{slope[1]:.2f}."]
    return "\n".join(text)
