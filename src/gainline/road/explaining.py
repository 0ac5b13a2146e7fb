"""The verb that says why a roadmap cannot be kept, as rows that people and programs read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gainline.engine.core.errors import DataIssues, Refused
from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.explaining import Explanation, explain
from gainline.road.roadmapping import Row, read_file


def explain_file(path: Path, work: float) -> Explanation:
    """Which rules of a roadmap exclude each other, and the cheapest concessions.

    Raises
    ------
    DataIssues
        When the file cannot be read as a roadmap.
    Refused
        When the roadmap can be kept (RM041), or it is not known whether it can (RM042).
    """
    read = read_file(path)
    if read.roadmap is None:
        raise DataIssues("the roadmap has errors", f"see them with: gainline roadmap check {path}")
    found = explain(read.roadmap, work=work)
    if isinstance(found, Refusal):
        raise Refused(f"{found.code}: {found.because}", found.remedy)
    return found


def explanation_rows(found: Explanation) -> list[Row]:
    """One row per rule of each conflict, then one per step of each concession."""
    return [*_conflicts(found), *_concessions(found)]


def _conflicts(found: Explanation) -> Iterator[Row]:
    for number, conflict in enumerate(found.conflicts, 1):
        for rule in conflict:
            part = f"conflict {number}, given" if rule.is_given else f"conflict {number}"
            yield _row(part, rule.key, rule.says, owner=rule.owner, may_relax=rule.relaxed_by)


def _concessions(found: Explanation) -> Iterator[Row]:
    for number, concession in enumerate(found.concessions, 1):
        for (rule, amount), says in zip(concession.rules, concession.says, strict=True):
            row = _row(f"concession {number}", rule.key, says, owner=rule.owner, may_relax=rule.relaxed_by)
            yield row | {"amount": amount, "points": f"{concession.points:g}"}


def _row(part: str, rule: str, says: str, *, owner: str, may_relax: str) -> Row:
    return {"part": part, "rule": rule, "says": says, "owner": owner, "may_relax": may_relax} | {
        "amount": None,
        "points": None,
    }


def verdict(found: Explanation) -> list[str]:
    """What was found in sentences that never say more than is proved."""
    decided = sum(not rule.is_given for rule in found.conflicts[0])
    rules = "one rule" if decided == 1 else f"{decided} rules"
    certain = "No plan can keep" if found.is_proved else "One proof, not confirmed by a second, says that no plan keeps"
    lines = [f"{certain} the {rules} of conflict 1 together; without any one of them, a plan keeps the others."]
    if not found.is_smallest:
        lines.append("Some questions went beyond the effort, so a conflict may name a rule too many.")
    if len(found.conflicts) > 1:
        lines.append(f"There are {len(found.conflicts)} conflicts: solving the first alone is not enough.")
    if found.concessions:
        lines.append("Each concession was made in the roadmap, which then had a plan that the checker accepted.")
    return lines
