"""Checks on how evidence is read: Goodhart, looks, the best of many, regression, reach, and the whole page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from tests.evidence_frames import carried, cluster_frame, make_plan

from gainline.engine.audit import Audit, Beside, Earlier, Look, LookKind, audit_cycle, audit_district, paths, read_audit
from gainline.engine.audit.check import Word
from gainline.engine.audit.curse import compare_tools, curse_check
from gainline.engine.audit.forking import forking_checks
from gainline.engine.audit.goodhart import Tie, bunching_check, excess, fall_check, flat_check, tie
from gainline.engine.audit.reach import Relied, reliance_check, relied_of, sites_checks
from gainline.engine.audit.regression import (
    beyond_regression,
    predicted_gain,
    regression_check,
    without_comparison,
)
from gainline.engine.core.errors import UserFixable
from gainline.engine.evidence.document import Evidence, Heterogeneity
from gainline.engine.evidence.evaluate import evaluate
from gainline.engine.ledger import settle

PLAN = make_plan()
FRAME = cluster_frame()


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    found = evaluate(PLAN, FRAME, **carried())
    assert isinstance(found, Evidence)
    return found


def look(at: str, *groups: str, on: str = "2026-04-02", where: tuple[str, ...] = ()) -> Look:
    return Look(1, on, LookKind.MEASURED, at, groups, where)


class TestLooks:
    def test_every_look_that_nobody_registered_is_listed(self) -> None:
        looks = [
            Look(1, "2026-02-01", LookKind.EVALUATED, "fractions-pilot"),  # during the days of use: a peek
            Look(2, "2026-05-01", LookKind.EVALUATED, "fractions-pilot"),
            Look(3, "2026-05-02", LookKind.EVALUATED, "fractions-pilot"),  # once more
            look("map"),
            look("map", "frl"),
            look("map", "school_id"),
            look("map", where=("grade=4",)),
            look("attendance"),
        ]
        found = paths(PLAN, looks)
        assert [looks.index(one) for one in found.unregistered] == [0, 2, 5, 6, 7]
        assert (found.registered, found.looks) == (4, 9)
        assert found.by_chance == pytest.approx(1 - 0.95**9)
        assert [one.word for one in forking_checks(PLAN, found)] == [Word.FLAG]
        assert [one.word for one in forking_checks(PLAN, paths(PLAN, looks[:6]))] == [Word.CLEAR]


class TestGoodhart:
    def test_a_tie_that_loosens_is_flagged(self) -> None:
        # the correlation falls from 0.89 to 0.39 as pressure grows, as simulated for the audit routine
        assert fall_check(Tie(0.89, 400), Tie(0.39, 400), "minutes").word is Word.FLAG
        assert fall_check(Tie(0.50, 25), Tie(0.30, 25), "minutes").word is Word.CANNOT
        assert fall_check(Tie(0.50, 400), Tie(0.48, 400), "minutes").word is Word.CLEAR
        assert fall_check(None, Tie(0.5, 40), "minutes").why == "one_time"
        assert fall_check(None, None, "minutes").why == "too_few"

    def test_a_tie_needs_students_who_differ(self) -> None:
        among = np.ones(30, dtype=bool)
        assert tie(np.arange(30.0), np.arange(30.0), among) == Tie(pytest.approx(1.0), 30)
        assert tie(np.arange(30.0), np.ones(30), among) is None

    def test_use_that_piles_up_at_the_dose_is_flagged(self) -> None:
        rng = np.random.default_rng(1)
        smooth = np.where(FRAME.tool, rng.gamma(9, 5, len(FRAME)), 0.0)
        piled = np.where((smooth > 38) & (smooth < 45), 45 + rng.random(len(FRAME)), smooth)
        words = [bunching_check(PLAN, replace(FRAME, dose=dose, used=FRAME.tool)).word for dose in (smooth, piled)]
        assert words == [Word.CLEAR, Word.FLAG]
        assert bunching_check(PLAN, cluster_frame(schools=4, size=5)).word is Word.CANNOT

    def test_use_without_a_pile_is_called_piled_no_more_often_than_one_in_twenty(self) -> None:
        rng = np.random.default_rng(12)
        draws = rng.gamma(9, 5, (400, 480)) - 45.0
        # one side of a test at 0.05: 0.025, with a standard error of 0.008 over 400 draws
        assert np.mean([excess(one, 4.5) > 1.96 for one in draws]) < 0.025 + 0.025

    def test_minutes_up_with_mastery_flat_is_flagged(self, evidence: Evidence) -> None:
        used = replace(evidence, funnel=replace(evidence.funnel, enrolled=100, dosed=80))
        flat = replace(evidence.estimates[0], effect=0.1, low=-0.5, high=0.6)
        wide = replace(flat, low=-2.0, high=2.2)
        words = [flat_check(PLAN, replace(used, estimates=(one,))).word for one in (flat, wide, evidence.estimates[0])]
        assert words == [Word.FLAG, Word.CANNOT, Word.CLEAR]
        unused = replace(used, funnel=replace(used.funnel, enrolled=0))
        assert flat_check(PLAN, unused).word is Word.CANNOT
        lower = replace(flat, favorable=False, low=-0.6, high=0.5)
        assert flat_check(PLAN, replace(used, estimates=(lower,))).word is Word.FLAG


class TestRanking:
    def test_the_best_of_ten_is_shown_where_it_is(self) -> None:
        rng = np.random.default_rng(8)
        raw, shown, true = [], [], []
        for _ in range(300):
            effects = rng.normal(0.05, 0.10, 10)
            seen = effects + rng.normal(0, np.sqrt(2 / 100), 10)
            rows = compare_tools([(f"t{j}", float(seen[j]), float(np.sqrt(2 / 100))) for j in range(10)])
            best = max(rows, key=lambda one: one.raw)
            raw.append(best.raw)
            shown.append(best.shrunken)
            true.append(effects[int(best.tool[1:])])
        # 0.02 is the bar; the mean of 300 rounds has a standard error of 0.005
        assert np.mean(shown) == pytest.approx(np.mean(true), abs=0.02)
        assert np.mean(raw) > np.mean(true) + 0.1

    def test_two_tools_are_no_ranking(self) -> None:
        rows = compare_tools([("a", 0.2, 0.1), ("b", 0.0, 0.1)])
        assert curse_check(rows, "score").word is Word.NOT_ASKED
        assert curse_check((*rows, rows[0]), "score").word is Word.FLAG


class TestRegression:
    def test_the_bottom_quarter_gains_what_was_predicted_with_nothing_done(self) -> None:
        rng = np.random.default_rng(9)
        true = rng.normal(0, np.sqrt(0.8), 200_000)
        before, after = (true + rng.normal(0, np.sqrt(0.2), len(true)) for _ in range(2))
        low = before < np.quantile(before, 0.25)
        # (1 - 0.8) x 1.271, the mean of the lowest quarter of a normal; the published simulation says 0.26
        assert float((after - before)[low].mean()) == pytest.approx(0.254, abs=0.006)
        assert predicted_gain(before[low], before, 0.8) == pytest.approx(0.254, abs=0.004)
        found = beyond_regression(before[low][:400], after[low][:400], before)
        assert found is not None
        assert found.low <= 0.0 <= found.high
        assert beyond_regression(before[:5], after[:5], before) is None

    def test_a_gain_without_a_comparison_is_never_clear(self, evidence: Evidence) -> None:
        primary, rng = evidence.estimates[0], np.random.default_rng(3)
        everybody = rng.normal(200, 10, 3000)
        chosen = np.sort(everybody)[:700]
        low = without_comparison(chosen, chosen + 3.0, everybody, primary)
        assert (low.word, low.null) == (Word.FLAG, pytest.approx(2.5, abs=0.3))
        assert without_comparison(everybody, everybody + 1.0, everybody, primary).word is Word.CANNOT
        assert without_comparison(None, everybody, everybody, primary).word is Word.CANNOT
        assert without_comparison(chosen[:9], chosen[:9], everybody, primary).why == "too_few"

    def test_a_comparison_at_the_same_time_settles_it(self, evidence: Evidence) -> None:
        assert regression_check(PLAN, FRAME, evidence.estimates[0], None).word is Word.CLEAR
        series = PLAN.model_copy(update={"design": PLAN.design.model_copy(update={"kind": "interrupted_series"})})
        everybody = np.concatenate([FRAME.numbers["fall"], FRAME.numbers["fall"] + 20])
        assert regression_check(series, FRAME, evidence.estimates[0], everybody).word is Word.FLAG


class TestReach:
    def test_one_measure_for_most_cycles_without_a_counter_measure_is_flagged(self) -> None:
        own = relied_of(PLAN)
        assert own == Relied("fractions-pilot", "map", False)
        others = [Relied(f"c{j}", "map" if j else "attendance", False) for j in range(3)]
        assert reliance_check(own, [own, *others]).word is Word.FLAG
        assert reliance_check(own, [own]).word is Word.CANNOT
        assert reliance_check(own, [own, others[0], Relied("d", "attendance", False)]).word is Word.CLEAR
        assert reliance_check(replace(own, is_countered=True), [own, *others]).why == "countered"

    def test_few_schools_do_not_stand_for_all(self, evidence: Evidence) -> None:
        few = replace(FRAME, school=FRAME.block)
        three = replace(FRAME, school=np.array([["a", "b", "c"][code % 3] for code in range(len(FRAME))], dtype=object))
        assert [one.word for one in sites_checks(evidence, three)] == [Word.FLAG]
        assert [one.word for one in sites_checks(evidence, few)] == [Word.CANNOT]  # whole schools were assigned
        spread = Heterogeneity("school", 24, 2.0, -0.5, 8.0, 0.01, "")
        far = replace(evidence, heterogeneity=spread)
        assert [(one.key, one.word) for one in sites_checks(far, FRAME)] == [("sites_next", Word.FLAG)]


class TestWhole:
    def test_every_check_is_on_the_page_and_the_document_reads_back(self, evidence: Evidence) -> None:
        earlier = [
            Earlier("fracto", "mathematics", "2025-06-01", 0.2, 0.1, Tie(0.6, 100), Relied("last-year", "map", False)),
            Earlier("other", "mathematics", "2025-06-01", 0.1, 0.1, None, Relied("other-pilot", "map", False)),
            Earlier("third", "reading", "2025-06-01", 0.1, 0.1, None, Relied("third-pilot", "dibels", True)),
        ]
        beside = Beside(looks=[look("attendance")], earlier=earlier)
        made = audit_cycle(PLAN, FRAME, evidence, beside, sha256="0" * 64)
        keys = [check.key for check in made.checks]
        assert list(dict.fromkeys(keys)) == [
            "attrition", "missing", "match", "match_group", "equivalence", "gap", "use", "bias", "drift", "fairness",
            "reliance", "proxy", "bunching", "flat", "forking", "curse", "regression", "sites",
        ]  # fmt: skip
        assert [one.tool for one in made.compared] == ["other", "fracto"]
        assert made.unregistered == (look("attendance"),)
        assert read_audit(settle(made.to_json_value())).cycle == "fractions-pilot"
        assert isinstance(read_audit(settle(made.to_json_value())), Audit)
        assert read_audit(made.to_json_value()) == made
        with pytest.raises(UserFixable, match="AU001"):
            read_audit({"format": "other"})

    def test_the_district_brings_its_cycles_together(self, evidence: Evidence) -> None:
        made = audit_cycle(PLAN, FRAME, evidence, Beside(), sha256="0" * 64)
        cycles = []
        for name in ("a", "b", "c"):
            own = replace(made.own, tool=name, relied=replace(made.own.relied, cycle=name))
            cycles.append((replace(made, cycle=name, own=own), [look("attendance")] if name == "b" else []))
        found = audit_district(cycles, as_of=date(2026, 6, 9).isoformat())
        assert (found.relied, found.share, found.is_reliant) == ("map", 1.0, True)
        assert "b" in [one.cycle for one in found.at_risk]
        assert [domain for domain, _ in found.compared] == ["mathematics"]
        assert audit_district([], as_of="2026-06-09").share is None
        assert found.to_json_value()["format"] == "gainline-district-audit/1"
