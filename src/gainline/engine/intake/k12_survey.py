"""The motivation survey of the online science school: ten answers from 1 to 5, and the three scales made of them.

Source: Estrellado et al. (2020), Data Science in Education Using R, chapter 7. Questions 4 and 7 are worded the other
way around. Which question belongs to which scale was checked against the authors' own table, student by student.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from gainline.engine.intake.link import Keys

Floats = npt.NDArray[np.float64]

ITEMS = {f"q{number}": f"Q1MaincellgroupRow{number}" for number in range(1, 11)}
SCALES = {"interest": (1, 4, 5, 8, 10), "perceived_competence": (3, 7), "utility_value": (2, 6, 9)}
REVERSED = (4, 7)
LOWEST, HIGHEST = 1.0, 5.0


def average_by_student(keys: Keys, answers: Floats) -> Iterator[tuple[str, Keys, Floats]]:
    """Each question and each scale with one mean per student.

    Parameters
    ----------
    keys
        Student of each survey, shape ``(m,)``; some answered more than once, for one course or for several.
    answers
        Shape ``(m, 10)``, NaN where a question was left out.

    Yields
    ------
    tuple
        Name, students, and the mean of all of a student's answers: to the question as it was worded, and for a scale to
        its questions with the reversed ones turned around. Students without an answer are left out.
    """
    for place, name in enumerate(ITEMS):
        yield name, *_mean(keys, answers[:, [place]])
    turned = answers.copy()
    for number in REVERSED:
        turned[:, number - 1] = LOWEST + HIGHEST - answers[:, number - 1]
    for name, numbers in SCALES.items():
        yield name, *_mean(keys, turned[:, [number - 1 for number in numbers]])


def _mean(keys: Keys, answers: Floats) -> tuple[Keys, Floats]:
    who, place = np.unique(keys, return_inverse=True)
    given = ~np.isnan(answers)
    counts = np.bincount(place, given.sum(axis=1), minlength=len(who))
    sums = np.bincount(place, np.where(given, answers, 0.0).sum(axis=1), minlength=len(who))
    some = counts > 0
    return who[some], sums[some] / counts[some]
