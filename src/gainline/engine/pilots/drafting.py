"""A plan's document written from a person's answers, so that nobody has to write TOML to have a plan.

A document is what `tomllib` reads from a plan's text. Each kind of answer changes its own part and leaves the rest as
it is, so that what an analyst wrote by hand beyond the form stays.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias

from gainline.engine.core.toml_text import toml_table
from gainline.engine.pilots.plan import FORMAT

Document = dict[str, Any]
Decides = Literal["chance", "list", "use"]
LONGEST_KEY = 60
FLAGS = {
    "economically_disadvantaged": ("low_income", "Family income", "economically disadvantaged students"),
    "english_learner": ("learner", "English learners", "English learners"),
    "disability": ("disability", "Students with disabilities", "students with disabilities"),
}
"""Fields of the roster that a plan adjusts for and may split by: key of the covariate, label, who is meant."""
_LABELS = {
    "economically_disadvantaged": "Economically disadvantaged",
    "english_learner": "English learner",
    "disability": "Disability",
}
_PLAIN = ("format", "key", "title", "aim", "question", "smallest_effect", "missing", "multiplicity")
_TABLES = ("hypothesis", "tool", "population", "comparison", "design", "window", "decision", "deadline")
_FINE = {"student": 0, "section": 1, "school": 2}


@dataclass(frozen=True, slots=True)
class Begun:
    """What a cycle fixes of its plan: its key, its words, its tool and the day of its decision."""

    key: str
    title: str
    aim: str
    question: str
    tool: str
    tool_name: str
    decide_by: date
    because: str


@dataclass(frozen=True, slots=True)
class Predicted:
    """The prediction and its outcome in words; an empty text or None is a part that is still missing."""

    question: str
    change: str
    population: str
    outcome: str
    unit: str
    size: float | None
    by: date | None
    because: str


@dataclass(frozen=True, slots=True)
class TakingPart:
    """Who is meant, when, and what decides who has the tool.

    Parameters
    ----------
    grades, schools
        Empty for all of them.
    decides
        Chance; a list that names who has it (volunteers, as the schools chose); or use itself, from ``used_from``
        minutes a week on.
    unit
        What has the tool, or has not, as a whole.
    tool_arm, usual_arm
        What the two sides are called; empty keeps or makes a name.
    starts, ends
        Days of use, both included; None while they are not known.
    minutes_per_week
        The dose that is meant; None keeps what stands.
    """

    grades: tuple[str, ...]
    schools: tuple[str, ...]
    decides: Decides
    unit: Literal["student", "section", "school"]
    tool_arm: str = ""
    usual_arm: str = ""
    starts: date | None = None
    ends: date | None = None
    minutes_per_week: float | None = None
    used_from: float | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """One outcome: a result's assessment and form, the same before, and the domain it stands for."""

    domain: str
    assessment: str
    form: str
    before: str = ""
    label: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Measures:
    """The outcomes, and what both sides are made alike in.

    Parameters
    ----------
    first, second
        The outcome that the decision hangs on, and another one.
    groups
        Fields of the roster out of `FLAGS` whose gap the aim wants to close.
    fields
        Fields of the roster that hold anything (grade, or out of `FLAGS`): an evaluation refuses a covariate that no
        student has. None while no roster says so; all of them are written then.
    further
        Further facts about students (table attributes) to adjust for: name, and whether it is a number.
    """

    first: Measured
    second: Measured | None = None
    groups: tuple[str, ...] = ()
    fields: tuple[str, ...] | None = None
    further: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Ruled:
    """What is worth having, and what will be done with which answer."""

    smallest_effect: float | None
    adopt_at: float
    stop_at: float
    decider: str
    adopt_means: str
    adapt_means: str
    stop_means: str


Answer: TypeAlias = Predicted | TakingPart | Measures | Ruled


def answered(document: Document, said: Answer) -> Document:
    """The document with one more answer, of whichever part it is."""
    if isinstance(said, Predicted):
        return predict(document, said)
    if isinstance(said, TakingPart):
        return take_part(document, said)
    if isinstance(said, Measures):
        return measure(document, said)
    return rule(document, said)


