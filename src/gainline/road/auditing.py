"""Audit: made with every evaluation, so that nobody has to ask for it and nobody can leave it out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gainline.engine.audit import (
    Audit,
    Beside,
    DistrictAudit,
    Earlier,
    Look,
    audit_cycle,
    audit_district,
    paths,
    read_audit,
)
from gainline.engine.audit.dif import Answers
from gainline.engine.audit.drift import Rated
from gainline.engine.audit.sides import BEHIND, OTHERS, members
from gainline.engine.core.errors import Conflict, Missing
from gainline.engine.evidence import Evidence, Frame
from gainline.engine.evidence.frame import Flags, Floats
from gainline.engine.indicators import Indicator
from gainline.engine.ledger import settle
from gainline.engine.pilots.plan import Plan
from gainline.lake import Reading
from gainline.road.checking import evidence_digest
from gainline.road.framing.sources import as_numbers, values_of
from gainline.road.looks import looks_at
from gainline.road.registering import registration_of
from gainline.road.workspace import Workspace

FOLDER = "audits"


def gather(plan: Plan, frame: Frame, reading: Reading, catalogue: Mapping[str, Indicator]) -> Beside:
    """What an audit needs of the records beside the cycle's frame: answers, shared lessons, everybody's baseline."""
    return Beside(
        answers=_answers(plan, frame, reading),
        rated=_rated(plan, frame, reading),
        everybody=_everybody(plan, reading, catalogue),
    )


def write_audit(
    workspace: Workspace, plan: Plan, frame: Frame, evidence: Evidence, *, sha256: str, beside: Beside
) -> dict[str, Any]:
    """Audit an evaluation and write it down as ``audits/KEY.json``; gives its JSON value."""
    whole = Beside(
        looks_at(workspace, plan.key), _earlier(workspace, plan.key), beside.answers, beside.rated, beside.everybody
    )
    value: dict[str, Any] = settle(audit_cycle(plan, frame, evidence, whole, sha256=sha256).to_json_value())
    path = workspace.folder(FOLDER) / f"{plan.key}.json"
    path.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    return value


def audit_of(workspace: Workspace, key: str) -> Audit:
    """The audit of a cycle's evidence as it stands.

    Raises
    ------
    Missing
        When the cycle has not been evaluated.
    Conflict
        AU002 when its evidence was never audited, or is not what was.
    """
    evidence, path = workspace.folder("evidence") / f"{key}.json", workspace.folder(FOLDER) / f"{key}.json"
    if not evidence.is_file():
        raise Missing(f"the cycle {key} has no evidence yet", "evaluate it first: gainline evaluate PLAN")
    made = read_audit(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None
    if made is None or made.evidence != evidence_digest(evidence):
        raise Conflict(f"AU002: the evidence of {key} was not audited", "evaluate it again: its audit comes with it")
    return made


def with_audit(workspace: Workspace, key: str, evidence: dict[str, Any]) -> dict[str, Any]:
    """Evidence with what its audit says about how firmly it may be told; refused without its audit.

    Raises
    ------
    Conflict
        AU002 as `audit_of`.
    """
    return marked(evidence, audit_of(workspace, key))


def marked(evidence: dict[str, Any], made: Audit) -> dict[str, Any]:
    """Evidence with the word of its audit on how firmly it may be told; its own digest is of the rest."""
    return evidence | {"audit": {"is_forked": any(check.key == "forking" for check in made.flags)}}


def audit_workspace(workspace: Workspace, *, as_of: str) -> DistrictAudit:
    """The district's audit from the latest audit of every cycle, with every unregistered look that came since."""
    audits = [made for made in _audits(workspace) if made.as_of <= as_of]
    return audit_district([(made, looks_since(workspace, made)) for made in audits], as_of=as_of)


def looks_since(workspace: Workspace, made: Audit) -> list[Look]:
    """Unregistered looks that came after an audit was made."""
    plan = Plan.model_validate(registration_of(workspace, made.cycle).current_plan())
    known = {(look.kind, look.number) for look in made.unregistered}
    found = paths(plan, looks_at(workspace, made.cycle)).unregistered
    return [look for look in found if (look.kind, look.number) not in known]


