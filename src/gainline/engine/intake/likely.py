"""Likely: from how alike identities and students are to whose they probably are. Suggestions; nobody is linked here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

STRANGER, RUNNER_UP = 1 / 200, 1 / 400
"""A suggestion is sure while somebody whom the roster does not have, and all other students together, are at most so
likely. Another student's account is the worse mistake: it gives one child's records to a classmate."""
WORTH_A_LOOK = 0.05
_KNOWN_HERE = 0.95  # share of identities whose student the roster has; the rest are leavers, test accounts, typos
_SECOND_ACCOUNT = 0.02  # share of students with a second account in one system
_STRONGEST = 45.0  # more bits than names, school and grade can bring; sums of them stay exact enough
_ROUNDS, _SETTLED = 200, 1e-7


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
    """

    identity: Ints
    student: Ints
    weight: Floats
    named_alike: Flags


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
        Both names alike, no second account, and neither a stranger's nor another student's beyond `STRANGER` and
        `RUNNER_UP`. Nothing is linked by it: it says which suggestions need no look at each.
    """

    identity: int
    student: int
    probability: float
    is_sure: bool


def suggest(pairs: Pairs, *, has_account: Flags) -> list[Suggestion]:
    """Whose each identity probably is: the likeliest student, where one is worth a look; by identity.

    Each identity has one owner or none and each student one identity at most, so all of them are weighed together: a
    namesake who is surely somebody else's is no rival any more. Students whom the source already knows by an
    identifier seldom own a second account.

    Parameters
    ----------
    pairs
        Pairs that are at all alike; all others weigh nothing.
    has_account
        Students, in the order of their row numbers, whom the source knows already.

    Source: Fellegi and Sunter (1969), JASA 64, for the weights; Sadinle (2017), JASA 112, section 3, for one owner at
    most on both sides.
    """
    if not len(pairs.identity):
        return []
    prior = np.where(has_account, _SECOND_ACCOUNT, 1.0)
    nobody = max(float(prior.sum()), 1.0) * (1 - _KNOWN_HERE) / _KNOWN_HERE
    odds = np.exp2(np.minimum(pairs.weight, _STRONGEST)) * prior[pairs.student] / nobody
    probability, stranger = one_owner_each(pairs.identity, pairs.student, odds)
    sure = (stranger <= STRANGER) & (1 - probability - stranger <= RUNNER_UP)
    sure &= pairs.named_alike & ~has_account[pairs.student]
    order = np.lexsort((pairs.student, -probability, pairs.identity))
    first = np.unique(pairs.identity[order], return_index=True)[1]
    return [
        Suggestion(int(pairs.identity[row]), int(pairs.student[row]), float(probability[row]), bool(sure[row]))
        for row in order[first]
        if probability[row] >= WORTH_A_LOOK
    ]


def one_owner_each(identity: Ints, student: Ints, odds: Floats) -> tuple[Floats, Floats]:
    """How probably each pair is one person, and its identity nobody's, when no student owns two identities.

    Messages go back and forth between identities and students until they settle: exact where the pairs form no circle,
    close where they do.

    Parameters
    ----------
    identity, student
        Row numbers, shape ``(n_pairs,)``.
    odds
        That the pair is one person against that the identity is nobody's, were there no other pair.

    Returns
    -------
    tuple of arrays
        Probability of each pair, and that its identity is nobody's.

    Source: Huang and Jebara (2009), Approximating the permanent with belief propagation, arXiv:0908.1769.
    """
    free = np.ones(len(odds))  # how far the student is not claimed by other identities
    found = np.zeros(len(odds))
    for _ in range(_ROUNDS):
        claim = odds * free
        total = 1 + np.bincount(identity, weights=claim)[identity]
        before, found = found, claim / total
        if float(np.abs(found - before).max(initial=0.0)) < _SETTLED:
            break
        asked = odds / np.maximum(total - claim, 1.0)
        others = np.bincount(student, weights=asked)[student] - asked
        free = np.sqrt(free / np.maximum(1 + others, 1.0))  # half a step, so that claims do not swing to and fro
    return found, 1 / total
