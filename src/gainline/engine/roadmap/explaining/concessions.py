"""Up to three different cheapest ways out, each tried: the eased roadmap has a plan that the checker accepts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.checker import check_plan
from gainline.engine.roadmap.explaining.asking import can_be_kept
from gainline.engine.roadmap.explaining.easing import eased
from gainline.engine.roadmap.explaining.elastic import ELSEWHERE, Elastic
from gainline.engine.roadmap.explaining.prices import POINT, price, words
from gainline.engine.roadmap.explaining.rules import Rule
from gainline.engine.roadmap.model import Roadmap
from gainline.engine.roadmap.naming import RuleKind
from gainline.engine.roadmap.planning import plan_dates
from gainline.engine.roadmap.solving import Effort

MOST = 3
TRIES = 6  # patterns that are looked at until three have passed the checker
LONGEST_WEEKS = 52


@dataclass(frozen=True, slots=True)
class Concession:
    """One way out.

    Parameters
    ----------
    rules
        What is relaxed, with the amount of each in its own unit.
    days
        Extra days of the board or of professional learning, by the rule's kind.
    points
        What it is counted as, see `prices`; smaller is cheaper.
    is_cheapest
        Whether it is proved that nothing of another pattern than those before is cheaper.
    says
        One sentence per rule.
    roadmap
        The roadmap in which the concession is made: it has a plan, and the independent checker accepted one.
    """

    rules: tuple[tuple[Rule, int], ...]
    days: tuple[tuple[RuleKind, tuple[date, ...]], ...]
    points: float
    is_cheapest: bool
    says: tuple[str, ...]
    roadmap: Roadmap


def concessions(roadmap: Roadmap, rules: Sequence[Rule], *, work: float) -> tuple[Concession, ...]:
    """The cheapest concessions among these rules; none relaxes the same rules as a cheaper one, or those and more.

    What the solver proposes is made in the roadmap, which is dated anew and checked; what fails there is left out.
    """
    found = [*_combined(roadmap, rules, work), *_alone(roadmap, rules, work)]
    kept: list[Concession] = []
    for one in sorted(found, key=lambda concession: concession.points):
        patterns = [{rule for rule, _ in other.rules} for other in kept]
        if not any(pattern <= {rule for rule, _ in one.rules} for pattern in patterns):
            kept.append(one)
    return tuple(kept[:MOST])


def _combined(roadmap: Roadmap, rules: Sequence[Rule], work: float) -> list[Concession]:
    elastic, found = Elastic(roadmap, rules), []
    for _ in range(TRIES):
        cheapest = elastic.cheapest(work)
        if cheapest is None or not cheapest[0]:
            break
        amounts, days, is_cheapest = cheapest
        if (concession := _made(roadmap, amounts, days, work=work, is_cheapest=is_cheapest)) is not None:
            found.append(concession)
        elastic.forbid(tuple(amounts))
        if len(found) == MOST:
            break
    return found


def _alone(roadmap: Roadmap, rules: Sequence[Rule], work: float) -> list[Concession]:
    """Shorter evaluations and a later end, one rule at a time: the least that makes a plan possible."""
    found = []
    for rule in rules:
        if rule.kind in ELSEWHERE:
            longest = LONGEST_WEEKS
            if rule.kind is RuleKind.EVALUATION:
                longest = max(a.weeks for a in roadmap.activities if a.key.split("@")[0] == rule.subject) - 1
            for amount in range(1, longest + 1):
                if can_be_kept(eased(roadmap, {rule: amount}), work=work / 4):
                    made = _made(roadmap, {rule: amount}, {}, work=work, is_cheapest=True)
                    found += [made] if made else []
                    break
    return found


def _made(
    roadmap: Roadmap,
    amounts: Mapping[Rule, int],
    days: Mapping[RuleKind, tuple[date, ...]],
    *,
    work: float,
    is_cheapest: bool,
) -> Concession | None:
    """The concession, if the roadmap in which it is made has a plan that the checker accepts."""
    counted = {rule: amount for rule, amount in amounts.items() if rule.kind not in days}
    changed = eased(roadmap, counted, days)
    plan = plan_dates(changed, Effort(work=work))
    if isinstance(plan, Refusal) or check_plan(changed, plan.dates):
        return None
    points = sum(price(roadmap, rule) * amount for rule, amount in amounts.items()) / POINT
    says = tuple(words(roadmap, rule, amount, days.get(rule.kind, ())) for rule, amount in amounts.items())
    return Concession(tuple(amounts.items()), tuple(days.items()), points, is_cheapest, says, changed)
