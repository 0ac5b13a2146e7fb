"""How often the audit and the grammar of claims would mislead, in worlds where the truth is known.

Run it with: python benchmarks/audit.py [--cycles 1000] [--fair 1000]
Null worlds with an analyst who looks freely; the best of ten tools; students chosen for low scores with nothing done;
scores that are fair. Beside them stand the reference figures of the audit routine, made again. Where our generator had
to be guessed (what exactly the four analyses and five groups were), the row says so.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

import numpy as np
from scipy import special

from gainline.engine.audit import Look, LookKind, Word, paths
from gainline.engine.audit.curse import compare_tools
from gainline.engine.audit.fairness import POWER, areas, fairness, fairness_check
from gainline.engine.audit.forking import forking_checks
from gainline.engine.audit.regression import beyond_regression, without_comparison
from gainline.engine.evidence.document import Estimate
from gainline.engine.evidence.rating import DOES_NOT
from gainline.engine.pilots.plan import Plan
from gainline.engine.reports.wording import STRONG, Claim, Move, Strength, key

STUDENTS, OUTCOMES, ANALYSES = 120, 6, ("difference", "ancova", "gain", "winsorized")
GROUPS = 5  # everybody, and one side of each of four overlapping halves
TOOLS, SPREAD, MEAN, ARM = 10, 0.10, 0.05, 100
BASE, APART = 0.25, 0.75  # the reference does not say its own; these reproduce its three rows best
Row = tuple[str, str, str]


def difference(y: np.ndarray, tool: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Difference of arms and its standard error by column, unequal variances; the last axis is students'."""
    a, b = y[..., tool], y[..., ~tool]
    error = np.sqrt(a.var(-1, ddof=1) / a.shape[-1] + b.var(-1, ddof=1) / b.shape[-1])
    return a.mean(-1) - b.mean(-1), error


def adjusted(y: np.ndarray, before: np.ndarray, tool: np.ndarray) -> np.ndarray:
    """Outcomes less what the baseline says of them within the arms."""
    x = before - np.where(tool, before[..., tool].mean(-1, keepdims=True), before[..., ~tool].mean(-1, keepdims=True))
    slope = (x * y).sum(-1, keepdims=True) / (x * x).sum(-1, keepdims=True)
    return y - slope * (before - before.mean(-1, keepdims=True))


def p_values(y: np.ndarray, before: np.ndarray, tool: np.ndarray, analysis: str) -> np.ndarray:
    """Two-sided p by outcome."""
    made = {
        "difference": lambda: y,
        "ancova": lambda: adjusted(y, before, tool),
        "gain": lambda: y - before,
        "winsorized": lambda: np.clip(y, *np.quantile(y, [0.1, 0.9], axis=-1)[..., None]),
    }[analysis]()
    effect, error = difference(made, tool)
    return 2.0 * special.stdtr(len(tool) - 2.0, -np.abs(effect / error))


def null_cycle(rng: np.random.Generator, alike: float) -> tuple[bool, tuple[float, float, float], list[Look]]:
    """One cycle without any effect: whether a free look found something, the registered estimate, and every look.

    ``alike`` is the correlation of two outcomes; each is measured with a reliability of 0.8.
    """
    true = rng.normal(0, np.sqrt(0.8 - alike), (OUTCOMES, STUDENTS)) + rng.normal(0, np.sqrt(alike), STUDENTS)
    before, y = (true + rng.normal(0, np.sqrt(0.2), true.shape) for _ in range(2))
    tool = rng.permutation(np.arange(STUDENTS) % 2 == 0)
    halves = [np.ones(STUDENTS, dtype=bool), *(rng.random(STUDENTS) < 0.5 for _ in range(GROUPS - 1))]
    found, looks = False, []
    for group, analysis in product(range(GROUPS), ANALYSES):
        inside = halves[group]
        p = p_values(y[:, inside], before[:, inside], tool[inside], analysis)
        found = found or bool((p < 0.05).any())
        for outcome in range(OUTCOMES):
            on = (date(2026, 4, 1) + timedelta(days=len(looks) % 28)).isoformat()
            narrowed = () if analysis == "difference" else (f"analysis={analysis}",)
            looks.append(
                Look(len(looks), on, LookKind.MEASURED, f"o{outcome}", (f"g{group}",)[: min(group, 1)], narrowed)
            )
    effect, error = difference(adjusted(y[:1], before[:1], tool), tool)
    half = float(special.stdtrit(STUDENTS - 3.0, 0.975) * error[0])
    return found, (float(effect[0]), float(effect[0]) - half, float(effect[0]) + half), looks


