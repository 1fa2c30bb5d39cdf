"""The tables of errors and of the bands' coverage."""

import numpy as np

from . import evaluation, formula, peers


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


def report(rows):
    """The whole report, as text."""
    outcomes, slope = evaluation.cross_validate(rows)
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
    for case in evaluation.CASES[:7]:
        outcome = outcomes[case]
        text.append(line("ours: " + case, outcome.errors, outcome.rows))
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
    text += ["", "How often, in per cent, the truth lies in the 68 % band of the other folds:", "",
             "| | machines | " + " | ".join(f"{load} %" for load in range(0, 101, 10)) + " | all |",
             "| --- |" + " --- |" * 13]
    for case, outcome in outcomes.items():
        inside = [f"{100 * part:.0f}" for part in evaluation.coverage(outcome)]
        for column, known in ((0, ("idle known", "anchored")), (10, ("maximum known", "anchored"))):
            inside[column] = "known" if case in known else inside[column]
        text.append(f"| {case} | {len(outcome.rows)} | " + " | ".join(inside) + " |")
    text += ["", f"A known full load moves idle by {slope[0]:.2f} of its own logarithm, a known idle full load by "
             f"{slope[1]:.2f}."]
    return "\n".join(text)