def plan_key(text: str) -> str:
    """A key that a plan may have: lower case, digits and hyphens, a letter first.

    Examples
    --------
    >>> plan_key("Does Lumen help?"), plan_key("2nd wave"), plan_key("…")
    ('does-lumen-help', 'c-2nd-wave', 'cycle')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_KEY].rstrip("-") or "cycle"
    return name if name[0].isalpha() else f"c-{name}"[:LONGEST_KEY]


def read_document(text: str) -> Document | None:
    """The document as it stands, however much is still missing; None where it is no TOML at all."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def write_document(document: Mapping[str, Any]) -> str:
    """The document as TOML, in a plan's usual order; what the order does not know comes last."""
    plain = {name: document[name] for name in _PLAIN if name in document}
    tables = [name for name in _TABLES if name in document]
    known = {*plain, *tables, "outcomes", "covariates", "subgroups", "placebos"}
    plain |= {name: value for name, value in document.items() if name not in known}
    parts = [toml_table("", plain)]
    parts += [toml_table(f"[{name}]", document[name]) for name in tables if name not in {"window", "decision"}]
    for name in ("outcomes", "covariates", "subgroups", "placebos"):
        parts += [toml_table(f"[[{name}]]", one) for one in document.get(name, ())]
    parts += [toml_table(f"[{name}]", document[name]) for name in tables if name in {"window", "decision"}]
    return "\n".join(parts)


def begin(begun: Begun) -> Document:
    """The first document of a cycle: what the cycle says, and the usual rule; everything else is still missing."""
    return {
        "format": FORMAT,
        "key": begun.key,
        "title": begun.title,
        "aim": begun.aim,
        "question": begun.question,
        "tool": {"key": begun.tool, "name": begun.tool_name, "minutes_per_week": 30.0},
        "deadline": {"decide_by": begun.decide_by, "because": begun.because},
        "decision": {"adopt_at": 0.8, "stop_at": 0.2},
    }


def predict(document: Document, said: Predicted) -> Document:
    """The document with a prediction; its measure is the primary outcome, which gets its words here."""
    primary = dict(_primary(document))
    if said.outcome:
        primary |= {"label": said.outcome, "role": "primary"} | ({"unit": said.unit} if said.unit else {})
        primary.setdefault("key", _key(said.outcome))
    parts: Document = {"change": said.change, "population": said.population, "measure": primary.get("key")}
    parts |= {"size": said.size, "by": said.by, "because": said.because}
    changed = document | {"question": said.question or document.get("question", "")}
    if primary:
        changed["outcomes"] = [primary, *_others(document)]
    if said.population:
        changed["population"] = dict(document.get("population", {})) | {"describe": said.population}
    return changed | {"hypothesis": {name: part for name, part in parts.items() if part not in (None, "")}}


def take_part(document: Document, said: TakingPart) -> Document:
    """The document with who takes part and how; a design of another kind than the form knows is replaced."""
    tool = dict(document.get("tool", {}))
    if said.minutes_per_week:
        tool["minutes_per_week"] = said.minutes_per_week
    population = dict(document.get("population", {})) | {"grades": list(said.grades), "schools": list(said.schools)}
    changed = document | {"tool": tool, "population": population}
    changed["comparison"] = _comparison(document, said, tool)
    changed["design"] = _design(document, said)
    window = {name: day for name, day in (("start", said.starts), ("end", said.ends)) if day is not None}
    return changed | ({"window": window} if window else {})


def measure(document: Document, said: Measures) -> Document:
    """The document with its outcomes, what they are adjusted for, and the groups that are looked at."""
    covariates: list[Document] = []
    replaced = [_primary(document), _second(document)]
    outcomes = [_outcome(dict(replaced[0]), said.first, "primary", covariates)]
    if said.second is not None:
        outcomes.append(_outcome(dict(replaced[1]), said.second, "secondary", covariates))
    outcomes += [one for one in _others(document) if one is not replaced[1]]
    gone = {one.get("baseline") for one in replaced} | {one["key"] for one in covariates}
    covariates += _from_roster(document, gone, said)
    subgroups = [_subgroup(field) for field in said.groups if field in FLAGS]
    return document | {"outcomes": outcomes, "covariates": covariates, "subgroups": subgroups}


def rule(document: Document, said: Ruled) -> Document:
    """The document with its registered rule."""
    parts = {"adopt_at": said.adopt_at, "stop_at": said.stop_at, "decider": said.decider}
    parts |= {"adopt_means": said.adopt_means, "adapt_means": said.adapt_means, "stop_means": said.stop_means}
    stated = dict(document.get("decision", {})) | {name: part for name, part in parts.items() if part not in (None, "")}
    changed = document | {"decision": stated}
    return changed | ({"smallest_effect": said.smallest_effect} if said.smallest_effect else {})


