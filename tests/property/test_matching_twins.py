"""Optimal, full and cardinality matching against brute force, greedy matching against a plain loop: 200 each."""

import itertools

import numpy as np
import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence.balancing.cardinality import match_largest
from gainline.engine.evidence.balancing.full import match_fully
from gainline.engine.evidence.balancing.matching import NONE, match_on_score, match_on_vector
from gainline.engine.evidence.balancing.optimal import distances, match_optimally

PROBLEMS = 200
TIE_PRICE = 1e-6  # full matching breaks ties by a price of 1e-9 calipers a pair


def problem(seed, largest=10, ties=False):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, largest))
    points = rng.normal(size=(n, 1 + seed % 2))
    if ties:
        points = np.round(points * 2.0) / 2.0
    tool = rng.random(n) < 0.45
    tool[:2] = [True, False]
    return points, tool, rng.integers(0, 1 + seed % 2, size=n), float(rng.choice([0.4, 1.0, 50.0]))


def greedy_loop(score, tool, caliper):
    """Tool students in falling order of score take the nearest free one; ties go to the lower score, then row."""
    free, pairs = [row for row in range(len(tool)) if not tool[row]], {}
    for who in sorted((row for row in range(len(tool)) if tool[row]), key=lambda row: (-score[row], row)):
        near = [row for row in free if abs(score[row] - score[who]) <= caliper]
        if near:
            pairs[who] = min(near, key=lambda row: (abs(score[row] - score[who]), score[row], row))
            free.remove(pairs[who])
    return pairs


@pytest.mark.parametrize("seed", range(PROBLEMS))
def test_greedy_matching_equals_the_plain_loop(seed):
    points, tool, _, caliper = problem(seed, largest=60, ties=seed % 3 == 0)
    score = points[:, 0]
    found = match_on_score(score, tool, np.zeros(len(tool), dtype=int), caliper=caliper, ratio=1)
    pairs = greedy_loop(score, tool, caliper)
    if isinstance(found, Refusal):
        assert pairs == {}
        return
    assert {who: int(np.flatnonzero((found.sets == found.sets[who]) & ~tool)[0]) for who in pairs} == pairs
    assert int((found.kept & tool).sum()) == len(pairs)


def vector_loop(points, tool, caliper, ratio):
    """Farthest from the comparison students' center first, each the nearest free one, ties to the lower row."""
    wanting, offered = np.flatnonzero(tool), np.flatnonzero(~tool)
    far = np.sum((points[wanting] - points[offered].mean(axis=0)) ** 2, axis=1)
    sets, free = np.full(len(tool), NONE), np.ones(len(offered), dtype=bool)
    for _ in range(ratio):
        for who in wanting[np.argsort(-far, kind="stable")]:
            apart = np.where(free, np.sqrt(np.sum((points[offered] - points[who]) ** 2, axis=1)), np.inf)
            if apart.min() <= caliper:
                free[apart.argmin()] = False
                sets[[who, offered[apart.argmin()]]] = who
    return sets