def null_world(cycles: int) -> Iterator[Row]:
    """T31: free looks in worlds without an effect."""
    rng = np.random.Generator(np.random.PCG64(31))
    free, registered, audited, listed, asked = 0, 0, 0, 0, 0
    for _ in range(cycles):
        found, (effect, low, high), looks = null_cycle(rng, 0.3)
        report = paths(PLAN, looks)
        truly = [look for look in looks if look.groups or look.where or look.at != "o0"]
        listed += len(set(truly) & set(report.unregistered))
        asked += len(truly)
        forked = any(check.word is Word.FLAG for check in forking_checks(PLAN, report))
        free += found
        registered += shows(effect, low, high, forked=False)
        audited += shows(effect, low, high, forked=forked)
    closer = sum(null_cycle(rng, 0.5)[0] for _ in range(cycles)) / cycles
    yield "free looks: p < 0.05 somewhere; outcomes correlated 0.3, 0.5", f"{free / cycles:.1%}, {closer:.1%}", "88 %"
    yield "registered figure alone, as a claim that 'shows' an effect", f"{registered / cycles:.1%}", "5 % nominal"
    yield "the same once the audit has counted the looks", f"{audited / cycles:.1%}", "<= 5 %"
    yield f"unregistered looks listed (of {asked:,})", f"{listed / asked:.2%}", "100 %"


def shows(effect: float, low: float, high: float, *, forked: bool) -> bool:
    """Whether the grammar says that the pilot shows an effect."""
    claim = Claim(
        tool="t", outcome="o", unit="SD", usual="u", effect=effect, low=low, high=high, smallest=0.1, n="120",
        design="randomized", rating=STRONG, registration="0", registered_on="2025-09-01", is_forked=forked,
    )  # fmt: skip
    return claim.strength is Strength.SHOWS and claim.move is not Move.SAME


def ranking(rounds: int) -> Iterator[Row]:
    """T32: the best of ten tools, raw, shown and true."""
    rng = np.random.Generator(np.random.PCG64(32))
    error = float(np.sqrt(2 / ARM))
    kept = []
    for _ in range(rounds):
        true = rng.normal(MEAN, SPREAD, TOOLS)
        seen = true + rng.normal(0, error, TOOLS)
        best = int(np.argmax(seen))
        kept.append(
            (
                seen[best],
                compare_tools([(str(j), float(seen[j]), error) for j in range(TOOLS)])[best].shrunken,
                true[best],
            )
        )
    raw, shown, true_mean = np.mean(kept, axis=0)
    yield "best of ten: raw", f"{raw:.3f}", "0.32"
    yield "best of ten: true", f"{true_mean:.3f}", "0.14"
    yield "best of ten: shown", f"{shown:.3f}", "within 0.02 of true"


def low_scorers(cycles: int) -> Iterator[Row]:
    """T33: the bottom quarter of a test of reliability 0.8, with nothing done and nobody to compare with."""
    rng = np.random.Generator(np.random.PCG64(33))
    gains, naive, beyond, told, claimed = [], 0, 0, 0, 0
    for _ in range(cycles):
        true = rng.normal(0, np.sqrt(0.8), 800)
        before, after = (true + rng.normal(0, np.sqrt(0.2), 800) for _ in range(2))
        low = before < np.quantile(before, 0.25)
        gain = (after - before)[low]
        gains.append(float(gain.mean()))
        naive += gain.mean() > 1.97 * gain.std(ddof=1) / np.sqrt(len(gain))
        found = beyond_regression(before[low], after[low], before)
        beyond += found is not None and found.low > 0.0
        told += without_comparison(before[low], after[low], before, _gain(gain)).word is Word.CLEAR
        claimed += "cause" in key(_claim(gain)) or _claim(gain).strength is Strength.SHOWS
    yield "low scorers, nothing done: mean gain in SDs", f"{np.mean(gains):.3f}", "0.26"
    yield "... called improved by a test of the gain alone", f"{naive / cycles:.1%}", "(what we never say)"
    yield "... beyond what regression predicts (one side of 95 %)", f"{beyond / cycles:.1%}", "2.5 % nominal"
    yield "... audited as clear without a comparison", f"{told}", "0"
    yield "... claimed as shown, or as the tool's doing", f"{claimed}", "0"


def _interval(gain: np.ndarray) -> tuple[float, float, float]:
    half = 1.97 * float(gain.std(ddof=1)) / np.sqrt(len(gain))
    return float(gain.mean()), float(gain.mean() - half), float(gain.mean() + half)


def _claim(gain: np.ndarray) -> Claim:
    """What a page could say of a gain that nobody was compared with."""
    effect, low, high = _interval(gain)
    return Claim(
        tool="t", outcome="o", unit="SD", usual="u", effect=effect, low=low, high=high, smallest=0.1, n="200",
        design="interrupted_series", rating=DOES_NOT, registration="0", registered_on="2025-09-01",
    )  # fmt: skip


def _gain(gain: np.ndarray) -> Estimate:
    effect, low, high = _interval(gain)
    return Estimate(
        outcome="o0",
        label="o0",
        unit="SD",
        domain="d",
        role="primary",
        method="",
        effect=effect,
        std_error=0.1,
        df=199.0,
        low=low,
        high=high,
        p=0.0,
        p_adjusted=None,
        p_randomization=None,
        g=effect,
        g_std_error=0.1,
        g_low=low,
        g_high=high,
        sd=1.0,
        mean_tool=0.0,
        mean_usual=0.0,
        counts=(),
        probability_worth_having=None,
        favorable=True,
    )


