"""Who is in which arm: chance inside blocks for Lumen Reading, teachers' own choice for Math Quest."""

from __future__ import annotations

import numpy as np

from gainline.engine.worlds.draws import Flags, Floats, Ints, group_means, logistic, stream
from gainline.engine.worlds.people import Students, Teachers
from gainline.engine.worlds.places import Schools, Sections
from gainline.engine.worlds.spec import WorldSpec

LUMEN, QUEST = "lumen-reading", "math-quest"
LUMEN_GRADES, QUEST_GRADES = (3, 4, 5), (6, 7, 8)


def lumen_arms(spec: WorldSpec, schools: Schools, seed: int) -> tuple[Flags, Ints]:
    """Tool arm and block of each elementary school, both of shape (n_elementary,).

    Schools of like wealth share a block; half of each block gets the tool, by chance.
    """
    rng = stream(seed, "lumen arms")
    n, size = schools.elementary, spec.block_size
    order = np.argsort(schools.disadvantaged[:n], kind="stable")
    block = np.empty(n, dtype=np.int64)
    tool = np.zeros(n, dtype=np.bool_)
    for b in range(n // size):
        members = order[b * size : (b + 1) * size]
        block[members] = b
        tool[rng.permutation(members)[: size // 2]] = True
    return tool, block


def quest_volunteers(
    spec: WorldSpec, students: Students, sections: Sections, teachers: Teachers, fall: Floats, seed: int
) -> Flags:
    """Which sections were volunteered, shape (n_sections,); only math sections can be.

    Teachers look at how a section's fall scores compare with the school's other sections of the grade, and at their
    own zeal: nothing else about the future counts.
    """
    rng = stream(seed, "quest volunteers")
    tested = np.flatnonzero((students.math_section >= 0) & ~np.isnan(fall))
    means = group_means(fall[tested], students.math_section[tested], len(sections))
    v = spec.volunteering
    math = sections.math
    peers = sections.school * 100 + sections.grade + 10_000 * ~math  # sections that a teacher compares with each other
    _, peer = np.unique(peers, return_inverse=True)
    ahead = means - group_means(means, peer, int(peer.max()) + 1)[peer]
    standard = ahead / ahead[math].std()
    odds = v.intercept + v.per_section_mean * standard + v.per_zeal * teachers.zeal[sections.teacher]
    return np.asarray(math & (rng.random(len(sections)) < logistic(odds)), dtype=np.bool_)