@pytest.mark.parametrize("offered", [30, 2_500], ids=["all looked at", "shortlists"])
@pytest.mark.parametrize("seed", range(12))
def test_matching_on_a_vector_equals_the_plain_loop(seed, offered):
    rng = np.random.default_rng(seed)
    tool = np.arange(offered + offered // 8) < offered // 8
    points = rng.normal(size=(len(tool), 1 + seed % 5)) + 2.0 * (seed % 2) * tool[:, None]
    if seed % 3 == 0:
        points = np.round(points * 3.0) / 3.0  # many ties
    if seed % 4 == 0:
        points += 1e6  # far from the origin the products of matrices lose digits
    caliper, ratio = float(rng.choice([0.2, 50.0])), 1 + seed % 2
    found = match_on_vector(points, tool, np.zeros(len(tool), dtype=int), caliper=caliper, ratio=ratio)
    sets = vector_loop(points, tool, caliper, ratio)
    together = {number: set(np.flatnonzero(sets == number)) for number in np.unique(sets[sets != NONE])}
    if isinstance(found, Refusal):
        assert together == {}
        return
    assert {who: set(np.flatnonzero(found.sets == found.sets[who])) for who in together} == together
    assert int((found.kept & tool).sum()) == len(together)


def best_matching(apart, allowed, ratio):
    """By trying everything: most matches, then most students with a first one, then the smallest sum."""
    places, columns = len(apart), apart.shape[1]

    def extend(row, used):
        if row == places:
            yield 0, 0, 0.0
            return
        free = [c for c in range(columns) if allowed[row, c] and c not in used]
        for size in range(min(ratio, len(free)) + 1):
            for chosen in itertools.combinations(free, size):
                cost = sum(apart[row, c] for c in chosen)
                for count, firsts, rest in extend(row + 1, used | set(chosen)):
                    yield count + size, firsts + (size > 0), rest + cost

    return min(extend(0, frozenset()), key=lambda found: (-found[0], -found[1], found[2]))


@pytest.mark.parametrize("dense_cells", [10**6, 0], ids=["dense", "sparse"])
@pytest.mark.parametrize("seed", range(PROBLEMS))
def test_optimal_matching_equals_brute_force(seed, dense_cells):
    points, tool, strata, caliper = problem(seed, largest=9, ties=seed % 3 == 0)
    ratio = 1 + seed % 3
    found = match_optimally(points, tool, strata, caliper=caliper, ratio=ratio, dense_cells=dense_cells)
    apart = distances(points[tool], points[~tool])
    allowed = (apart <= caliper) & (strata[tool][:, None] == strata[~tool][None, :])
    count, firsts, cost = best_matching(apart, allowed, ratio)
    if isinstance(found, Refusal):
        assert count == 0
        return
    sets = found.matched.sets
    same = sets[tool][:, None] == np.where(sets[~tool] < 0, -9, sets[~tool])[None, :]
    assert not (same & ~allowed).any()
    assert int(same.sum()) == count
    assert int(found.matched.kept[tool].sum()) == firsts
    assert float(apart[same].sum()) == pytest.approx(cost, abs=1e-9)  # a float sum in another order


def cheapest_division(apart, allowed):
    """By trying every set of pairs that leaves nobody within reach out: its least cost."""
    edges = np.argwhere(allowed)
    must = (allowed.any(axis=1), allowed.any(axis=0))
    best = np.inf
    for picked in itertools.product([False, True], repeat=len(edges)):
        chosen = edges[list(picked)]
        rows, columns = np.zeros(len(apart), bool), np.zeros(apart.shape[1], bool)
        rows[chosen[:, 0]] = True
        columns[chosen[:, 1]] = True
        if (rows == must[0]).all() and (columns == must[1]).all():
            best = min(best, float(apart[chosen[:, 0], chosen[:, 1]].sum()))
    return best


@pytest.mark.parametrize("seed", range(PROBLEMS))
def test_full_matching_equals_brute_force(seed):
    points, tool, strata, caliper = problem(seed, largest=8, ties=seed % 4 == 0)
    found = match_fully(points, tool, strata, caliper=caliper)
    apart = distances(points[tool], points[~tool])
    allowed = (apart <= caliper) & (strata[tool][:, None] == strata[~tool][None, :])
    if isinstance(found, Refusal):
        assert not allowed.any()
        return
    assert (found.kept[tool] == allowed.any(axis=1)).all()
    assert (found.kept[~tool] == allowed.any(axis=0)).all()
    cost = 0.0
    for number in range(found.sets.max() + 1):
        inside, beside = np.flatnonzero(found.sets[tool] == number), np.flatnonzero(found.sets[~tool] == number)
        assert min(len(inside), len(beside)) == 1
        assert allowed[np.ix_(inside, beside)].all()
        cost += float(apart[np.ix_(inside, beside)].sum())
        assert found.weights[~tool][beside].sum() == pytest.approx(len(inside))
    assert cost == pytest.approx(cheapest_division(apart, allowed), abs=TIE_PRICE)


def largest_balanced(covariates, tool, tolerance):
    """By trying every equal number of both arms: the most tool students with averages within the tolerance."""
    sd = np.sqrt((covariates[tool].var(axis=0, ddof=1) + covariates[~tool].var(axis=0, ddof=1)) / 2)
    inside, beside = np.flatnonzero(tool), np.flatnonzero(~tool)
    for size in range(min(len(inside), len(beside)), 0, -1):
        for ours in itertools.combinations(inside, size):
            for theirs in itertools.combinations(beside, size):
                away = covariates[list(ours)].mean(axis=0) - covariates[list(theirs)].mean(axis=0)
                if (np.abs(away) <= tolerance * sd + 1e-9).all():
                    return size
    return 0


@pytest.mark.parametrize("seed", range(PROBLEMS))
def test_cardinality_matching_keeps_as_many_as_brute_force(seed):
    rng = np.random.default_rng(seed)
    tool = np.arange(11) < 5
    covariates = rng.normal(size=(11, 2)) + 0.4 * tool[:, None]
    found = match_largest(covariates, covariates, tool, np.zeros(11, dtype=int), tolerance_sd=0.3, ratio=1)
    most = largest_balanced(covariates, tool, 0.3)
    if isinstance(found, Refusal):
        assert most < 4
        return
    assert int(found.matched.kept[tool].sum()) == most
