"""The one background task: it carries out a job that stands in the store, by its id."""

from __future__ import annotations

from django_tasks import task

from gainline.services import working


@task()  # type: ignore[untyped-decorator]  # django-tasks is left out of the type check
def carry_out(public_id: str, district_id: int) -> str:
    """Carry out one job; how it ended stands in its row, and nothing of it in the queue's."""
    return working.carry_out(public_id=public_id, district_id=district_id)
