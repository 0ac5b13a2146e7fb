"""The effect sizes of the What Works Clearinghouse's own findings, recomputed from the cells that it prints."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import replication_data as data
from gainline.engine.evidence.effect_size import hedges_g, improvement_index, pooled_sd

NUMBERS = {
    "n_tool": "Outcome_Measure_Intervention_Sample_Size",
    "n_usual": "Outcome_Measure_Comparison_Sample_Size",
    "mean_tool": "Intervention_Mean",
    "mean_usual": "Comparison_Mean",
    "sd_tool": "Intervention_Standard_Deviation",
    "sd_usual": "Comparison_Standard_Deviation",
    "published": "Effect_Size_WWC",
}
SAME = 1e-6
REASONS = {
    "sign": "the published sign is that of the good direction, and the size is another one than the cells give",
    "rounding": "within what the rounding of the printed means and SDs allows",
    "small": "differs by less than .01: computed from more than the printed cells say",
    "other": "computed from other numbers than the printed cells: adjusted means, gains or SDs of another sample",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding with all cells: its number, our g, the published one, and why they differ ("" where they do not)."""

    number: str
    measure: str
    ours: float
    published: float
    reason: str


def findings() -> Iterator[Finding]:
    """Every finding that prints all cells named above."""
    with gzip.open(data.shared("wwc_findings/findings_public.csv.gz"), "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                cells = {name: float(row[column]) for name, column in NUMBERS.items()}
            except ValueError:
                continue
            if min(cells["sd_tool"], cells["sd_usual"]) > 0:
                yield _judged(row, cells)


def _judged(row: dict[str, str], cells: dict[str, float]) -> Finding:
    g = _g(cells, cells["mean_tool"] - cells["mean_usual"], 1.0)
    reason = "" if abs(g - cells["published"]) <= SAME else _reason(row, cells, g)
    return Finding(row["FindingID"], row["Outcome_Measure"], g, cells["published"], reason)


def _g(cells: dict[str, float], difference: float, widen: float) -> float:
    sd = pooled_sd(cells["sd_tool"], cells["n_tool"], cells["sd_usual"], cells["n_usual"])
    return hedges_g(difference, sd * widen, cells["n_tool"] + cells["n_usual"])[0]


def _reason(row: dict[str, str], cells: dict[str, float], g: float) -> str:
    if g * cells["published"] < 0:
        return "sign"
    if abs(g - cells["published"]) <= _slack(row, cells, g):
        return "rounding"
    return "small" if abs(g - cells["published"]) < 0.01 else "other"


def _slack(row: dict[str, str], cells: dict[str, float], g: float) -> float:
    """How far g can move when every printed mean and SD is anywhere within its last digit."""
    means = sum(_half_digit(row[NUMBERS[name]]) for name in ("mean_tool", "mean_usual"))
    sds = max(_half_digit(row[NUMBERS[name]]) / cells[name] for name in ("sd_tool", "sd_usual"))
    return abs(_g(cells, means, 1.0)) + abs(g) * sds


def _half_digit(text: str) -> float:
    """Half a unit of the last digit; the export drops zeros at the end, so two digits are taken as printed at least."""
    after = len(text.partition(".")[2])
    return 0.5 * 10.0 ** -max(after, 2)


def _indices() -> tuple[int, int]:
    with gzip.open(data.shared("wwc_findings/findings_public.csv.gz"), "rt", encoding="utf-8") as file:
        pairs = [(row["Effect_Size_WWC"], row["Improvement_Index"]) for row in csv.DictReader(file)]
    found = [(float(g), float(index)) for g, index in pairs if g and index]
    return sum(abs(improvement_index(g)) == abs(round(index)) for g, index in found), len(found)


def clearinghouse() -> str:
    """Row 23 as text and tables."""
    try:
        found = list(findings())
    except data.NotAtHand as absent:
        return f"## 23 What Works Clearinghouse\n\ndata not at hand: {absent}"
    rest = [finding for finding in found if finding.reason]
    equal = len(found) - len(rest)
    same, indices = _indices()
    counts = Counter(finding.reason for finding in rest)
    lines = [
        "## 23 What Works Clearinghouse, finding by finding\n",
        f"{len(found)} findings print means, SDs and numbers of students in both arms and an effect size. Ours equals",
        f"the published one to 1e-6 in {equal} of them, {100 * equal / len(found):.2f} %. The improvement index",
        f"follows from the published effect size in {same} of {indices}; older rows took it from rounded or",
        "domain-average effects. Why the rest differ, as far as the export lets one tell:\n",
        "| findings | reason |\n|---|---|",
        *(f"| {counts[reason]} | {REASONS[reason]} |" for reason in REASONS if counts[reason]),
        "\n| finding | measure | published | ours | reason |\n|---|---|---|---|---|",
    ]
    order = sorted(rest, key=lambda finding: (list(REASONS).index(finding.reason), int(finding.number)))
    lines += [f"| {f.number} | {f.measure} | {f.published:.5f} | {f.ours:.5f} | {f.reason} |" for f in order]
    return "\n".join(lines)
