"""Project STAR, kindergarten: the effect of a small class on reading plus mathematics, beside the published figures.

Published: Stock and Watson, Introduction to Econometrics, Table 13.1 (13.90, standard error 2.45, n = 5,786) and Table
13.2 column 3, with school effects (15.93, 2.24, n = 5,766). Their standard errors are heteroskedasticity-robust (HC1)
and take students as independent; ours by school is larger and is printed beside them.
"""

import csv
import gzip
from dataclasses import dataclass

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.inference.cr2 import Inference, cluster_codes, cr2
from gainline.engine.evidence.inference.linear import Columns, Fit, least_squares
from shared_data import shared

pytestmark = pytest.mark.shared_data


@dataclass
class Star:
    score: np.ndarray
    small: np.ndarray
    aide: np.ndarray
    experience: np.ndarray
    school: np.ndarray


def kindergarten() -> Star:
    with gzip.open(shared("project_star/star_aer_wide.csv.gz"), "rt", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["stark"] and r["readk"] and r["mathk"]]
    experience = np.array([float(r["experiencek"]) if r["experiencek"] else np.nan for r in rows])
    return Star(
        np.array([float(r["readk"]) + float(r["mathk"]) for r in rows]),
        np.array([r["stark"] == "small" for r in rows], dtype=float),
        np.array([r["stark"] == "regular+aide" for r in rows], dtype=float),
        experience,
        np.array([r["schoolidk"] for r in rows], dtype=object),
    )


def fitted(y, columns) -> Fit:
    fit = least_squares(y, columns, needed=["small"])
    assert not isinstance(fit, Refusal)
    return fit


def hc1(fit: Fit, name: str) -> float:
    """The published kind of standard error, from the fit's own influence; students independent, factor n / (n - k)."""
    n, k = fit.basis.shape
    scores = fit.basis @ (fit.back.T @ fit.contrast(name)) * fit.residuals
    return float(np.sqrt(n / (n - k) * scores @ scores))


def show(fit: Fit, found: Inference) -> None:
    low, high = found.estimate - found.half_width, found.estimate + found.half_width
    print(
        f"small class {found.estimate:.2f}: HC1 {hc1(fit, 'small'):.2f}; CR2 by school {found.std_error:.2f} on "
        f"{found.df:.1f} df, interval [{low:.2f}, {high:.2f}]"
    )


def test_the_small_class_effect_without_school_effects():
    star = kindergarten()
    columns = Columns(("1", "aide", "small"), np.column_stack([np.ones(len(star.score)), star.aide, star.small]))
    fit = fitted(star.score, columns)
    found = cr2(fit, cluster_codes(star.school), fit.contrast("small"))
    show(fit, found)
    assert len(star.score) == 5786
    assert found.estimate == pytest.approx(13.90, abs=0.005)  # published to two decimals
    assert hc1(fit, "small") == pytest.approx(2.45, abs=0.005)
    assert found.std_error > 1.5 * hc1(fit, "small")


def test_the_small_class_effect_with_school_effects():
    star = kindergarten()
    known = ~np.isnan(star.experience)
    codes = cluster_codes(star.school[known])
    dummies = (codes[:, None] == np.arange(1, codes.max() + 1)).astype(float)
    names = ("1", *(f"s{place}" for place in range(dummies.shape[1])), "experience", "aide", "small")
    parts = [np.ones(known.sum()), dummies, star.experience[known], star.aide[known], star.small[known]]
    fit = fitted(star.score[known], Columns(names, np.column_stack(parts)))
    found = cr2(fit, codes, fit.contrast("small"))
    show(fit, found)
    assert known.sum() == 5766
    assert found.estimate == pytest.approx(15.93, abs=0.005)
    assert hc1(fit, "small") == pytest.approx(2.24, abs=0.005)
    aide = float(fit.contrast("aide") @ fit.coefficients)
    experience = float(fit.contrast("experience") @ fit.coefficients)
    assert (aide, experience) == pytest.approx((1.22, 0.74), abs=0.005)
