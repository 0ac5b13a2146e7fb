"""Evaluate: a registered plan and a snapshot in, the evidence document out, the same digits every time."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from gainline.engine.audit import Beside
from gainline.engine.core.context import RunContext
from gainline.engine.core.errors import Conflict, Refused
from gainline.engine.core.progress import Progress, silent
from gainline.engine.core.refusals import Refusal
from gainline.engine.core.version import VERSION
from gainline.engine.evidence import Deviation, Evidence, Frame, Provenance, evaluate
from gainline.engine.evidence.departures import departures, registered_seed
from gainline.engine.indicators import load_catalogue
from gainline.engine.ledger import digest, settle
from gainline.engine.pilots import Registration, deviations
from gainline.engine.pilots.plan import Plan
from gainline.lake import Snapshot
from gainline.road.auditing import gather, write_audit
from gainline.road.consenting.watching import Watch, Withdrawn
from gainline.road.framing import build_frame
from gainline.road.piloting.assigning import recorded_for
from gainline.road.registering import registration_of
from gainline.road.workspace import Workspace, read_plan

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An evaluation that was written down.

    Parameters
    ----------
    evidence
        The evidence document as plain JSON values.
    sha256
        Digest of its canonical form.
    path
        Where it was written.
    is_repeat
        True when the ledger already knew this very result.
    audit
        Its audit as plain JSON values, which is made with every evaluation.
    """

    evidence: dict[str, Any]
    sha256: str
    path: Path
    is_repeat: bool
    audit: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Ran:
    """What an evaluation found, and what its audit will look at."""

    plan: Plan
    frame: Frame
    evidence: Evidence
    beside: Beside
    people: list[int]  # whose facts it rests on


def evaluate_plan(
    workspace: Workspace,
    plan_path: Path,
    *,
    snapshot_id: str | None = None,
    seed: int | None = None,
    as_of: date | None = None,
    progress: Progress = silent,
) -> Evaluation:
    """Run what was registered, all of it and nothing else, and write the evidence document.

    The day defaults to the snapshot's, and the seed to one that follows from the registration, so that nobody can look
    for a lucky one. What runs is the registered plan with its amendments; where the file at hand says something else,
    every difference is shown as a deviation; so is what came out otherwise than registered: another seed, an outcome or
    a split without a result. Every file of every table that the plan reads is hashed before it is read;
    tables that it never reads are left to `gainline verify`.

    Raises
    ------
    Missing
        When the plan is not registered or the snapshot does not exist.
    Refused
        When no honest answer exists.
    DataIssues
        When a file that the plan reads is not what it was.
    Conflict
        PR051 when families took their consent back during every attempt; PR052 in a workspace that was restored.
    """
    now = read_plan(plan_path)
    for _ in range(_TRIES):
        watch = Watch(workspace, now.key)
        asked = _Asked(workspace, now, snapshot_id, seed, as_of, watch.over(progress))
        try:
            return _evaluated(asked, watch)
        except Withdrawn:
            continue  # somebody took their word back: once more, without them
    raise Conflict("PR051: consent was taken back during each attempt of this run", "run it again")


@dataclass(frozen=True, slots=True)
class _Asked:
    """One evaluation as it was asked for."""

    workspace: Workspace
    now: Plan
    snapshot_id: str | None
    seed: int | None
    as_of: date | None
    progress: Progress


def _evaluated(asked: _Asked, watch: Watch) -> Evaluation:
    workspace = asked.workspace
    registration = registration_of(workspace, asked.now.key)
    snapshot = workspace.lake.snapshot(asked.snapshot_id) if asked.snapshot_id else workspace.lake.head()
    context = RunContext(
        as_of=asked.as_of or snapshot.as_of,
        seed=registered_seed(registration) if asked.seed is None else asked.seed,
    )
    answer = _run(workspace, asked.now, registration, snapshot, context, asked.progress)
    watch.check()
    if isinstance(answer, Refusal):
        raise Refused(f"{answer.code} {answer.because}", answer.remedy)
    watch.ran(digest(settle(answer.evidence.to_json_value())), answer.people)
    return _written(workspace, answer, on=context.as_of)