def fair_score(n: int, minority: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A score with an AUC of 0.70 in both groups, where one in four has the outcome; the outcome; the group."""
    outcome, group = rng.permutation(n) < round(n * BASE), rng.permutation(n) < round(n * minority)
    return rng.normal(outcome * APART, 1.0), outcome, group


def abroca_null(n: int, minority: float, draws: int, rng: np.random.Generator) -> tuple[float, float]:
    """Mean and 95th percentile of ABROCA for fair scores."""
    kept = []
    for _ in range(draws):
        score, outcome, group = fair_score(n, minority, rng)
        if (outcome & group).any() and (group & ~outcome).any():
            kept.append(float(areas(score, outcome, group[None, :])[0]))
    return float(np.mean(kept)), float(np.quantile(kept, 0.95))


def fair_scores(draws: int) -> Iterator[Row]:
    """T34 and the reference figures of ABROCA under no bias."""
    rng = np.random.Generator(np.random.PCG64(34))
    for (n, minority), said in {(200, 0.5): ".08 / .14", (200, 0.1): ".17 / .32", (2000, 0.1): ".05 / .09"}.items():
        mean, high = abroca_null(n, minority, 1000, rng)
        yield (
            f"ABROCA without bias, n = {n:,}, {minority:.0%} in the group (AUC and base rate guessed)",
            f"{mean:.3f} / {high:.3f}",
            said,
        )
    flags, small, weak, told, asked = 0, 0, 0, 0, 0
    for _ in range(draws):
        score, outcome, group = fair_score(200, 0.1, rng)
        found = fairness(score, outcome, group, rng=rng)
        if found is None:
            continue
        asked += 1
        word = fairness_check(found, "score").word
        flags += word is Word.FLAG
        small += found.p < 0.05
        weak += found.power < POWER
        told += found.power < POWER and word is Word.CANNOT
    yield (
        f"fair scores at n = 200, 10 % in the group ({asked} with enough of a kind): called biased",
        f"{flags / asked:.1%}",
        "<= 5 %",
    )
    yield "... permutation p below 0.05", f"{small / asked:.1%}", "5 % nominal"
    yield "... 'cannot tell' where power is below 0.8", f"{told} of {weak}", "all"


def small_pilot(draws: int = 200_000) -> Iterator[Row]:
    """A true effect of 0.10 SD with 100 students an arm."""
    rng = np.random.Generator(np.random.PCG64(35))
    seen = rng.normal(0.10, np.sqrt(2 / ARM), draws)
    clear = np.abs(seen) > 1.96 * np.sqrt(2 / ARM)
    yield "d = 0.10, 100 an arm: power", f"{clear.mean():.3f}", "0.11"
    yield "... mean size of the significant ones", f"{np.abs(seen[clear]).mean():.3f}", "0.34"
    yield "... of them with the wrong sign", f"{(seen[clear] < 0).mean():.1%}", "3 %"


def _plan() -> Plan:
    outcomes = [
        {"key": "o0", "label": "o0", "role": "primary", "domain": "d", "from": {"indicator": "o0"}, "unit": "SD"},
    ]
    return Plan.model_validate({
        "format": "gainline-plan/1", "key": "null", "title": "null", "aim": "a", "question": "q",
        "hypothesis": {
            "change": "raise", "population": "p", "measure": "o0", "size": 0.2, "by": "2026-05-01", "because": "b",
        },
        "tool": {"key": "t", "name": "t", "minutes_per_week": 45}, "population": {"describe": "p"},
        "comparison": {"tool_arm": "t", "usual_arm": "u", "assigned_by": "assignment"},
        "design": {"kind": "randomized", "unit": "student", "cluster": "student"}, "outcomes": outcomes,
        "covariates": [], "subgroups": [], "smallest_effect": 0.1,
        "window": {"start": "2025-10-01", "end": "2026-03-31"},
        "decision": {"decider": "d", "adopt_means": "a", "adapt_means": "a", "stop_means": "s"},
        "deadline": {"decide_by": "2026-06-01", "because": "b"},
    })  # fmt: skip


PLAN = _plan()


def main() -> None:
    """Print every figure beside what was asked of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cycles", type=int, default=1000)
    parser.add_argument("--fair", type=int, default=1000)
    asked = parser.parse_args()
    for rows in (
        null_world(asked.cycles),
        ranking(asked.cycles),
        low_scorers(asked.cycles),
        small_pilot(),
        fair_scores(asked.fair),
    ):
        began = time.process_time()
        for what, figure, bar in rows:
            print(f"| {what} | {figure} | {bar} |", flush=True)
        print(f"  ({time.process_time() - began:.1f} CPU s)")


if __name__ == "__main__":
    main()
