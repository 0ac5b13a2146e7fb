"""Why a reader is shown less than the small counts alone would ask for."""

from __future__ import annotations

from gainline.engine.core.issues import Issue, Level

TOO_COSTLY = Issue(
    "PR021",
    Level.WARNING,
    "the proof that nothing here gives a person away would cost too much, so nothing is shown",
    "ask for fewer groups at once",
)
COARSER = Issue(
    "PR022",
    Level.NOTE,
    "the finer counts cannot be shown safely at a reasonable cost, so only their totals are shown",
    "ask for fewer or larger groups",
)
CHANGED = Issue(
    "PR024",
    Level.NOTE,
    "some counts changed by so few people since they were last shown that they are hidden or shown as a range",
    "use the earlier figures, or wait until more people have changed",
)
NOTHING_HOLDS = Issue(
    "PR025",
    Level.WARNING,
    "beside what was shown before, no way of showing these counts keeps small groups safe, so nothing is shown",
    "ask for other or larger groups",
)


def stands(label: str) -> Issue:
    """The reason for showing the figures of an earlier release once more."""
    return Issue(
        "PR023",
        Level.NOTE,
        f"fewer people came or left since {label} than may be told apart, so the figures of {label} stand",
        "use them, or wait until more people have changed",
    )
