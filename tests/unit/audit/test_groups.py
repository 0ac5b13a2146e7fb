"""Checks about groups: missing outcomes, unmatched use, use gaps, biased items, observers, scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable
from tests.evidence_frames import cluster_frame, make_plan, texts

from gainline.engine.audit.check import Word, judged
from gainline.engine.audit.coverage import attrition_checks, match_checks, missing_checks
from gainline.engine.audit.dif import Answers, bias_checks, item_bias, score_strata
from gainline.engine.audit.drift import Rated, drift_checks, largest_shift
from gainline.engine.audit.equity import equivalence_checks, gap_checks, relative_gap, use_checks
from gainline.engine.audit.fairness import abroca, areas, fairness, fairness_check
from gainline.engine.audit.proportions import difference, wilson
from gainline.engine.audit.sides import sides_of
from gainline.engine.evidence.attrition import attrition
from gainline.engine.evidence.document import Balance, GapChange, Linkage

PLAN = make_plan()

# Bickel, Hammel and O'Connell (1975), Science 187: admitted and rejected men, admitted and rejected women, six
# departments of Berkeley.
BERKELEY = [
    (512, 313, 89, 19), (353, 207, 17, 8), (120, 205, 202, 391), (138, 279, 131, 244), (53, 138, 94, 299),
    (22, 351, 24, 317),
]  # fmt: skip


def one_item() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    right, focal, strata = [], [], []
    for department, (a, b, c, d) in enumerate(BERKELEY):
        right += [1.0] * a + [0.0] * b + [1.0] * c + [0.0] * d
        focal += [False] * (a + b) + [True] * (c + d)
        strata += [department] * (a + b + c + d)
    return np.array(right)[:, None], np.array(focal), np.array(strata, dtype=np.intp)


class TestItems:
    def test_the_mantel_haenszel_figures_are_those_of_an_independent_implementation(self) -> None:
        right, focal, strata = one_item()
        found = item_bias(right, focal, strata)[0]
        other = StratifiedTable([np.array([[a, b], [c, d]]) for a, b, c, d in BERKELEY])
        assert found is not None
        assert found.odds == pytest.approx(other.oddsratio_pooled, rel=1e-12)
        assert found.std_error / 2.35 == pytest.approx(other.logodds_pooled_se, rel=1e-12)
        assert found.chi2 == pytest.approx(other.test_null_odds(correction=True).statistic, rel=1e-9)

    def test_the_figures_are_the_published_ones(self) -> None:
        found = item_bias(*one_item())[0]
        assert found is not None
        # The common odds ratio and M2 that R's mantelhaen.test(UCBAdmissions) prints, to its digits.
        assert found.odds == pytest.approx(0.9046968, abs=5e-8)
        assert found.chi2 == pytest.approx(1.4269, abs=5e-5)
        assert found.ets == "A"

    def test_an_item_that_is_harder_for_a_group_is_of_class_c_and_flagged(self) -> None:
        rng = np.random.default_rng(3)
        ability, focal = rng.normal(0, 1, 1200), np.arange(1200) % 3 == 0
        hard = np.zeros((1200, 12))
        hard[:, 4] = 1.2 * focal
        right = (rng.random((1200, 12)) < 1 / (1 + np.exp(-(ability[:, None] - hard)))).astype(float)
        items = tuple(f"i{j}" for j in range(12))
        rows = item_bias(right, focal, score_strata(right))
        assert [one.ets for one in rows if one is not None].count("C") == 1
        assert rows[4] is not None
        assert rows[4].delta < -1.5
        found = list(bias_checks(Answers(right, items, {"frl": focal}, {"frl": ~focal}), {"frl": "Lunch"}))
        assert [one.word for one in found] == [Word.FLAG]

    def test_too_few_answers_and_none_at_all_are_told_apart(self) -> None:
        right, side = np.ones((50, 2)), np.arange(50) < 25
        few = list(bias_checks(Answers(right, ("a", "b"), {"frl": side}, {"frl": ~side}), {"frl": "Lunch"}))
        assert [one.word for one in few] == [Word.CANNOT]
        assert [one.word for one in bias_checks(None, {"frl": "Lunch"})] == [Word.NOT_ASKED]
        alike = Answers(np.ones((300, 2)), ("a", "b"), {"frl": np.arange(300) < 150}, {"frl": np.arange(300) >= 150})
        assert [one.word for one in bias_checks(alike, {"frl": "Lunch"})] == [Word.CANNOT]


class TestShares:
    def test_the_intervals_are_newcombes_worked_example(self) -> None:
        # Newcombe (1998), Statistics in Medicine 17:873, table II (a), method 10: 56/70 against 48/80.
        assert difference((56, 70), (48, 80)) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)
        assert wilson(0, 10)[0] == 0.0

    def test_a_figure_inside_the_limit_is_no_all_clear_when_nobody_could_have_seen_it(self) -> None:
        assert judged(0.01, -0.02, 0.04, limit=0.05) is Word.CLEAR
        assert judged(0.01, -0.20, 0.22, limit=0.05) is Word.CANNOT
        assert judged(0.08, 0.04, 0.12, limit=0.05) is Word.FLAG
        assert judged(0.08, -0.01, 0.17, limit=0.05) is Word.CANNOT

    def test_a_group_whose_scores_are_missing_more_often_is_flagged(self) -> None:
        frame = cluster_frame()
        behind = frame.subgroups["frl"] == "yes"
        score = frame.outcomes["score"].copy()
        score[np.flatnonzero(behind)[::4]] = np.nan
        lossy = replace(frame, outcomes={**frame.outcomes, "score": score})
        words = [[one.word for one in missing_checks(PLAN, sides_of(PLAN, each))] for each in (frame, lossy)]
        assert words == [[Word.CLEAR], [Word.FLAG]]
        tiny = cluster_frame(schools=4, size=6)
        assert [one.word for one in missing_checks(PLAN, sides_of(PLAN, tiny))] == [Word.CANNOT]

    def test_a_plan_without_splits_is_not_asked_about_groups(self) -> None:
        plan, frame = make_plan(subgroups=[]), cluster_frame()
        found = [*missing_checks(plan, ()), *use_checks(plan, frame), *gap_checks((), "points")]
        assert {one.word for one in found} == {Word.NOT_ASKED}

    def test_use_that_is_tied_to_nobody_is_flagged_and_may_hide_a_group(self) -> None:
        frame = cluster_frame()
        behind = frame.subgroups["frl"] == "yes"
        unseen = replace(frame, used=frame.tool & ~(behind & (np.arange(len(frame)) % 2 == 0)))
        sides = sides_of(PLAN, unseen)
        whole = list(match_checks(PLAN, sides, Linkage(1000, 1000, 400, 400)))
        torn = list(match_checks(PLAN, sides, Linkage(1000, 800, 400, 300)))
        assert [one.word for one in whole] == [Word.CLEAR, Word.CLEAR]
        assert [one.word for one in torn] == [Word.FLAG, Word.FLAG]
        assert [one.word for one in match_checks(PLAN, sides, Linkage(0, 0, 0, 0))] == [Word.CANNOT]

    def test_the_loss_is_judged_by_the_boundary_of_the_evaluation(self) -> None:
        low, high = (attrition("student", (100, 100), kept, "cautious") for kept in ((95, 94), (95, 70)))
        assert [one.word for one in attrition_checks((low, high))] == [Word.CLEAR, Word.FLAG]
        assert [one.word for one in attrition_checks(())] == [Word.NOT_ASKED]


class TestEquity:
    def test_only_a_baseline_difference_that_fails_is_flagged(self) -> None:
        rows = [
            Balance("fall", "Fall", 0.1, size, band, True) for size, band in ((0.1, "needs adjustment"), (0.3, "fails"))
        ]
        assert [one.word for one in equivalence_checks(tuple(rows))] == [Word.CLEAR, Word.FLAG]
        assert [one.word for one in equivalence_checks(())] == [Word.CANNOT]

    def test_no_sign_of_a_gap_is_claimed_while_its_interval_covers_zero(self) -> None:
        row = GapChange("frl", "Lunch", "eligible", "others", -3.0, -3.0, -4.0, -1.0, -2.5, 0.5, 0.8, "cannot tell")
        rows = (row, replace(row, low=-1.8, high=-0.2, says="widened"), replace(row, change=None))
        assert [one.word for one in gap_checks(rows, "points")] == [Word.CANNOT, Word.FLAG, Word.CANNOT]

    def test_a_group_that_got_less_of_the_tool_is_flagged(self) -> None:
        frame = cluster_frame()
        behind = frame.subgroups["frl"] == "yes"
        less = replace(frame, dose=np.where(behind, 0.5, 1.0) * frame.dose)
        assert [one.word for one in use_checks(PLAN, less)] == [Word.FLAG]
        assert [one.word for one in use_checks(PLAN, frame)] != [Word.FLAG]
        unknown = replace(frame, dose=np.where(frame.tool, np.nan, 0.0))
        assert [one.word for one in use_checks(PLAN, unknown)] == [Word.CANNOT]
        nothing = replace(frame, dose=np.zeros(len(frame)))
        assert [one.word for one in use_checks(PLAN, nothing)] == [Word.CANNOT]

    def test_the_interval_of_a_ratio_covers_the_truth_as_often_as_it_says(self) -> None:
        rng = np.random.default_rng(11)
        held, rounds = 0, 400
        schools = np.repeat(np.arange(16), 25)
        for _ in range(rounds):
            behind = rng.random(400) < 0.4
            amounts = rng.gamma(3, 10, 400) * np.where(behind, 0.8, 1.0) * np.exp(rng.normal(0, 0.2, 16))[schools]
            found = relative_gap(amounts, behind, ~behind, texts([str(one) for one in schools]))
            assert found is not None
            held += found[1] <= 0.2 <= found[2]
        # 95 % of 400 rounds; three standard errors of that share are 0.033
        assert held / rounds == pytest.approx(0.95, abs=0.035)


def ratings(shift: float, *, seed: int = 5) -> Rated:
    rng = np.random.default_rng(seed)
    lessons = np.repeat(np.arange(60), 2)
    observer = np.where(np.arange(120) % 2 == 0, "first", "second")
    late = lessons >= 30
    level = 2.5 + rng.normal(0, 0.5, 60)[lessons] + rng.normal(0, 0.3, 120) + shift * (late & (observer == "first"))
    return Rated(level, texts([str(one) for one in lessons]), texts(observer), late, None)


class TestObservers:
    def test_an_observer_who_grows_milder_is_seen_and_a_steady_one_is_not(self) -> None:
        words = [[one.word for one in drift_checks(ratings(shift))] for shift in (0.0, 1.0)]
        assert words == [[Word.CLEAR, Word.NOT_ASKED], [Word.FLAG, Word.NOT_ASKED]]

    def test_lessons_that_nobody_shared_say_nothing(self) -> None:
        rated = ratings(1.0)
        alone = replace(rated, lesson=texts([str(one) for one in range(120)]), behind=rated.late)
        assert [one.word for one in drift_checks(alone)] == [Word.CANNOT, Word.CANNOT]
        assert largest_shift(alone, rated.late) is None
        assert [one.word for one in drift_checks(None)] == [Word.NOT_ASKED]

    def test_of_two_observers_no_figure_is_told_as_each_would_read_the_others(self) -> None:
        two = next(iter(drift_checks(ratings(1.0))))
        assert (two.figure, two.n) == (None, 2)
        third = ratings(1.0, seed=6)
        more = Rated(
            *(np.concatenate([getattr(one, name) for one in (ratings(1.0), third)]) for name in ("level",)),
            lesson=np.concatenate([ratings(1.0).lesson, texts([f"b{one}" for one in third.lesson])]),
            observer=np.concatenate([ratings(1.0).observer, texts([f"b{one}" for one in third.observer])]),
            late=np.concatenate([ratings(1.0).late, third.late]),
            behind=None,
        )
        four = next(iter(drift_checks(more)))
        assert (four.word, four.n) == (Word.FLAG, 4)
        assert four.figure is not None

    def test_ratings_that_never_differ_shift_by_nothing(self) -> None:
        rated = replace(ratings(0.0), level=np.full(120, 3.0))
        found = largest_shift(rated, rated.late)
        assert found is not None
        assert (found.figure, found.low, found.high) == (0.0, 0.0, 0.0)


def slow_abroca(score: np.ndarray, outcome: np.ndarray, group: np.ndarray) -> float:
    """Threshold by threshold, each curve as its points, the area by a fine ruler."""
    curves = []
    for side in (group, ~group):
        points = [(0.0, 0.0)]
        for cut in sorted(set(score), reverse=True):
            named = score >= cut
            points.append((float(np.mean(named[side & ~outcome])), float(np.mean(named[side & outcome]))))
        curves.append(points)

    def height(points: list[tuple[float, float]], x: float) -> float:
        best = max((p for p in points if p[0] <= x), key=lambda p: (p[0], p[1]))
        after = [p for p in points if p[0] > x]
        if not after:
            return best[1]
        right = min(after, key=lambda p: (p[0], p[1]))
        return best[1] + (right[1] - best[1]) * (x - best[0]) / (right[0] - best[0])

    ruler = np.linspace(0, 1, 1001)
    gaps = [abs(height(curves[0], x) - height(curves[1], x)) for x in ruler]
    return float(np.trapezoid(gaps, ruler))


class TestScores:
    @pytest.mark.parametrize("seed", range(5))
    def test_the_area_is_that_of_a_slow_and_obvious_twin(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        outcome, group = rng.random(80) < 0.5, rng.random(80) < 0.4
        score = np.round(rng.normal(outcome * 1.0, 1.0), 1)  # with ties
        assert abroca(score, outcome, group) == pytest.approx(slow_abroca(score, outcome, group), abs=1e-9)
        assert areas(score, outcome, np.stack([group, ~group])) == pytest.approx([abroca(score, outcome, group)] * 2)

    def test_a_score_that_ranks_one_group_by_chance_is_flagged_when_there_are_enough(self) -> None:
        rng = np.random.default_rng(2)
        outcome, group = rng.random(4000) < 0.4, rng.random(4000) < 0.5
        score = 1 / (1 + np.exp(-np.where(group, 0.0, 2.0) * outcome - rng.normal(0, 1, 4000)))
        found = fairness(score, outcome, group, rng=np.random.default_rng(1))
        assert found is not None
        assert (found.p, found.power) == (pytest.approx(0.001), 1.0)
        assert fairness_check(found, "score").word is Word.FLAG
        assert found.fnr_gap > 0.2
        assert abs(found.calibration_gap) > 0.0
        fair = fairness(
            np.random.default_rng(6).normal(outcome * 1.5, 1.0), outcome, group, rng=np.random.default_rng(1), cut=0.5
        )
        assert fair is not None
        assert fairness_check(fair, "score").word is Word.CLEAR
        assert np.isnan(fair.calibration_gap)

    def test_a_small_minority_is_answered_with_cannot_tell(self) -> None:
        rng = np.random.default_rng(4)
        outcome, group = np.arange(200) % 2 == 0, np.arange(200) < 20
        found = fairness(rng.normal(outcome * 1.0, 1.0), outcome, group, rng=np.random.default_rng(1))
        assert found is not None
        assert found.power < 0.8
        check = fairness_check(found, "score")
        assert (check.word, check.why) == (Word.CANNOT, "power")
        assert fairness(rng.normal(0, 1, 8), outcome[:8], group[:8], rng=np.random.default_rng(1)) is None
        assert fairness_check(None, "score").word is Word.CANNOT
