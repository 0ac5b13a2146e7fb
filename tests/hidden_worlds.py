"""Volunteer studies with and without a hidden cause: small, and with the truth known.

Parameters of the reference simulation of the evidence engine: 24 schools, 3 to 5 classes of 18 to 26 students, school
variance 0.12, class variance 0.015, motivation that loads 0.25 on the score and is never observed, a pretest with an
error of 0.33, an effect of about 0.16 SD among users. S1 chooses by what is measured, S2 by motivation too, S3 as S2
while the motivated also grow faster by 0.15 SD a period, before the tool as well as with it.
"""

from __future__ import annotations

import numpy as np

from evidence_frames import MATCHED, make_plan, texts
from gainline.engine.evidence.frame import Frame
from gainline.engine.pilots.plan import Plan

GROWTH = 0.15
SPRING_BEFORE = {
    "key": "before",
    "label": "Spring score before",
    "from": {"result": "map", "forms": ["spring-before"]},
    "unit": "SD",
}


def hidden_plan(**changes) -> Plan:
    """The matched plan with the spring before as a registered placebo."""
    return make_plan(**{**MATCHED, "placebos": [SPRING_BEFORE], "smallest_effect": 0.05, **changes})


def hidden_frame(seed: int, selection: str, *, null: bool = False) -> tuple[Frame, float]:
    """One study and the true mean effect on its users, in SD-like units of the score."""
    rng = np.random.default_rng(seed)
    school, room = _classes(rng)
    n = len(school)
    level = rng.normal(0, 0.12**0.5, school.max() + 1)[school]
    lunch = rng.random(n) < 1 / (1 + np.exp(0.2 + 1.5 * level))
    motivation = rng.normal(size=n)
    latent = 0.70 * rng.normal(size=n) + 0.25 * motivation - 0.35 * lunch + level
    fall = latent + rng.normal(0, 0.33, n)
    faster = GROWTH * motivation if selection == "S3" else 0.0
    before = (latent - faster) / 0.95 + rng.normal(0, 0.33, n)
    pull = {"S1": 0.7 * fall, "S2": 0.5 * fall + 0.7 * motivation, "S3": 0.5 * fall + 0.7 * motivation}[selection]
    odds = -0.9 + pull - 0.3 * lunch + rng.normal(0, 0.4, school.max() + 1)[school]
    tool = rng.random(n) < 1 / (1 + np.exp(-odds))
    minutes = rng.gamma(4, 15, n) * np.exp(0.25 * motivation)
    dose = (1 - np.exp(-minutes / 45)) / (1 - np.exp(-60 / 45))
    effect = np.where(lunch, 0.25, 0.10) * dose * (not null)
    shock = rng.normal(0, 0.12, school.max() + 1)[school]
    after = 0.95 * latent + 0.30 + room + shock + faster + tool * effect + rng.normal(0, 0.40, n)
    names, labels = texts([f"s{code:02d}" for code in school]), texts(np.where(lunch, "yes", "no"))
    frame = Frame(
        keys=np.arange(n, dtype=np.int64),
        tool=tool,
        unit=texts([f"p{place}" for place in range(n)]),
        cluster=names,
        block=texts([""] * n),
        school=names,
        outcomes={"score": after, "quiz": after + rng.normal(0, 0.5, n)},
        numbers={"fall": fall},
        categories={"lunch": labels},
        subgroups={"frl": labels},
        used=tool,
        dosed=tool & (minutes > 45),
        dose=np.where(tool, minutes, 0.0),
        placebos={"before": before},
    )
    return frame, float(effect[tool].mean())


def _classes(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """School of each student, and the shift of the class."""
    rooms = [
        (school, int(rng.integers(18, 27)), rng.normal(0, 0.5 * 0.06**0.5))
        for school in range(24)
        for _ in range(int(rng.integers(3, 6)))
    ]
    sizes = [size for _, size, _ in rooms]
    return np.repeat([school for school, _, _ in rooms], sizes), np.repeat([shift for _, _, shift in rooms], sizes)
