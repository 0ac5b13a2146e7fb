"""Effects: what follows when a family takes its word back, by how far the work has come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_WIDTH = 10


class Stage(StrEnum):
    """How far the work had come when the word was taken back."""

    BEFORE_FREEZE = "before the data freeze"
    RUNNING = "an analysis is running"
    COMPUTED = "computed and not published"
    PUBLISHED = "published"
    BACKUP = "in a backup"


@dataclass(frozen=True, slots=True)
class Effects:
    """What the engine does; each is carried out by the run, the evaluation or the restore that it concerns.

    Parameters
    ----------
    is_read
        Always False: no run that starts afterwards reads the person.
    purges
        Rows are taken out of every state of the lake, because nothing but consent carried them.
    invalidates
        The run under way ends at its next checkpoint and starts anew without the person.
    recomputes
        The estimate is flagged and computed again; both stand in the internal log, and staff see the difference.
    counts_as_attrition
        The person stays in the count of those assigned, without an outcome.
    stands
        What was published stays as it is: it is never shown again differing by one person; later withdrawals are
        noted in bands.
    reapplies
        A restore takes the person out before anything is read.
    """

    is_read: bool
    purges: bool
    invalidates: bool
    recomputes: bool
    counts_as_attrition: bool
    stands: bool
    reapplies: bool


def effects_of(stage: Stage, *, sole_basis: bool) -> Effects:
    """What follows from a withdrawal at a stage; `sole_basis` where nothing but consent carried the records.

    Source: Regulation (EU) 2016/679, articles 7(3) (effect forward only) and 17(1)(b) (erasure without another basis).
    """
    return Effects(
        is_read=False,
        purges=sole_basis,
        invalidates=stage is Stage.RUNNING,
        recomputes=stage in (Stage.RUNNING, Stage.COMPUTED),
        counts_as_attrition=stage is not Stage.PUBLISHED,
        stands=stage is Stage.PUBLISHED,
        reapplies=stage is Stage.BACKUP,
    )


def in_bands(count: int) -> str:
    """A count that tells nobody's doing: ``0 to 9``, ``10 to 19``; nobody and a few look the same.

    Examples
    --------
    >>> in_bands(0), in_bands(1), in_bands(23)
    ('0 to 9', '0 to 9', '20 to 29')
    """
    low = count // _WIDTH * _WIDTH
    return f"{low} to {low + _WIDTH - 1}"