def _primary(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found = [one for one in document.get("outcomes", ()) if one.get("role") == "primary"]
    return found[0] if found else {}


def _others(document: Mapping[str, Any]) -> list[Document]:
    primary = _primary(document)
    return [one for one in document.get("outcomes", ()) if one is not primary]


def _second(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The first secondary outcome; empty where there is none."""
    return next((one for one in _others(document) if one.get("role") == "secondary"), {})


def _key(label: str) -> str:
    return plan_key(label).replace("-", "_")


def _comparison(document: Document, said: TakingPart, tool: Mapping[str, Any]) -> Document:
    before = {name: value for name, value in document.get("comparison", {}).items() if name != "use"}
    name = tool.get("name", "the tool")
    before["tool_arm"] = said.tool_arm or before.get("tool_arm") or f"{said.unit}s with {name}"
    before["usual_arm"] = said.usual_arm or before.get("usual_arm") or f"{said.unit}s that go on as usual"
    before["assigned_by"] = "use" if said.decides == "use" else "assignment"
    if said.decides == "use":
        source: Document = {"indicator": "minutes_per_week"}
        if "key" in tool:
            source["where"] = {"tool": [tool["key"]]}
        before["use"] = {"from": source, "at_least": said.used_from or 1.0}
    return before


def _design(document: Document, said: TakingPart) -> Document:
    kind = "randomized" if said.decides == "chance" else "matched"
    before = dict(document.get("design", {})) if document.get("design", {}).get("kind") == kind else {}
    cluster = max(before.get("cluster", said.unit), said.unit, key=lambda unit: _FINE.get(unit, 0))
    return before | {"kind": kind, "unit": said.unit, "cluster": cluster}


def _outcome(before: Document, said: Measured, role: str, covariates: list[Document]) -> Document:
    """An outcome whose baseline, where it has one, is added to the covariates."""
    label = said.label or before.get("label", "")
    made = before | {"label": label, "role": role, "domain": said.domain}
    made.setdefault("key", _key(label or said.assessment))
    if said.unit:
        made["unit"] = said.unit
    made["from"] = {"result": said.assessment, "forms": [said.form]}
    made.pop("baseline", None)
    if said.before:
        key = f"{made['key']}_before"
        made["baseline"] = key
        source = {"result": said.assessment, "forms": [said.before]}
        covariates.append({"key": key, "label": f"{label}, measured before", "from": source})
    return made


def _from_roster(document: Document, gone: set[str | None], said: Measures) -> list[Document]:
    """Grade, the roster's flags and further facts, and whatever else the document adjusts for already."""
    usual: list[Document] = [{"key": "grade", "label": "Grade", "kind": "category", "from": {"field": "grade"}}]
    usual += [
        {"key": key, "label": _LABELS[field], "kind": "category", "from": {"field": field}}
        for field, (key, _, _) in FLAGS.items()
    ]
    own = gone | {one["key"] for one in usual}
    held = [one for one in usual if said.fields is None or one["from"]["field"] in (*said.fields, *said.groups)]
    held += [_fact(document, name, is_number=is_number) for name, is_number in said.further]
    own |= {one["key"] for one in held}
    return [*held, *(one for one in document.get("covariates", ()) if not _is_answered(one, own))]


def _fact(document: Document, name: str, *, is_number: bool) -> Document:
    """The covariate of a further fact, as it stands where somebody wrote it by hand."""
    source = {"attribute": name}
    before: Document | None = next((one for one in document.get("covariates", ()) if one.get("from") == source), None)
    if before is not None:
        return before
    kind = {} if is_number else {"kind": "category"}
    return {"key": _key(name), "label": name.replace("_", " ").capitalize(), **kind, "from": source}


def _is_answered(covariate: Document, own: set[str | None]) -> bool:
    """Whether the form, rather than somebody by hand, says if this covariate stands."""
    return covariate.get("key") in own or list(covariate.get("from", {})) == ["attribute"]


def _subgroup(field: str) -> Document:
    key, label, meant = FLAGS[field]
    made: Document = {"key": f"by_{key}", "label": label, "from": {"field": field}, "disadvantaged": ["true"]}
    return made | {"disadvantaged_label": meant, "others_label": "all other students"}