def _audits(workspace: Workspace) -> Iterator[Audit]:
    for path in sorted(_folder(workspace).glob("*.json")):
        yield read_audit(json.loads(path.read_text(encoding="utf-8")))


def _folder(workspace: Workspace) -> Path:
    return workspace.folder(FOLDER)


def _earlier(workspace: Workspace, key: str) -> list[Earlier]:
    return [made.own for made in _audits(workspace) if made.cycle != key]


def _everybody(plan: Plan, reading: Reading, catalogue: Mapping[str, Indicator]) -> Floats | None:
    """Everybody's measure before the pilot; asked only where no comparison tells regression to the mean from a gain."""
    own = next((one for one in plan.covariates if one.key == plan.primary.baseline), None)
    if own is None or own.kind != "number" or plan.design.kind != "interrupted_series":
        return None
    people = reading.arrow(reading.current("students").select("person_key").distinct().order_by("person_key"))
    keys = np.asarray(people["person_key"].to_numpy(), dtype=np.int64)
    return np.asarray(as_numbers(values_of(own.source, plan, reading, catalogue, keys)), dtype=np.float64)


def _answers(plan: Plan, frame: Frame, reading: Reading) -> Answers | None:
    """Right and wrong answers to the primary outcome's own items, where they were imported as answers of its key."""
    assessment = plan.primary.source.result
    if assessment is None or not plan.subgroups:
        return None
    rows = reading.current("responses")
    rows = rows.filter(rows.instrument == assessment).select("person_key", "item", "answer")
    found = [row for row in reading.arrow(rows).to_pylist() if row["answer"] in (0, 1)]
    if not found:
        return None
    items = sorted({str(row["item"]) for row in found})
    place = {int(key): at for at, key in enumerate(frame.keys)}
    right = np.full((len(frame), len(items)), np.nan)
    for row in found:
        if row["person_key"] in place:
            right[place[row["person_key"]], items.index(str(row["item"]))] = row["answer"]
    known = ~np.isnan(right).all(axis=1)
    sides = {split.key: members(frame, split) for split in plan.subgroups}
    focal, others = ({split: both[side][known] for split, both in sides.items()} for side in (BEHIND, OTHERS))
    return Answers(right[known], tuple(items), focal, others)


def _rated(plan: Plan, frame: Frame, reading: Reading) -> Rated | None:
    """Ratings of the tool's lessons in the plan's window, one unit per lesson and element."""
    rows = reading.current("observations")
    inside = (rows.observed_on >= plan.window.start) & (rows.observed_on <= plan.window.end)
    rows = rows.filter(inside & rows.level.notnull() & (rows.tool.isnull() | (rows.tool == plan.tool.key)))
    columns = ("observation_id", "element", "person_key", "level", "observed_on", "school_id")
    found = reading.arrow(rows.select(*columns).order_by(*columns[:3])).to_pylist()
    if not found:
        return None
    middle = plan.window.start + (plan.window.end - plan.window.start) / 2
    schools = _behind(plan, frame)
    return Rated(
        level=np.array([row["level"] for row in found], dtype=np.float64),
        lesson=np.array([f"{row['observation_id']} {row['element']}" for row in found], dtype=object),
        observer=np.array([str(row["person_key"]) for row in found], dtype=object),
        late=np.array([row["observed_on"] > middle for row in found], dtype=np.bool_),
        behind=_flags(found, schools) if schools else None,
    )


def _flags(found: list[dict[str, Any]], schools: frozenset[str]) -> Flags:
    return np.array([str(row["school_id"]) in schools for row in found], dtype=np.bool_)


def _behind(plan: Plan, frame: Frame) -> frozenset[str]:
    """Schools with more of the first split's disadvantaged students than the middle one; empty without a split."""
    if not plan.subgroups:
        return frozenset()
    member = members(frame, plan.subgroups[0])[BEHIND]
    names = np.unique(frame.school.astype(str))
    shares = np.array([float(member[frame.school.astype(str) == name].mean()) for name in names])
    return frozenset(names[shares > np.median(shares)].tolist())
