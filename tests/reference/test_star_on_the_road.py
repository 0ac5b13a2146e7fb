"""Project STAR's kindergarten, from the published table to the verdict, by the same road that a district walks."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from gainline.road.evaluating import evaluate_plan
from gainline.road.importing import import_files
from gainline.road.registering import register_plan
from gainline.road.workspace import Workspace
from shared_data import shared

PLAN = Path(__file__).with_name("star-kindergarten.toml")


@pytest.mark.shared_data
def test_kindergarten_effects_equal_an_independent_regression_with_school_effects(tmp_path: Path) -> None:
    table = shared("project_star/star_aer_wide.csv.gz")
    workspace = Workspace.create(tmp_path / "star", salt=b"s" * 32)
    import_files(workspace, [table], as_of=date(1986, 6, 1))
    register_plan(workspace, PLAN, as_of=date(1985, 8, 1))
    found = evaluate_plan(workspace, PLAN).evidence["estimates"]
    for estimate, column in zip(found, ("readk", "mathk"), strict=True):
        effect, robust = _regression(table, column)
        # The same least squares by another library: only rounding in the last digits may differ.
        assert estimate["effect"] == pytest.approx(effect, rel=1e-9)
        # Schools, not children, are the independent draws: an error that counts children is too small.
        assert estimate["std_error"] > robust
        assert estimate["low"] > 0
    assert [round(estimate["g"], 2) for estimate in found] == [0.21, 0.18]
    assert [sum(arm["analyzed"] for arm in estimate["counts"]) for estimate in found] == [3745, 3794]


def _regression(table: Path, column: str) -> tuple[float, float]:
    """Small minus regular with a dummy for each school, and its heteroskedasticity-robust error, by statsmodels."""
    with gzip.open(table, "rt", newline="") as text:
        rows = [r for r in csv.DictReader(text) if r["stark"] in {"small", "regular"} and r[column]]
    schools = sorted({row["schoolidk"] for row in rows})
    dummies = np.array([[row["schoolidk"] == school for school in schools] for row in rows], dtype=float)
    small = np.array([row["stark"] == "small" for row in rows], dtype=float)
    score = np.array([float(row[column]) for row in rows])
    fit = sm.OLS(score, np.column_stack([small, dummies])).fit(cov_type="HC1")
    return float(fit.params[0]), float(fit.bse[0])
