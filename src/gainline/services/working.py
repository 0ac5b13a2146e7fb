"""Working: which service carries out which kind of job."""

from __future__ import annotations

from gainline.engine.core.progress import Progress
from gainline.services import clock, desk, evidence, imports, queue, roadmaps
from gainline.store.models.imports import Heartbeat, Job
from gainline.store.words import JobKind

WORK = {
    JobKind.IMPORT: imports.carry_out,
    JobKind.EVALUATE: evidence.carry_out,
    JobKind.MEASURE: evidence.carry_out_measure,
    JobKind.ROADMAP: roadmaps.carry_out,
}
WORKER = "worker"


@desk.carrying
def carry_out(*, public_id: str, district_id: int) -> str:
    """Carry out one job by its id, and give the state that it ended in."""

    def work(job: Job, progress: Progress) -> None:
        desk.ask_for_room()
        WORK[JobKind(job.kind)](job, progress)

    return str(queue.run(public_id, district_id, work).state)


@desk.carrying
def beat(*, name: str = WORKER) -> None:
    """Show that a clockwork lives."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})


@desk.carrying
def silence_of(*, name: str = WORKER) -> float | None:
    """Seconds since a clockwork last showed life; None when it never did."""
    last = Heartbeat.objects.filter(name=name).first()
    return (clock.now() - last.at).total_seconds() if last else None
