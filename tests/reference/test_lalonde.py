"""LaLonde's job training: a lottery, a naive comparison, and our matched design beside the published figures.

Published: Dehejia and Wahba (1999), J. American Statistical Association 94, Table 3: 1,794 by lottery, -8,498
against the CPS-1 comparison group; by matching on the propensity score 1,582, with regression 1,616 (standard error
751). They matched with replacement and without a caliper, so equality is not to be expected, and the tolerance is
their own standard error.
"""

from datetime import date

import numpy as np
import pytest

from evidence_frames import CTX, carried, make_plan, texts
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence import Evidence, Frame, evaluate
from gainline.engine.evidence.balancing.entropy import entropy_balance
from gainline.engine.evidence.designs import matched
from gainline.engine.evidence.inference.cr2 import cr2
from gainline.engine.evidence.inference.linear import Columns, least_squares
from gainline.engine.pilots.plan import Matching

LOTTERY, NAIVE, MATCHED, MATCHED_SE = 1794.34, -8497.5, 1616.0, 751.0
PLAIN = ("age", "educ", "re74", "re75")
LABELS = ("black", "hisp", "marr", "nodegree", "u74", "u75")


def people(source: str) -> dict[str, np.ndarray]:
    from causaldata import cps_mixtape, nsw_mixtape

    treated = nsw_mixtape.load_pandas().data
    table = {name: treated[name].to_numpy(dtype=float) for name in treated.columns if name != "data_id"}
    if source == "cps":
        others = cps_mixtape.load_pandas().data
        kept = table["treat"] == 1
        table = {name: np.concatenate([table[name][kept], others[name].to_numpy(dtype=float)]) for name in table}
    table |= {"u74": (table["re74"] == 0).astype(float), "u75": (table["re75"] == 0).astype(float)}
    return table | {"age2": table["age"] ** 2, "educ2": table["educ"] ** 2, "age3": table["age"] ** 3}


def frame_of(table: dict[str, np.ndarray]) -> Frame:
    n = len(table["treat"])
    one, own = texts(["all"] * n), texts([f"p{place:05d}" for place in range(n)])
    tool = table["treat"] == 1
    return Frame(
        keys=np.arange(n, dtype=np.int64),
        tool=tool,
        unit=own,
        cluster=own,
        block=one,
        school=one,
        outcomes={"re78": table["re78"]},
        numbers={name: table[name] for name in (*PLAIN, "age2", "educ2", "age3")},
        categories={name: texts([f"{value:.0f}" for value in table[name]]) for name in LABELS},
        subgroups={},
        used=tool,
        dosed=tool,
        dose=tool.astype(float),
    )


def plan_of(kind: str):
    outcome = {
        "key": "re78",
        "label": "Earnings 1978",
        "role": "primary",
        "domain": "earnings",
        "from": {"result": "re78", "forms": ["1978"]},
        "unit": "dollars",
        "baseline": "re75",
    }
    numbers = PLAIN if kind == "randomized" else (*PLAIN, "age2", "educ2", "age3")
    covariates = [{"key": name, "label": name, "from": {"attribute": name}} for name in numbers]
    covariates += [{"key": name, "label": name, "from": {"attribute": name}, "kind": "category"} for name in LABELS]
    hypothesis = {
        "change": "raise",
        "population": "workers",
        "measure": "re78",
        "size": 1000.0,
        "by": date(1979, 1, 1),
        "because": "training",
    }
    design = {"kind": kind, "unit": "student", "cluster": "student", "draws": 1999}
    return make_plan(outcomes=[outcome], covariates=covariates, subgroups=[], hypothesis=hypothesis, design=design)


def difference(table: dict[str, np.ndarray]):
    columns = Columns(("1", "tool"), np.column_stack([np.ones(len(table["treat"])), table["treat"]]))
    fit = least_squares(table["re78"], columns, needed=["tool"])
    return cr2(fit, np.arange(len(table["treat"])), fit.contrast("tool"))


def test_the_lottery_gives_1794_and_the_naive_comparison_minus_8498():
    lottery = difference(people("nsw"))
    assert lottery.estimate == pytest.approx(LOTTERY, abs=0.005)
    assert lottery.std_error == pytest.approx(671.0, abs=0.1)  # HC2, printed to one decimal
    assert difference(people("cps")).estimate == pytest.approx(NAIVE, abs=0.05)


def test_the_randomized_design_agrees_with_its_own_lottery():
    evidence = evaluate(plan_of("randomized"), frame_of(people("nsw")), **carried())
    assert isinstance(evidence, Evidence)
    first = evidence.estimates[0]
    print(f"ANCOVA {first.effect:.0f} ({first.std_error:.0f}), p {first.p:.4f}, redrawn {first.p_randomization:.4f}")
    assert abs(first.effect - LOTTERY) < 200.0  # covariates move it by a third of its standard error at most
    assert abs(first.p - first.p_randomization) < 0.01


def test_the_matched_design_finds_within_the_published_error_what_the_naive_look_misses_by_10000():
    evidence = evaluate(plan_of("matched"), frame_of(people("cps")), **carried())
    assert isinstance(evidence, Evidence), evidence
    first = evidence.estimates[0]
    kept = {arm: (before, after) for arm, before, after in evidence.match_loss}
    print(f"matched {first.effect:.0f} ({first.std_error:.0f}), pairs {kept}; naive {evidence.naive.effect:.1f}")
    for row in evidence.balance:
        print(f"  {row.covariate:9s} before {row.before:+.2f} after {row.after:+.3f} {row.band}")
    assert evidence.naive.effect == pytest.approx(NAIVE, abs=0.05)
    assert abs(first.effect - MATCHED) < MATCHED_SE
    assert first.low < LOTTERY < first.high


WEIGHED = {"entropy": "entropy balancing", "overlap": "overlap weights", "full": "optimal full matching"}


@pytest.mark.slow
@pytest.mark.parametrize("method", WEIGHED)
def test_other_registered_comparisons_find_the_lotterys_effect_within_their_intervals(method):
    plan = plan_of("matched")
    plan = plan.model_copy(update={"design": plan.design.model_copy(update={"matching": Matching(method=method)})})
    found = matched.analyze(plan, frame_of(people("cps")), plan.primary, ctx=CTX)
    assert not isinstance(found, Refusal), found
    first, said = found.estimate, dict(found.estimate.diagnostics)
    print(f"{method} {first.effect:.0f} ({first.std_error:.0f}), effective {said['effective comparison students']}")
    assert first.method.startswith(WEIGHED[method])
    assert first.low < LOTTERY < first.high
    if method != "overlap":  # whose effect is the one on another population
        assert abs(first.effect - MATCHED) < MATCHED_SE


@pytest.mark.slow
def test_entropy_balancing_of_the_cps_leaves_no_difference_and_rests_on_a_hundred_of_16000():
    table = people("cps")
    names = (*PLAIN, "age2", "educ2", "age3", *LABELS)
    columns = Columns(names, np.column_stack([table[name] for name in names]))
    found = entropy_balance(table["treat"] == 1, columns)
    assert not isinstance(found, Refusal)
    assert found.worst < 1e-11  # sums over 16,000 rows of cubes
    assert 50.0 < found.effective < 300.0
