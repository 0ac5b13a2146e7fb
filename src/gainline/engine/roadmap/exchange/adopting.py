"""A plan from elsewhere as a roadmap's own file, which people then complete."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from gainline.engine.core.toml_text import toml_table, toml_value
from gainline.engine.roadmap.exchange.calendar_in import CalendarRead, calendar_text
from gainline.engine.roadmap.exchange.outline import Break, Link, Outline, Step
from gainline.engine.roadmap.exchange.read_plan import PlanRead
from gainline.engine.roadmap.exchange.toml_text import slug
from gainline.engine.roadmap.model import Kind, Tie
from gainline.engine.roadmap.sheet import FORMAT

_WORDS = (
    (Kind.GO_LIVE, r"go.?live|launch|roll.?out|hand out|goes live|opens?\b"),
    (Kind.TRAINING, r"train|workshop|professional (learning|development)|\bpd\b"),
    (Kind.COACHING, r"coach|mentor"),
    (Kind.EVALUATION, r"evaluat|pilot window|data collection"),
    (Kind.DECISION, r"\bdecide|decision|board (vote|approval)|approv"),
    (Kind.AGREEMENT, r"agreement|privacy|contract|\bdpa\b"),
    (Kind.INTEGRATION, r"roster|integrat|sign.?on|\bsso\b|sync"),
    (Kind.PROCUREMENT, r"procure|purchas|\bbuy\b|\brfp\b|\bbid"),
    (Kind.COMMUNICATION, r"communicat|famil|newsletter|announce|tell "),
    (Kind.REVIEW, r"review|check.?in|retrospect|survey"),
)
PLAIN = Kind.INFRASTRUCTURE
DISTRICT = "district"
MOST_WEEKS = 260
ROOM_WEEKS = 26  # after the last day of a plan, so that it can move


def roadmap_text(found: PlanRead, *, file: str, calendar: CalendarRead | None = None) -> str:
    """The TOML text of a roadmap that holds the plan's steps; what it could not tell is said in `found`.

    Dates are not nailed down: a step that comes after nothing may not start before its day, every other one follows
    its links. A plan knows no terms, tests or board days: without a calendar all of its days count as one term, the
    board meets when the plan decides, and no evaluation asks for an assessment.

    Assumes
    -------
    That `found` has an outline.
    """
    outline = found.outline
    if outline is None:
        raise ValueError("there is no plan to adopt")
    names = _Names(outline)
    parts = [
        _head(outline, names),
        _calendar(outline, calendar),
        *(toml_table("[[schools]]", {"key": key}) for key in names.schools.values() or [DISTRICT]),
        *(
            toml_table("[[resources]]", {"key": names.resources[one.key], "capacity": one.capacity,
                                         "changes": [{"start": a, "end": b, "capacity": c} for a, b, c in one.changes]})
            for one in outline.resources
        ),
        *(toml_table("[[initiatives]]", {"key": names.initiatives[key], "title": title or "Imported plan"})
          for key, title in outline.initiatives),
        *(_activity(step, names, _kind(step, found, file), bool(calendar and calendar.testing))
          for step in outline.steps),
    ]  # fmt: skip
    return "\n".join(parts)


class _Names:
    """Every name of a plan as a roadmap takes it."""

    def __init__(self, outline: Outline) -> None:
        self.initiatives = _slugs(key for key, _ in outline.initiatives)
        self.schools = _slugs(step.school for step in outline.steps if step.school)
        self.resources = _slugs(one.key for one in outline.resources)
        self.steps: dict[str, tuple[str, str]] = {}
        taken: dict[str, set[str]] = {}
        for step in outline.steps:
            own = taken.setdefault(step.initiative, set())
            name = slug(_step_name(step), own)
            own.add(name)
            self.steps[step.key] = (self.initiatives[step.initiative], name)
        waves = {step.school: step.wave for step in outline.steps if step.school and step.wave is not None}
        self.waves = waves if len(waves) == len(self.schools) else {}


def _slugs(names: Iterable[str]) -> dict[str, str]:
    made: dict[str, str] = {}
    for name in dict.fromkeys(names):
        made[name] = slug(name or "imported", made.values())
    return made


def _step_name(step: Step) -> str:
    """Our own keys, ``initiative.step@school``, without what stands elsewhere; other programs' numbers by title."""
    _, dot, rest = step.key.partition(".")
    if dot and step.key.startswith(f"{step.initiative}."):
        return rest.replace("@", "-")
    return step.key if step.key[:1].isalpha() else step.title


