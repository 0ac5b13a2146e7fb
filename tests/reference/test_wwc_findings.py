"""Hedges' g and the improvement index against the What Works Clearinghouse's own export of findings."""

import csv
import gzip

import pytest

from gainline.engine.evidence.effect_size import hedges_g, improvement_index, pooled_sd
from shared_data import shared

pytestmark = pytest.mark.shared_data
CELLS = (
    "Outcome_Measure_Intervention_Sample_Size",
    "Outcome_Measure_Comparison_Sample_Size",
    "Intervention_Mean",
    "Comparison_Mean",
    "Intervention_Standard_Deviation",
    "Comparison_Standard_Deviation",
    "Effect_Size_WWC",
)


def rows():
    """The cells named above, of every finding that reports all of them."""
    with gzip.open(shared("wwc_findings/findings_public.csv.gz"), "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                cells = [float(row[name]) for name in CELLS]
            except ValueError:
                continue
            if min(cells[4], cells[5]) > 0:
                yield cells


def test_g_equals_the_published_value_on_at_least_96_5_percent_of_the_findings():
    # The rest cannot be had from the printed cells: g from unrounded or otherwise adjusted means, rows entered by hand.
    found = list(rows())
    same = 0
    for n_tool, n_usual, mean_tool, mean_usual, sd_tool, sd_usual, published in found:
        sd = pooled_sd(sd_tool, n_tool, sd_usual, n_usual)
        g, _ = hedges_g(mean_tool - mean_usual, sd, n_tool + n_usual)
        same += abs(g - published) <= 1e-6  # the export prints g to about 15 digits
    print(f"g: {same} of {len(found)} findings equal, {same / len(found):.4f}")
    assert len(found) > 900
    assert same / len(found) >= 0.965


def test_the_improvement_index_follows_from_the_published_g_on_85_percent_of_the_findings():
    # Old rows were computed from rounded or domain-average g, and the sign may be of the favorable direction.
    with gzip.open(shared("wwc_findings/findings_public.csv.gz"), "rt", encoding="utf-8") as file:
        pairs = [(row["Effect_Size_WWC"], row["Improvement_Index"]) for row in csv.DictReader(file)]
    found = [(float(g), float(index)) for g, index in pairs if g and index]
    same = sum(abs(improvement_index(g)) == abs(round(index)) for g, index in found)
    print(f"improvement index: {same} of {len(found)} findings equal in size, {same / len(found):.4f}")
    assert same / len(found) >= 0.85
