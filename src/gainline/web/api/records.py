"""Records for programs: files that arrive, the jobs that read them, and the indicators' catalogue."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status

from gainline.services import imports, indicators, queue
from gainline.web.api import schemas
from gainline.web.api.asks import IsPreview, Limit, Offset, PathId, Source, Uploads
from gainline.web.api.site import actor_of, answers

router = Router(tags=["records"])


@router.get("/imports", response=answers(list[schemas.Import]))
def list_imports(request: HttpRequest, limit: Limit = 100) -> list[schemas.Import]:
    """The latest imports with their jobs."""
    return [schemas.Import.from_orm(row) for row in imports.imports(by=actor_of(request), at_most=limit)]


@router.post("/imports", response=answers(schemas.Import, 202, may=(400, 409)))
def receive(request: HttpRequest, files: Uploads, source: Source, preview: IsPreview = False) -> Status[schemas.Import]:
    """Hand files over; they are read in the background, whole or not at all. A preview publishes nothing."""
    brought = imports.receive(by=actor_of(request), source=source, files=files, preview=preview)
    return Status(202, schemas.Import.from_orm(brought))


@router.get("/imports/{public_id}", response=answers(schemas.Import, may=(404,)))
def one_import(request: HttpRequest, public_id: PathId) -> schemas.Import:
    """One import with its job and what became of its rows."""
    return schemas.Import.from_orm(imports.brought(by=actor_of(request), public_id=public_id))


@router.get("/jobs/{public_id}", response=answers(schemas.Job, may=(404,)))
def one_job(request: HttpRequest, public_id: PathId) -> schemas.Job:
    """How far a job has come."""
    return schemas.Job.from_orm(queue.job(by=actor_of(request), public_id=public_id))


@router.get("/indicators", response=answers(list[schemas.Indicator]))
def list_indicators(request: HttpRequest, limit: Limit = 200, offset: Offset = 0) -> list[schemas.Indicator]:
    """The catalogue: the shipped indicators and the district's own."""
    found = indicators.catalogue(by=actor_of(request))
    return [schemas.Indicator.from_orm(one) for one in found[offset : offset + limit]]
