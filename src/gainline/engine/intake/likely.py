"""Likely: from how alike identities and students are to whose they probably are. Suggestions; nobody is linked here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SURE = 0.97
"""From here on nobody needs to look at each suggestion, if nothing else speaks against it."""
SURE_ELSEWHERE = 0.99
"""The same where school or grade differ: a leaver's namesake next door is as alike as a student who moved."""
WORTH_A_LOOK = 0.05
_KNOWN_HERE = 0.95  # share of identities whose student the roster has; the rest are leavers, test accounts, typos
_SECOND_ACCOUNT = 0.02  # share of students with a second account in one system


@dataclass(frozen=True, slots=True)
class Pairs:
    """Identities beside students they could be; every array has the shape (n_pairs,).

    Parameters
    ----------
    identity, student
        Row numbers.
    weight
        Binary logarithm of the Bayes factor that the two are one person against two people drawn by chance.
    named_alike
        Given and family name both agree at least nearly: without that, a student's twin is as alike as the student.
    placed_alike
        School and grade do not disagree.
    """

    identity: Ints
    student: Ints
    weight: Floats
    named_alike: Flags
    placed_alike: Flags


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Whose an identity probably is.

    Parameters
    ----------
    identity, student
        Row numbers.
    probability
        That it is this student's, among all students of the roster and somebody whom it does not have.
    is_sure
        At least `SURE` or `SURE_ELSEWHERE`, both names alike, no second account, and no other identity that is likely
        the same student's.
    """

    identity: int
    student: int
    probability: float
    is_sure: bool


def suggest(pairs: Pairs, *, has_account: Flags) -> list[Suggestion]:
    """Whose each identity probably is: the likeliest student, where one is worth a look; by identity.

    Each identity has one owner or none, so candidates share one probability with "somebody whom the roster does not
    have"; students whom the source already knows by an identifier seldom own a second account.

    Parameters
    ----------
    pairs
        Pairs that are at all alike; all others weigh nothing.
    has_account
        Students, in the order of their row numbers, whom the source knows already.

    Source: Fellegi and Sunter (1969), JASA 64, for the weights; Sadinle (2017), JASA 112, section 3, for one owner at
    most.
    """
    if not len(pairs.identity):
        return []
    prior = np.where(has_account, _SECOND_ACCOUNT, 1.0)
    nobody = max(float(prior.sum()), 1.0) * (1 - _KNOWN_HERE) / _KNOWN_HERE
    odds = np.exp2(np.minimum(pairs.weight, 500.0)) * prior[pairs.student]
    total = np.bincount(pairs.identity, weights=odds) + nobody
    probability = odds / total[pairs.identity]
    rivals = np.bincount(pairs.student, weights=probability)[pairs.student] - probability
    bar = np.where(pairs.placed_alike, SURE, SURE_ELSEWHERE)
    sure = (probability >= bar) & pairs.named_alike & ~has_account[pairs.student] & (rivals < 1 - SURE)
    order = np.lexsort((pairs.student, -probability, pairs.identity))
    first = np.unique(pairs.identity[order], return_index=True)[1]
    return [
        Suggestion(int(pairs.identity[row]), int(pairs.student[row]), float(probability[row]), bool(sure[row]))
        for row in order[first]
        if probability[row] >= WORTH_A_LOOK
    ]
