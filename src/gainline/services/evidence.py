"""Evidence: a registered plan is evaluated in the background, and the document is kept as it was written."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Any

from gainline.engine.audit import read_audit
from gainline.engine.core.progress import Progress
from gainline.engine.privacy import Audience
from gainline.engine.reports import brief_html
from gainline.engine.reports.brief import Blocks, brief_blocks
from gainline.road.auditing import marked, with_audit
from gainline.road.briefing import read_evidence
from gainline.road.evaluating import evaluate_plan
from gainline.road.looks import measure_openly
from gainline.road.releases import with_releases
from gainline.services import audits, clock, desk, queue, stages
from gainline.services.notes import notes, travelling
from gainline.services.readership import check_may_read
from gainline.services.stages import Stage
from gainline.services.workspaces import open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle, Registration
from gainline.store.models.evidence import Evidence
from gainline.store.models.imports import Job
from gainline.store.models.notes import Release
from gainline.store.words import JobKind

OF_ONE_TEACHER = frozenset({"person_key", "section_id"})  # splits that would rank teachers, or show a person


@desk.verb("cycle.look", on="cycle")
def look(*, by: Account, cycle: Cycle) -> Job:
    """Have the registered plan evaluated on the records as they are now; every look leaves its event.

    Raises
    ------
    Conflict
        With the stage table's code when the plan is not locked or no files came since.
    """
    stages.require(cycle, Stage.EVALUATED)
    return queue.put(by=by, kind=JobKind.EVALUATE, words={"cycle": cycle.public_id})


@desk.verb("evidence.read", words=("indicator", "groups"))
def ask_measure(
    *,
    by: Account,
    indicator: str,
    groups: list[str],
    where: dict[str, list[str]] | None = None,
    days: tuple[date, date] | None = None,
) -> Job:
    """Have an indicator measured for groups, over days or all there is; what is too small to show stays hidden.

    Raises
    ------
    Conflict
        SV190 when it would be split by class or by person, which is a ranking of teachers or shows one of them.
    """
    if OF_ONE_TEACHER & {*groups, *(where or {})}:
        raise desk.refuse(
            "SV190", "figures by class or by person compare teachers, and nobody here does",
            "split it by school, grade or group of students",
        )  # fmt: skip
    words = {"indicator": indicator, "groups": groups, "where": where or {}}
    if days:
        words["days"] = [day.isoformat() for day in days]
    return queue.put(by=by, kind=JobKind.MEASURE, words=words)


@desk.carrying
def carry_out(job: Job, progress: Progress) -> None:
    """Evaluate a cycle's registered plan, all of it and nothing else, and keep the evidence."""
    cycle = Cycle.objects.get(public_id=job.words["cycle"])
    workspace = open_workspace(job.district)
    path = workspace.folder("plans") / f"{cycle.key}.toml"
    done = evaluate_plan(workspace, path, as_of=clock.today(job.district), progress=progress)
    with desk.finishing(job):
        document = marked(done.evidence, read_audit(done.audit))
        audits.keep(keep(cycle, document, done.sha256, by=job.asked_by), done.audit)


@desk.carrying
def carry_out_measure(job: Job, progress: Progress) -> None:
    """Measure an indicator; the rows leave through the exit for numbers about people."""
    words = job.words
    progress("measure", 0, 1)
    days = [date.fromisoformat(day) for day in words.get("days", ())]
    rows = measure_openly(
        open_workspace(job.district),
        words["indicator"],
        by=words["groups"],
        where=words["where"] or None,
        days=(days[0], days[1]) if days else None,
        on=clock.today(job.district),
    )
    with desk.finishing(job):
        Job.objects.filter(pk=job.pk).update(result={"rows": rows})


def keep(cycle: Cycle, document: dict[str, Any], sha256: str, *, by: Account) -> Evidence:
    """The evidence's row, once per document: the same result again changes nothing."""
    found: Evidence | None = Evidence.objects.filter(cycle=cycle, sha256=sha256).first()
    if found is not None:
        return found
    return Evidence.objects.create(
        cycle=cycle,
        registration=Registration.objects.filter(cycle=cycle).latest("number"),
        document=document,
        sha256=sha256,
        snapshot=document["provenance"]["snapshot"],
        ruled=document["verdict"]["word"],
        evaluated_on=clock.today(cycle.district),
        evaluated_by=by,
    )


@desk.reading("evidence.read")
def evidence(*, by: Account, cycle: Cycle) -> list[Evidence]:
    """Every evaluation of a cycle, latest first."""
    return list(Evidence.objects.filter(cycle=cycle).select_related("registration", "evaluated_by"))


@desk.reading("evidence.read")
def latest(*, by: Account, cycle: Cycle) -> Evidence | None:
    """The latest evaluation of a cycle; None before the first."""
    return Evidence.objects.filter(cycle=cycle).select_related("registration").first()


@desk.reading("evidence.read")
def brief(*, by: Account, cycle: Cycle, audience: Audience = Audience.STAFF, language: str = "en") -> str:
    """The brief of a cycle as one page of HTML, with every number through the exit for its audience.

    Raises
    ------
    NotAllowed
        SV056 when exact counts are asked for without a right to plan or to release.
    Missing
        When the cycle has not been evaluated.
    Conflict
        When its evidence is not what was evaluated.
    """
    check_may_read(by=by, reader=str(audience), cycle=cycle)
    document = _audited(by, cycle)
    pinned = travelling(notes(by=by, cycle=cycle))
    return brief_html(document, audience=audience, lang=language, district=by.district.name, notes=pinned)


@desk.reading("evidence.read")
def measured(*, by: Account, public_id: str) -> Job:
    """A measurement that somebody asked for, with how far it has come and what it gave.

    Raises
    ------
    Missing
        SV002 when there is none with this id.
    """
    found: Job = desk.find(Job, public_id)
    if found.kind != JobKind.MEASURE:
        raise desk.nothing_here()
    return found


@desk.reading("evidence.read")
def told(*, by: Account, cycle: Cycle, audience: Audience = Audience.STAFF, language: str = "en") -> Blocks:
    """What the latest evaluation of a cycle says, as blocks for a page; every number through the exit.

    Raises
    ------
    NotAllowed
        SV056 when exact counts are asked for without a right to plan or to release.
    Missing
        When the cycle has not been evaluated.
    Conflict
        When its evidence is not what was evaluated.
    """
    check_may_read(by=by, reader=str(audience), cycle=cycle)
    return _told(_document(by, cycle), audience, language)


@desk.reading("district.read")
def released(*, by: Account, cycle: Cycle, language: str = "en") -> Blocks | None:
    """What was released of a cycle's latest evaluation, as everybody may read it; None while nothing was."""
    latest = Evidence.objects.filter(cycle=cycle).first()
    out = Release.objects.filter(cycle=cycle, evidence=latest, audience=str(Audience.PUBLIC))
    if latest is None or not out.exists():
        return None
    return _told(_document(by, cycle), Audience.PUBLIC, language)


def _document(by: Account, cycle: Cycle) -> str:
    return json.dumps(_audited(by, cycle), sort_keys=True)


def _audited(by: Account, cycle: Cycle) -> dict[str, Any]:
    workspace = open_workspace(by.district)
    document = with_audit(workspace, cycle.key, read_evidence(workspace, cycle.key))
    return with_releases(workspace, cycle.key, document)


@lru_cache(maxsize=64)
def _told(document: str, audience: Audience, language: str) -> Blocks:
    """Drawing the figures takes a second, and the document of an evaluation never changes."""
    return brief_blocks(json.loads(document), audience=audience, lang=language)
