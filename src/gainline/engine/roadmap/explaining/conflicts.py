"""The smallest set of rules that cannot hold together: take any one away, and the rest can."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from gainline.engine.roadmap.explaining.asking import can_be_kept
from gainline.engine.roadmap.explaining.easing import without
from gainline.engine.roadmap.explaining.rules import Rule
from gainline.engine.roadmap.model import Roadmap

Rules = tuple[Rule, ...]
Test = Callable[[Collection[Rule]], bool]


class Conflicts:
    """Finds conflicts in one roadmap, and remembers what it has asked the solver.

    `is_sure` turns false when a question was not answered within the effort: a set may then hold a rule too many.
    """

    def __init__(self, roadmap: Roadmap, rules: Rules) -> None:
        self.roadmap, self.rules = roadmap, rules
        self.is_sure = True
        self._known: dict[frozenset[Rule], bool] = {}

    def is_kept(self, rules: Collection[Rule]) -> bool:
        """Tell whether a plan keeps these rules and nothing else; what is not known counts as yes."""
        held = frozenset(rules)
        if held not in self._known:
            answer = can_be_kept(without(self.roadmap, [rule for rule in self.rules if rule not in held]))
            self.is_sure &= answer is not None
            self._known[held] = answer is not False
        return self._known[held]

    def smallest(self, left_out: Collection[Rule] = ()) -> Rules:
        """A conflict among the rules that are not left out; empty when these can be kept.

        First the fewest rules that people decide on, beside all facts; then the fewest facts beside those.

        Source: QuickXplain (Junker 2004, AAAI).
        """
        decided = [rule for rule in self.rules if not rule.is_given and rule not in left_out]
        facts = [rule for rule in self.rules if rule.is_given and rule not in left_out]
        if self.is_kept([*decided, *facts]):
            return ()
        chosen = [] if not self.is_kept(facts) else _fewest(decided, facts, self.is_kept)
        given = [] if not self.is_kept(chosen) else _fewest(facts, chosen, self.is_kept)
        return (*chosen, *given)

    def all(self, most: int = 4) -> tuple[Rules, ...]:
        """Conflicts that share no rule people decide on, one after the other until the rest can be kept."""
        found: list[Rules] = []
        left_out: list[Rule] = []
        while len(found) < most and (conflict := self.smallest(left_out)):
            found.append(conflict)
            decided = [rule for rule in conflict if not rule.is_given]
            left_out.extend(decided)
            if not decided:
                break
        return tuple(found)

    def beside(self, conflict: Rules) -> tuple[Rules, ...]:
        """What stands in the way still when only one rule of the conflict is given up, by each of its rules."""
        others = (self.smallest([rule]) for rule in conflict if not rule.is_given)
        return tuple(other for other in others if other)


def _fewest(rules: Sequence[Rule], base: Sequence[Rule], is_kept: Test) -> list[Rule]:
    """The rules without which the base could be kept, and of which none can be spared."""
    return _split(list(base), changed=False, rules=list(rules), is_kept=is_kept)


def _split(base: list[Rule], *, changed: bool, rules: list[Rule], is_kept: Test) -> list[Rule]:
    if changed and not is_kept(base):
        return []
    if len(rules) == 1:
        return rules
    half = len(rules) // 2
    first, last = rules[:half], rules[half:]
    of_last = _split([*base, *first], changed=bool(first), rules=last, is_kept=is_kept)
    of_first = _split([*base, *of_last], changed=bool(of_last), rules=first, is_kept=is_kept)
    return [*of_first, *of_last]