def _run(
    workspace: Workspace,
    now: Plan,
    registration: Registration,
    snapshot: Snapshot,
    context: RunContext,
    progress: Progress,
) -> _Ran | Refusal:
    plan = Plan.model_validate(registration.current_plan())
    catalogue, _ = load_catalogue([workspace.folder("indicators")])
    progress("frame", 0, 1)
    with workspace.lake.reading(snapshot, verified=True, cycle=plan.key) as reading:
        framed = build_frame(plan, reading, catalogue, assignment=recorded_for(workspace, plan))
        beside = gather(plan, framed.frame, reading, catalogue)
    progress("frame", 1, 1)
    found = evaluate(
        plan,
        framed.frame,
        ctx=context,
        provenance=_provenance(registration, snapshot, context),
        funnel=framed.funnel,
        linkage=framed.linkage,
        deviations=tuple(Deviation(c.path, c.registered, c.now, c.amended_on) for c in deviations(registration, now)),
        joined_later=framed.joined_later,
        progress=progress,
    )
    if isinstance(found, Refusal):
        return found
    people = framed.frame.keys[~np.isin(framed.frame.keys, framed.withdrawn)].tolist()
    return _Ran(plan, framed.frame, _with_departures(found, registration), beside, people)


def _with_departures(found: Evidence, registration: Registration) -> Evidence:
    """What ran, held against what was registered: nobody has to take our word that it was the same."""
    departed = departures(registration, found.to_json_value())
    told = (Deviation(change.path, change.registered, change.now, change.amended_on) for change in departed)
    return replace(found, deviations=(*found.deviations, *told))


def _provenance(registration: Registration, snapshot: Snapshot, context: RunContext) -> Provenance:
    return Provenance(
        registration=registration.sha256,
        registered_on=registration.registered_on.isoformat(),
        amendments=tuple(amendment.sha256 for amendment in registration.amendments),
        snapshot=snapshot.id,
        tables=tuple((table.name, table.version, table.sha256) for table in snapshot.tables),
        code_version=code_version(),
        seed=context.seed,
        as_of=context.as_of.isoformat(),
    )


def code_version() -> str:
    """The version with a digest of the engine's own source, so that a changed line shows."""
    digest_ = hashlib.sha256()
    for name, text in sorted(_sources(resources.files("gainline.engine"), "engine")):
        digest_.update(f"{name}\n{text}\n".encode())
    return f"{VERSION}+{digest_.hexdigest()[:12]}"


def _sources(folder: Traversable, name: str) -> list[tuple[str, str]]:
    found = []
    for item in folder.iterdir():
        if item.is_dir() and item.name != "__pycache__":
            found += _sources(item, f"{name}/{item.name}")
        elif item.name.endswith((".py", ".toml")):
            found.append((f"{name}/{item.name}", item.read_text(encoding="utf-8")))
    return found


def _written(workspace: Workspace, ran: _Ran, *, on: date) -> Evaluation:
    key, value = ran.plan.key, settle(ran.evidence.to_json_value())
    sha256 = digest(value)
    path = workspace.folder("evidence") / f"{key}.json"
    path.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    known = any(e.kind == "evaluated" and e.payload.get("sha256") == sha256 for e in workspace.ledger.entries())
    if not known:
        provenance = value["provenance"]
        payload = {"key": key, "sha256": sha256} | {k: provenance[k] for k in ("registration", "snapshot", "seed")}
        workspace.ledger.append("evaluated", payload, on=on)
    audit = write_audit(workspace, ran.plan, ran.frame, ran.evidence, sha256=sha256, beside=ran.beside)
    return Evaluation(value, sha256, path, is_repeat=known, audit=audit)
