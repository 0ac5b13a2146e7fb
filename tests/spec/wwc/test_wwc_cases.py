"""The group-design standards, case by case; every case names its part of the handbook."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from gainline.engine.evidence.attrition import attrition
from gainline.engine.evidence.balance import band
from gainline.engine.evidence.document import Balance
from gainline.engine.evidence.effect_size import (
    Clustering,
    clustered_t,
    cox_index,
    effect_size,
    effect_size_ignoring_groups,
    hedges_g,
    improvement_index,
    pooled_sd,
)
from gainline.engine.evidence.inference.distributions import t_p_value
from gainline.engine.evidence.multiplicity import adjusted_p
from gainline.engine.evidence.rating import DOES_NOT, WITH, WITHOUT, StudyFacts, rate

LABELS = {"without": WITHOUT, "with": WITH, "does not": DOES_NOT}
LOTTERY = StudyFacts(
    randomized=True,
    units=(500, 500),
    sole_school=False,
    grouped=False,
    joined_later=None,
    attrition=(attrition("student", (500, 500), (480, 485), "cautious"),),
    baselines=(),
    in_product=False,
    students=965,
    sites=8,
    favorable=True,
    p=0.01,
    contrary=False,
)
BASES = {
    "lottery": LOTTERY,
    "choice": replace(LOTTERY, randomized=False, attrition=()),
    "clusters": replace(
        LOTTERY,
        grouped=True,
        units=(20, 20),
        joined_later=12,
        attrition=(
            attrition("cluster", (20, 20), (19, 19), "cautious"),
            attrition("student", (500, 500), (480, 485), "cautious"),
        ),
    ),
}
CASES: dict[str, list[dict[str, Any]]] = tomllib.loads((Path(__file__).parent / "cases.toml").read_text("utf-8"))


def cases(kind: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES[kind]]


def test_every_case_names_its_section_and_its_grade():
    for kind, found in CASES.items():
        assert len({case["id"] for case in found}) == len(found), kind
        assert all(case["section"] and case["grade"] in {"checked", "recall"} for case in found)


@pytest.mark.parametrize("case", cases("attrition"))
def test_attrition(case):
    found = attrition("student", tuple(case["assigned"]), tuple(case["analyzed"]), case["boundary"])
    assert found.is_low is case["low"]
    assert round(100 * found.limit, 1) == case["limit"]


@pytest.mark.parametrize("case", cases("equivalence"))
def test_baseline_equivalence(case):
    assert band(case["g"]) == case["band"]


@pytest.mark.parametrize("case", cases("effect"))
def test_effect_sizes_and_improvement_indexes(case):
    (n_tool, n_usual), (mean_tool, mean_usual), (sd_tool, sd_usual) = case["n"], case["mean"], case["sd"]
    g, _ = hedges_g(mean_tool - mean_usual, pooled_sd(sd_tool, n_tool, sd_usual, n_usual), n_tool + n_usual)
    assert g == pytest.approx(case["g"], abs=5e-7)  # as many digits as are published
    assert improvement_index(g) == case["improvement"]


@pytest.mark.parametrize("case", cases("clustering"))
def test_clustered_degrees_of_freedom_and_p(case):
    n_tool, n_usual = case["n"]
    grouped = Clustering((n_tool + n_usual) / case["clusters"], case["icc"])
    t, h = clustered_t(case["g"], n_tool, n_usual, grouped)
    assert h == pytest.approx(case["h"], abs=5e-7)
    assert t_p_value(t, h) == pytest.approx(case["p"], abs=1e-4)  # published from unrounded means and SDs


@pytest.mark.parametrize("case", cases("cluster_error"))
def test_standard_errors_with_and_without_the_authors_clustering(case):
    n_tool, n_usual = case["n"]
    n, grouped = n_tool + n_usual, Clustering(case["per_cluster"], case["icc"])
    if case["ignored"]:
        error = sqrt(1.0 / n_tool + 1.0 / n_usual)
        found = effect_size_ignoring_groups(case["difference_sd"], error, 1.0, n, grouped)
    else:
        found = effect_size(case["difference_sd"], case["std_error_in"], 1.0, n, grouped)
    assert (found.g, found.h) == pytest.approx((case["g"], case["h"]), abs=5e-5)
    assert found.std_error == pytest.approx(case["std_error"], abs=1e-6)
    assert found.p == pytest.approx(case["p"], abs=1e-5)


@pytest.mark.parametrize("case", cases("shares"))
def test_shares(case):
    found = cox_index(*case["share"], case["n"])
    assert found == (pytest.approx(case["g"], abs=5e-7) if "g" in case else None)


@pytest.mark.parametrize("case", cases("multiplicity"))
def test_multiplicity(case):
    assert [bool(p <= 0.05) for p in adjusted_p(case["p"])] == case["significant"]


def facts_of(case) -> StudyFacts:
    names = {"units", "sole_school", "joined_later", "in_product", "students", "sites", "favorable", "p", "contrary"}
    changes = {name: case[name] for name in {*names, "cross_section"} if name in case}
    if "attrition" in case:
        changes["attrition"] = tuple(attrition(lv, tuple(a), tuple(b), edge) for lv, a, b, edge in case["attrition"])
    if "baselines" in case:
        own = [Balance(f"own {n}", f"Own measure {n}", g, g, band(g), True) for n, g in enumerate(case["baselines"])]
        changes["baselines"] = tuple(own)
    return replace(BASES[case["base"]], **changes)


@pytest.mark.parametrize("case", cases("rating"))
def test_ratings_and_tiers(case):
    found = rate(facts_of(case))
    assert found.label == LABELS[case["label"]]
    assert found.essa.startswith(case["tier"])
    assert all(step.rule and step.section and step.result for step in found.steps)
