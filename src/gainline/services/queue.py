"""The queue: a job's row and its task are written together, and its progress is told while it runs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from time import monotonic

from django.conf import settings
from django.utils.module_loading import import_string

from gainline.engine.core.errors import GainlineError
from gainline.engine.core.progress import Progress
from gainline.services import clock, desk
from gainline.store.models.accounts import Account
from gainline.store.models.imports import Job
from gainline.store.tenancy import across_districts, within
from gainline.store.words import JobKind, JobState

LOG = logging.getLogger("gainline.jobs")
PATIENCE = 0.5  # seconds between two writes of a job's progress
STOPPED = "its worker was stopped; what it had finished whole is kept, nothing half done is"
SILENT_FOR = timedelta(hours=1)


@desk.reading("district.read")
def job(*, by: Account, public_id: str) -> Job:
    """How far a job has come."""
    found: Job = desk.find(Job, public_id)
    return found


@desk.reading("evidence.read")
def last_look(*, by: Account, cycle: str) -> Job | None:
    """The latest time that the plan of a cycle, by its public id, was or is being evaluated; None before the first."""
    return Job.objects.filter(kind=JobKind.EVALUATE, words__cycle=cycle).order_by("-created").first()


@desk.reading("record.read")
def jobs(*, by: Account, at_most: int = 50) -> list[Job]:
    """The latest jobs."""
    return list(Job.objects.select_related("asked_by")[:at_most])


def put(*, by: Account, kind: JobKind, words: Mapping[str, object]) -> Job:
    """A waiting job and its task, in the transaction of the verb that asks for it.

    The task stands on a floor above, so the settings name it.
    """
    made = Job.objects.create(kind=kind, asked_by=by, words=dict(words))
    import_string(settings.GAINLINE_JOB_TASK).enqueue(made.public_id, made.district_id)
    return made


def run(public_id: str, district_id: int, work: Callable[[Job, Progress], None]) -> Job:
    """Carry out a job once, and write down how it ended: done, refused with its reason, or failed by our fault."""
    with within(district_id):
        claimed = Job.objects.filter(public_id=public_id, state=JobState.WAITING)
        if not claimed.update(state=JobState.RUNNING, started_at=clock.now(), updated=clock.now()):
            return Job.objects.get(public_id=public_id)
        job = Job.objects.select_related("asked_by", "district").get(public_id=public_id)
        try:
            work(job, telling(job))
        except GainlineError as error:
            _end(job, JobState.REFUSED, error.code, error.because, error.remedy)
        except Exception:
            LOG.exception("a job failed", extra={"job": job.public_id})
            _end(
                job, JobState.FAILED, "SV019", "something of ours broke; nothing of it was kept", "report it by its id"
            )
        else:
            _end(job, JobState.DONE, "", "", "")
    return job


def telling(job: Job) -> Progress:
    """Progress that is written into the job's row, at most twice a second."""
    last_at, last_stage = 0.0, ""

    def tell(stage: str, done: int, total: int) -> None:
        nonlocal last_at, last_stage
        if stage == last_stage and monotonic() - last_at < PATIENCE:
            return
        last_at, last_stage = monotonic(), stage
        Job.objects.filter(pk=job.pk).update(stage=stage, done=done, total=total, updated=clock.now())

    return tell


@desk.carrying
def give_up_lost(*, silent_for: timedelta = SILENT_FOR) -> int:
    """End jobs whose worker was killed: how many. What they had begun was never published."""
    with across_districts(why="the worker serves every district"):
        lost = list(Job.objects.filter(state=JobState.RUNNING, updated__lt=clock.now() - silent_for))
        for one in lost:
            _end(one, JobState.FAILED, "SV018", STOPPED, "ask for it again; what is kept already is not entered twice")
    return len(lost)


def _end(job: Job, state: JobState, code: str, says: str, remedy: str) -> None:
    ended = {"state": state, "code": code, "says": says, "remedy": remedy}
    Job.objects.filter(pk=job.pk).update(**ended, finished_at=clock.now(), updated=clock.now())
    job.refresh_from_db()
