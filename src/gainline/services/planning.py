"""Planning: a plan's document from a form's answers, what is still missing in each part, and whom it is about."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from gainline.engine.core.issues import Issue, Level, has_errors
from gainline.engine.pilots import check_hypothesis, parse_plan
from gainline.engine.pilots.drafting import (
    Answer,
    Begun,
    Document,
    answered,
    begin,
    read_document,
    write_document,
)
from gainline.engine.pilots.hypothesis import PARTS, Part
from gainline.engine.pilots.plan import Hypothesis, Plan
from gainline.engine.privacy import Audience
from gainline.road.piloting.eligible import Eligible, Known, eligible, known_in
from gainline.road.piloting.laying import Given
from gainline.road.piloting.power import Sized, size
from gainline.services import clock, cycles, desk
from gainline.services.permissions import standing_of
from gainline.services.remembering import remembered
from gainline.services.workspaces import open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle, PlanDraft, Registration

PART_OF = {
    "question": ("title", "aim", "question", "hypothesis"),
    "who": ("population", "comparison", "design", "window", "tool"),
    "measures": ("outcomes", "covariates", "subgroups", "placebos"),
    "rule": ("decision", "deadline", "smallest_effect", "missing", "multiplicity"),
}
"""Which form of a plan each part of its document belongs to; anything else is mended in the document itself."""
_FIRST = re.compile(r"^\w+")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a plan's document stands.

    Parameters
    ----------
    document
        What it holds, however much is missing.
    text, version
        As it is kept; version 0 while nothing was saved.
    checked
        The plan, where it can be read, with everything that is wrong with it.
    parts
        The issues by the form that mends them: question, who, measures, rule, document.
    """

    document: Document
    text: str
    version: int
    checked: cycles.Checked
    parts: Mapping[str, tuple[Issue, ...]]

    def is_done(self, part: str) -> bool:
        """Tell whether nothing of level error stands against a part."""
        return not has_errors(self.parts.get(part, ()))

    @property
    def faults(self) -> int:
        """How many things keep the plan from being locked."""
        return sum(issue.level is Level.ERROR for issue in self.checked.issues)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the checker says of a prediction: its six parts, which of them are missing, and what else is unwise."""

    parts: tuple[tuple[Part, bool], ...]
    issues: tuple[Issue, ...]

    @property
    def missing(self) -> int:
        """How many parts are missing."""
        return sum(not stands for _, stands in self.parts)


@desk.reading("district.read")
def standing(*, by: Account, cycle: Cycle) -> Standing:
    """How the plan of a cycle stands: what it says, and what is still missing in which part.

    Raises
    ------
    Conflict
        SV043 when somebody wrote a text that is no TOML.
    """
    draft = PlanDraft.objects.filter(cycle=cycle).first()
    document = _document(cycle, draft)
    text = draft.text if draft else write_document(document)
    checked = cycles.check_text(by=by, text=text)
    return Standing(document, text, draft.version if draft else 0, checked, _by_part(checked.issues))


@desk.reading("district.read")
def text_with(*, by: Account, cycle: Cycle, said: Answer) -> str:
    """The plan's text with one more answer; nothing is saved.

    Raises
    ------
    Conflict
        SV043 when somebody wrote a text that is no TOML.
    """
    return write_document(answered(_document(cycle, PlanDraft.objects.filter(cycle=cycle).first()), said))


@desk.reading("district.read")
def spoken(*, by: Account, text: str) -> Spoken:
    """What the checker says of the prediction in a plan's text, while one types."""
    document = read_document(text) or {}
    given = {name: part for name, part in document.get("hypothesis", {}).items() if name in Hypothesis.model_fields}
    missing = {part.key for part in check_hypothesis(Hypothesis.model_construct(**given))}
    found = _by_part(cycles.check_text(by=by, text=text).issues).get("question", ())
    said = tuple(issue for issue in found if not issue.code.startswith("PL01") or issue.code > "PL015")
    return Spoken(tuple((part, part.key not in missing) for part in PARTS), said)


@desk.reading("district.read")
def plan_of(*, by: Account, cycle: Cycle) -> Plan | None:
    """The plan as it is locked, or as its draft can be read; None while it cannot."""
    return _plan(cycle)


@desk.reading("district.read")
def known(*, by: Account) -> Known:
    """What the records know that a plan may name, for the forms' suggestions."""
    workspace = open_workspace(by.district)
    return remembered(workspace, "known", clock.today(by.district), lambda: known_in(workspace))


@desk.reading("district.read")
def who(*, by: Account, cycle: Cycle) -> Eligible:
    """Whom a cycle's question is about by the roster, as far as whoever asks may see it.

    Raises
    ------
    Conflict
        SV045 while the plan cannot be read.
    UserFixable
        When the roster holds nobody of the plan's population.
    """
    return eligible(open_workspace(by.district), _readable(cycle), audience=_audience(by))


@desk.reading("evidence.read")
def could_detect(*, by: Account, cycle: Cycle, counted: Eligible | None = None) -> Sized:
    """How small an effect the planned pilot could show, from the district's own records.

    `counted` is what `who` gave whoever asks, so that nobody is counted twice.

    Raises
    ------
    Conflict
        SV045 while the plan cannot be read; SV044 when it is about so few students that nothing may be said.
    Refused
        When no honest size exists.
    """
    plan, workspace = _readable(cycle), open_workspace(by.district)
    found = counted or eligible(workspace, plan, audience=Audience.STAFF)
    if found.students.is_hidden:
        raise desk.refuse("SV044", "the plan is about too few students to say anything about them", "ask about more")
    return size(plan, Given(), workspace=workspace)


def _document(cycle: Cycle, draft: PlanDraft | None) -> Document:
    if draft is None or not draft.text.strip():
        tool = cycle.tool
        return begin(
            Begun(
                cycle.key, cycle.title, cycle.aim.title, cycle.question, tool.key, tool.name, cycle.decide_by,
                cycle.decide_because or f"it was agreed to decide by {cycle.decide_by}",
            )
        )  # fmt: skip
    found = read_document(draft.text)
    if found is None:
        raise desk.refuse("SV043", "the plan's document is no TOML any more", "mend its text first")
    return found


def _plan(cycle: Cycle) -> Plan | None:
    locked = Registration.objects.filter(cycle=cycle).order_by("-number").first()
    if locked is not None:
        return Plan.model_validate(json.loads(locked.canonical))
    draft = PlanDraft.objects.filter(cycle=cycle).first()
    return parse_plan(draft.text, file="plan.toml")[0] if draft else None


def _readable(cycle: Cycle) -> Plan:
    plan = _plan(cycle)
    if plan is None:
        raise desk.refuse("SV045", "the plan cannot be read yet, so nobody can be counted", "answer what is missing")
    return plan


def _audience(by: Account) -> Audience:
    return Audience.STAFF if standing_of(by).may("evidence.read") else Audience.PUBLIC


def _by_part(issues: tuple[Issue, ...]) -> dict[str, tuple[Issue, ...]]:
    found: dict[str, list[Issue]] = {}
    for issue in issues:
        first = _FIRST.match(issue.column or "")
        part = next((name for name, own in PART_OF.items() if first and first[0] in own), "document")
        found.setdefault(part, []).append(issue)
    return {name: tuple(own) for name, own in found.items()}
