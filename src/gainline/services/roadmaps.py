"""The roadmap: its document, the plans that were kept, and having it solved, explained, replanned or simulated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import DataIssues, UserFixable
from gainline.engine.core.issues import Issue, has_errors
from gainline.engine.core.progress import Progress
from gainline.engine.reports.roadmap import roadmap_parts
from gainline.engine.roadmap import Dates, Effort, Roadmap, check_plan, read_roadmap
from gainline.lake.durable import write_whole
from gainline.road.explaining import explain_file, explanation_rows, verdict
from gainline.road.plan_files import new_text, template_rows
from gainline.road.plan_versions import Version, keep_version, versions
from gainline.road.replanning import Asked, move_rows, replan_file, sentences
from gainline.road.roadmapping import said, solve_file
from gainline.road.simulating import Wish, driver_rows, figure_rows, simulate_file
from gainline.road.simulating import said as simulation_said
from gainline.services import clock, desk, queue
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.districts import District
from gainline.store.models.imports import Job
from gainline.store.words import JobKind, JobState

FOLDER, FILE, BEFORE = "roadmap", "roadmap.toml", "roadmap.toml.before"
EFFORT = 2.0  # per stage; some ten to twenty seconds of one core on the largest roadmaps that were tried
RUNS = 5_000
LONGEST = 1 << 20
DOES = ("solve", "explain", "replan", "simulate")


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan that was kept, as a value: its number, its digest, and dates by activity."""

    number: int
    digest: str
    dates: tuple[tuple[str, Dates], ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """The roadmap as it stands.

    Parameters
    ----------
    roadmap, issues
        What the document says, and what is wrong with it; no roadmap where it cannot be read.
    version, before
        The latest plan that was kept, and the one before it.
    fits
        Whether the kept plan still keeps every rule of the document; dates that do not are not shown.
    """

    roadmap: Roadmap | None
    issues: tuple[Issue, ...]
    version: Version | None
    before: Version | None
    fits: bool


@desk.reading("district.read")
def text(*, by: Account) -> str:
    """The roadmap's document; empty before there is one."""
    path = _path(by.district)
    return path.read_text(encoding="utf-8") if path.exists() else ""


@desk.reading("district.read")
def seen(*, by: Account) -> Seen:
    """The roadmap with its kept plans."""
    path = _path(by.district)
    if not path.exists():
        return Seen(None, (), None, None, fits=False)
    return _looked(path.read_text(encoding="utf-8"), _kept(path))


@desk.reading("district.read")
def parts(*, by: Account) -> dict[str, Any] | None:
    """The drawings, findings and tables of the kept plan; None where there is no plan that keeps every rule."""
    path = _path(by.district)
    if not path.exists():
        return None
    return _drawn(path.read_text(encoding="utf-8"), _kept(path), clock.today(by.district))


@desk.reading("district.read")
def templates(*, by: Account) -> list[tuple[str, str]]:
    """Initiatives that a roadmap can begin with: key and title."""
    return [(str(row["template"]), str(row["title"])) for row in template_rows()]


@desk.reading("roadmap.write")
def drafted(*, by: Account, keys: list[str]) -> str:
    """The text of a new roadmap out of templates; nothing is kept.

    Raises
    ------
    UserFixable
        When none was chosen, or they cannot stand together.
    """
    if not keys:
        raise UserFixable("SV067 no initiative was chosen", "choose at least one")
    return new_text(keys, year=clock.today(by.district).year)


@desk.reading("roadmap.write")
def check(*, by: Account, document: str) -> list[Issue]:
    """What is wrong in a roadmap's text, by line, and what cannot be done in time."""
    return list(read_roadmap(document, file=FILE)[1])


@desk.verb("roadmap.write")
def save(*, by: Account, document: str) -> None:
    """Keep the roadmap's document; the one before can be brought back once.

    Raises
    ------
    DataIssues
        SV066 when it cannot be read as a roadmap.
    """
    if len(document) > LONGEST or read_roadmap(document, file=FILE)[0] is None:
        raise DataIssues("SV066 the roadmap cannot be read yet", "mend what is said below, by line")
    path = _path(by.district)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.with_name(BEFORE).write_bytes(path.read_bytes())
    write_whole(path, document.encode())


@desk.reading("district.read")
def can_take_back(*, by: Account) -> bool:
    """Whether an earlier document is kept."""
    return _path(by.district).with_name(BEFORE).exists()


@desk.verb("roadmap.write")
def take_back(*, by: Account) -> None:
    """Bring the document back that was saved before the last one.

    Raises
    ------
    Conflict
        SV068 when there is none.
    """
    path = _path(by.district)
    before = path.with_name(BEFORE)
    if not before.exists():
        raise desk.refuse("SV068", "no earlier document is kept", "edit the one that stands")
    before.replace(path)


@desk.verb("roadmap.write", words=("does", "as_of", "decision"))
def ask(*, by: Account, does: str, as_of: date | None = None, decision: str = "") -> Job:
    """Have the roadmap solved, explained, replanned from a day on, or simulated, in the background.

    Parameters
    ----------
    decision
        For a replan: what was decided about an initiative, such as ``reading=stop``; empty for nothing.

    Raises
    ------
    UserFixable
        SV069 when something else is asked, or a replan has no day.
    Conflict
        SV070 when one of these is under way.
    DataIssues
        SV066 when the document has errors.
    """
    if does not in DOES or (does == "replan" and as_of is None):
        raise UserFixable("SV069 this cannot be asked of a roadmap", "choose solve, explain, replan or simulate")
    if Job.objects.filter(kind=JobKind.ROADMAP, state__in=(JobState.WAITING, JobState.RUNNING)).exists():
        raise desk.refuse("SV070", "the roadmap is being worked on just now", "wait until that is done")
    now = seen(by=by)
    if now.roadmap is None or (does != "explain" and has_errors(now.issues)):
        raise DataIssues("SV066 the roadmap has errors", "mend its document first")
    words = {"does": does, "as_of": as_of.isoformat() if as_of else None, "decision": decision}
    return queue.put(by=by, kind=JobKind.ROADMAP, words=words)


@desk.reading("district.read")
def asked(*, by: Account, public_id: str) -> Job:
    """One job of the roadmap.

    Raises
    ------
    Missing
        SV002 when there is none with this id.
    """
    found: Job = desk.find(Job, public_id, "asked_by")
    if found.kind != JobKind.ROADMAP:
        raise desk.nothing_here()
    return found


@desk.reading("district.read")
def latest(*, by: Account, does: str) -> Job | None:
    """The latest job of the roadmap that did this."""
    found: Job | None = Job.objects.filter(kind=JobKind.ROADMAP, words__does=does).first()
    return found


@desk.carrying
def carry_out(job: Job, progress: Progress) -> None:
    """Do what is asked of the roadmap; a plan that was found is kept as a version that never changes."""
    does = job.words["does"]
    progress(does, 0, 1)
    result = _WORK[does](open_workspace(job.district).folder(FOLDER) / FILE, job)
    with desk.finishing(job):
        Job.objects.filter(pk=job.pk).update(result=result, done=1, total=1)


def _solve(path: Path, job: Job) -> dict[str, Any]:
    effort = Effort(work=EFFORT)
    _, plan = solve_file(path, effort)
    version = keep_version(path, plan.dates, {"seed": effort.seed, "work": effort.work, "solver": plan.version})
    return {"says": [said(stage) for stage in plan.stages], "rows": [], "version": version.number}


def _explain(path: Path, job: Job) -> dict[str, Any]:
    found = explain_file(path, 1.0)
    return {"says": verdict(found), "rows": explanation_rows(found)}


def _replan(path: Path, job: Job) -> dict[str, Any]:
    decisions = (job.words["decision"],) if job.words["decision"] else ()
    day = date.fromisoformat(job.words["as_of"])
    done = replan_file(path, Asked(day, decisions=decisions), Effort(work=EFFORT))
    return {"says": sentences(done), "rows": move_rows(done.replan), "version": done.kept and done.kept.number}


def _simulate(path: Path, job: Job) -> dict[str, Any]:
    roadmap, found = simulate_file(path, Effort(work=EFFORT), Wish(runs=RUNS))
    return {
        "says": simulation_said(roadmap, found),
        "rows": figure_rows(roadmap, found),
        "risks": driver_rows(roadmap, found),
    }


_WORK: dict[str, Callable[[Path, Job], dict[str, Any]]] = {
    "solve": _solve,
    "explain": _explain,
    "replan": _replan,
    "simulate": _simulate,
}


def _path(district: District) -> Path:
    return folder_of(district) / FOLDER / FILE


def _kept(path: Path) -> tuple[Kept, ...]:
    """The last two plans, as values that can be compared."""
    return tuple(Kept(one.number, one.digest, tuple(one.dates.items())) for one in versions(path, latest=2))


@lru_cache(maxsize=8)
def _looked(document: str, kept: tuple[Kept, ...]) -> Seen:
    roadmap, issues = read_roadmap(document, file=FILE)
    held = [Version(one.number, one.digest, dict(one.dates)) for one in kept]
    last = held[-1] if held else None
    return Seen(roadmap, tuple(issues), last, held[0] if len(held) == 2 else None, fits=_fits(roadmap, last))


@lru_cache(maxsize=8)
def _drawn(document: str, kept: tuple[Kept, ...], day: date) -> dict[str, Any] | None:
    now = _looked(document, kept)
    if now.roadmap is None or now.version is None or not now.fits:
        return None
    earlier = now.before.dates if now.before else None
    return roadmap_parts(now.roadmap, now.version.dates, earlier, as_of=day)


def _fits(roadmap: Roadmap | None, version: Version | None) -> bool:
    if roadmap is None or version is None:
        return False
    known = {activity.key for activity in roadmap.activities}
    return known <= set(version.dates) and not check_plan(roadmap, version.dates)
