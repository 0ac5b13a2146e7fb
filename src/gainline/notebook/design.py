"""Before a pilot, in a notebook: the design that the district's situation allows."""

from __future__ import annotations

from gainline.engine.pilots.picker import Answers, Assignable, Chance, Choice, Chooser, Stagger, pick


def pick_design(
    *,
    assignable: Assignable,
    chance: Chance,
    chooser: Chooser,
    cutoff: bool = False,
    stagger: Stagger = "no",
    started: bool = False,
) -> Choice:
    """The strongest design that six plain answers allow, with its reason, its limits and the next best one.

    Parameters
    ----------
    assignable
        Who could be told to use the tool, or to wait: ``nobody``, ``students``, ``sections``, ``schools``.
    chance
        Whether a lot ``decides`` who uses it first, ``may`` still do so, or ``no``.
    chooser
        Who decides where no lot does: ``district``, ``teachers``, ``students``, ``one-school``, ``everyone``.
    cutoff, stagger, started
        Whether a score alone decides; whether groups begin at different times (``no``, ``by-lot``, ``by-choice``);
        whether the tool's use has begun.

    Examples
    --------
    >>> pick_design(assignable="schools", chance="may", chooser="district").kind
    'randomized'
    """
    return pick(Answers(assignable, chance, chooser, cutoff=cutoff, stagger=stagger, started=started))
