"""Findings for programs: what was released, what was decided, what was learned."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from gainline.engine.core.errors import Missing
from gainline.engine.privacy import Audience
from gainline.engine.reports.brief import Blocks
from gainline.services import cycles, decisions, evidence, library
from gainline.web.api import asks, schemas
from gainline.web.api.asks import Language, Limit, Listener, Offset, PathId
from gainline.web.api.site import actor_of, answers

router = Router(tags=["findings"])


@router.get("/cycles/{public_id}/evidence", response=answers(schemas.Evidence, may=(404, 409)))
def read_evidence(
    request: HttpRequest, public_id: PathId, audience: Listener = "public", language: Language = "en"
) -> dict[str, Any]:
    """What the latest evaluation says: to the public once it was released, to staff who may read evidence before."""
    actor = actor_of(request)
    cycle = cycles.cycle(by=actor, public_id=public_id)
    if audience == "public":
        blocks = evidence.released(by=actor, cycle=cycle, language=language)
    else:
        blocks = evidence.told(by=actor, cycle=cycle, audience=Audience.STAFF, language=language)
    if blocks is None:
        raise Missing("WB054 nothing was released of this cycle's latest evaluation", "ask whoever may release it")
    return _told(blocks) | {"audience": audience, "language": language}


@router.post("/cycles/{public_id}/evidence", response=answers(schemas.Job, 202, may=(400, 404, 409)))
def look(request: HttpRequest, public_id: PathId) -> Status[schemas.Job]:
    """Have the registered plan evaluated in the background; every look leaves its event."""
    actor = actor_of(request)
    job = evidence.look(by=actor, cycle=cycles.cycle(by=actor, public_id=public_id))
    return Status(202, schemas.Job.from_orm(job))


@router.get("/decisions", response=answers(list[schemas.Decision]))
def list_decisions(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> list[schemas.Decision]:
    """The district's decisions, latest first; those that were replaced among them."""
    found = decisions.decisions(by=actor_of(request))
    return [schemas.Decision.from_orm(row) for row in found[offset : offset + limit]]


@router.post("/cycles/{public_id}/decisions", response=answers(schemas.Decision, 201, may=(400, 404, 409)))
def decide(request: HttpRequest, public_id: PathId, asked: asks.NewDecision) -> Status[schemas.Decision]:
    """Decide on a cycle that was not decided yet; replacing a decision is done on its page."""
    actor = actor_of(request)
    cycle = cycles.cycle(by=actor, public_id=public_id)
    made = decisions.decide(by=actor, cycle=cycle, reasoned=decisions.Reasoned(**asked.dict()))
    return Status(201, schemas.Decision.from_orm(made))


@router.get("/learnings", response=answers(list[schemas.Learning]))
def list_learnings(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> list[schemas.Learning]:
    """What was learned, latest first."""
    found = library.learnings(by=actor_of(request))
    return [schemas.Learning.from_orm(row) for row in found[offset : offset + limit]]


@router.post("/cycles/{public_id}/learnings", response=answers(schemas.Learning, 201, may=(400, 404, 409)))
def learn(request: HttpRequest, public_id: PathId, asked: asks.NewLearning) -> Status[schemas.Learning]:
    """Write down what was learned from a decided cycle."""
    actor = actor_of(request)
    cycle = cycles.cycle(by=actor, public_id=public_id)
    return Status(201, schemas.Learning.from_orm(decisions.learn(by=actor, cycle=cycle, **asked.dict())))


def _told(blocks: Blocks) -> dict[str, Any]:
    figures = [
        {
            "name": one.name, "title": one.title, "sentence": one.sentence, "source": one.source,
            "head": list(one.table.head), "rows": [list(row) for row in one.table.rows],
        }
        for one in blocks.figures
    ]  # fmt: skip
    return {
        "verdict": blocks.chip,
        "headline": blocks.headline,
        "sentence": blocks.standfirst,
        "limits_of_it": blocks.tail,
        "comparison": [list(row) for row in blocks.comparison],
        "clauses": [{"says": one.says, "found": one.found, "holds": one.holds} for one in blocks.clauses],
        "figures": figures,
        "against": list(blocks.against),
        "not_shown": list(blocks.limits),
        "for_families": blocks.family,
        "source": blocks.source,
    }