def _head(outline: Outline, names: _Names) -> str:
    start, end = _bounds(outline)
    head = toml_table("", {"format": FORMAT, "name": outline.name, "start": start, "end": end})
    waves = sorted({wave for wave in names.waves.values() if wave is not None})
    order = [[names.schools[key] for key, one in names.waves.items() if one == wave] for wave in waves]
    return "\n".join([head, *([f"[waves]\norder = {toml_value(order)}\n"] if len(order) > 1 else [])])


def _bounds(outline: Outline) -> tuple[date, date]:
    """The plan's days with room behind them; a plan without dates begins on a Monday that nobody will take for real."""
    days = [day for step in outline.steps for day in (step.start, step.finish) if day]
    start = min([*days, *([outline.start] if outline.start else [])], default=date(2000, 1, 3))
    weeks = ROOM_WEEKS if days else min(sum(step.weeks for step in outline.steps) + ROOM_WEEKS, MOST_WEEKS)
    return start, max([*days, start]) + timedelta(weeks=weeks)


def _calendar(outline: Outline, calendar: CalendarRead | None) -> str:
    if calendar is not None and calendar.terms:
        return calendar_text(calendar)
    start, end = _bounds(outline)
    breaks = [*outline.holidays] or [*outline.closed]
    boards = {step.start for step in outline.steps if step.kind == Kind.DECISION and step.start}
    return toml_table("[calendar]", {"terms": [{"name": "all of the plan", "start": start, "end": end}],
                                     "holidays": [_span(one) for one in breaks],
                                     "board_days": sorted(boards)})  # fmt: skip


def _span(one: Break) -> dict[str, object]:
    return ({"name": one.name} if one.name else {}) | {"start": one.start, "end": one.end}


def _activity(step: Step, names: _Names, kind: Kind, tested: bool) -> str:
    initiative, name = names.steps[step.key]
    bounds = (step.low or step.weeks, step.weeks, step.high or step.weeks)
    values: dict[str, object] = {
        "initiative": initiative,
        "key": name,
        "kind": kind.value,
        "title": step.title,
        "per": "school" if step.school else None,
        "schools": [names.schools[step.school]] if step.school else None,
        "weeks": list(bounds) if len(set(bounds)) > 1 and list(bounds) == sorted(bounds) else step.weeks,
        "owner": step.owner,
        "needs": {names.resources[key]: amount for key, amount in step.needs if key in names.resources},
        "cost": step.cost or None,
        "source": slug(step.source) if step.source else None,
        "load": step.load if step.load and kind is Kind.GO_LIVE and step.school else None,
        "assessment": True if step.assessment and tested else None,
        "not_before": step.not_before or (None if step.after else step.start),
        "finish_by": step.finish_by,
        "after": [_after(link, names, initiative) for link in step.after],
    }
    return toml_table("[[activities]]", values)


def _after(link: Link, names: _Names, initiative: str) -> dict[str, object]:
    other, name = names.steps[link.before]
    values: Mapping[str, object | None] = {
        "activity": name if other == initiative else f"{other}.{name}",
        "tie": None if link.tie is Tie.FINISH_START else link.tie.value,
        "at_least": link.at_least or None,
        "at_most": link.at_most,
    }
    return {key: value for key, value in values.items() if value is not None}


def _kind(step: Step, found: PlanRead, file: str) -> Kind:
    """The kind that the file gives, else one by the words of the title, else one without a calendar of its own."""
    if step.kind in set(Kind):
        return Kind(step.kind)
    guess = next((kind for kind, words in _WORDS if re.search(words, step.title.lower())), PLAIN)
    found.say("RM093", f"nothing says what kind of step this is; {guess.value} was taken", (file, step.line), "kind")
    return guess
