"""Why a roadmap cannot be kept, in plain words: which rules exclude each other, and what would help."""

from __future__ import annotations

from dataclasses import dataclass

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.explaining.asking import WORK, can_be_kept, is_proved_again
from gainline.engine.roadmap.explaining.concessions import Concession, concessions
from gainline.engine.roadmap.explaining.conflicts import Conflicts, Rules
from gainline.engine.roadmap.explaining.easing import without
from gainline.engine.roadmap.explaining.rules import rules_of
from gainline.engine.roadmap.model import Roadmap


@dataclass(frozen=True, slots=True)
class Explanation:
    """What stands in a roadmap's way.

    Parameters
    ----------
    conflicts
        Sets of rules that cannot hold together; without any one of its rules, the others of a set can. The first is
        the one to talk about; the others share with it no rule that people decide on.
    concessions
        Up to three different cheapest ways out of all conflicts at once, each proved to work.
    is_proved
        Whether a second, differently configured proof says of the first conflict, too, that it is impossible.
    is_smallest
        Whether each question on the way was answered within the effort; else a set may hold a rule too many.
    """

    conflicts: tuple[Rules, ...]
    concessions: tuple[Concession, ...]
    is_proved: bool
    is_smallest: bool


def explain(roadmap: Roadmap, *, work: float = WORK) -> Explanation | Refusal:
    """Which rules of a roadmap exclude each other, and the cheapest concessions.

    Parameters
    ----------
    roadmap
        One that no plan keeps.
    work
        Effort per question, in the solver's deterministic units.

    Refuses
    -------
    RM041 the roadmap can be kept, so there is nothing to explain; RM042 not known whether it can.
    """
    answer = can_be_kept(roadmap, work=4 * work)
    if answer:
        return Refusal("RM041", "this roadmap can be kept, so nothing is to be explained", "solve it")
    if answer is None:
        because = "whether a plan keeps every rule was not found out within the effort"
        return Refusal("RM042", because, "give more effort, or ease what is tightest and solve")
    rules = rules_of(roadmap)
    known = Conflicts(roadmap, rules)
    conflicts = known.all()
    if not conflicts:
        return Refusal("RM042", "no set of named rules alone accounts for it", "give more effort")
    only = without(roadmap, [rule for rule in rules if rule not in conflicts[0]])
    involved = dict.fromkeys(r for conflict in (*conflicts, *known.beside(conflicts[0])) for r in conflict)
    decided = [rule for rule in involved if not rule.is_given]
    ways = concessions(roadmap, decided, work=work) if decided else ()
    return Explanation(conflicts, ways, is_proved_again(only), known.is_sure)
