"""The thread for programs: aims, tools, contracts, cycles, plans and their registrations."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from gainline.services import aims, cycles, people, registrations, tools
from gainline.services.permissions import permitted_anywhere, standing_of
from gainline.services.stages import progress_of
from gainline.web.api import asks, schemas
from gainline.web.api.asks import Limit, Offset, PathId
from gainline.web.api.site import actor_of, answers

router = Router(tags=["thread"])


@router.get("/me", response=answers(schemas.Me))
def me(request: HttpRequest) -> dict[str, Any]:
    """Whom this token acts for, through which grant, and what that allows."""
    actor = actor_of(request)
    token = actor.through
    held = token.grant
    return {
        "account": actor.public_id,
        "role": held.role,
        "purpose": held.purpose,
        "unit": held.unit.public_id,
        "may_write": token.may_write,
        "ends": token.ends if held.ends is None else min(token.ends, held.ends),
        "permissions": sorted(permitted_anywhere(standing_of(actor))),
    }


@router.get("/units", response=answers(list[schemas.Unit]))
def units(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> list[schemas.Unit]:
    """The district's units, each after the one above it."""
    return [schemas.Unit.from_orm(row) for row in people.units(by=actor_of(request))[offset : offset + limit]]


@router.get("/aims", response=answers(list[schemas.Aim]))
def list_aims(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> list[schemas.Aim]:
    """The aims that are not closed, next first."""
    return [schemas.Aim.from_orm(row) for row in aims.aims(by=actor_of(request))[offset : offset + limit]]


@router.post("/aims", response=answers(schemas.Aim, 201, may=(400, 404, 409)))
def set_aim(request: HttpRequest, asked: asks.NewAim) -> Status[schemas.Aim]:
    """Set an aim for a unit."""
    actor = actor_of(request)
    unit = people.unit(by=actor, public_id=asked.unit)
    made = aims.set_aim(by=actor, unit=unit, title=asked.title, by_when=asked.by_when, because=asked.because)
    return Status(201, schemas.Aim.from_orm(made))


@router.get("/aims/{public_id}", response=answers(schemas.Aim, may=(404,)))
def one_aim(request: HttpRequest, public_id: PathId) -> schemas.Aim:
    """One aim with its measures."""
    return schemas.Aim.from_orm(aims.aim(by=actor_of(request), public_id=public_id))


@router.get("/tools", response=answers(list[schemas.Tool]))
def list_tools(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> list[schemas.Tool]:
    """The portfolio by name, with contracts."""
    return [schemas.Tool.from_orm(row) for row in tools.tools(by=actor_of(request))[offset : offset + limit]]


@router.post("/tools", response=answers(schemas.Tool, 201, may=(400, 409)))
def add_tool(request: HttpRequest, asked: asks.NewTool) -> Status[schemas.Tool]:
    """Enter a tool."""
    return Status(201, schemas.Tool.from_orm(tools.add_tool(by=actor_of(request), **asked.dict())))


@router.get("/tools/{public_id}", response=answers(schemas.Tool, may=(404,)))
def one_tool(request: HttpRequest, public_id: PathId) -> schemas.Tool:
    """One tool with its contracts."""
    return schemas.Tool.from_orm(tools.tool(by=actor_of(request), public_id=public_id))


@router.post("/tools/{public_id}/contracts", response=answers(schemas.Contract, 201, may=(400, 404, 409)))
def add_contract(request: HttpRequest, public_id: PathId, asked: asks.NewContract) -> Status[schemas.Contract]:
    """Enter a contract for a tool."""
    actor = actor_of(request)
    tool = tools.tool(by=actor, public_id=public_id)
    return Status(
        201, schemas.Contract.from_orm(tools.add_contract(by=actor, tool=tool, terms=tools.Terms(**asked.dict())))
    )


@router.get("/cycles", response=answers(list[schemas.Cycle]))
def list_cycles(request: HttpRequest, limit: Limit = 100, offset: Offset = 0) -> list[dict[str, Any]]:
    """Cycles by the day of their decision, with their progress."""
    return [_cycle(row) for row in cycles.cycles(by=actor_of(request))[offset : offset + limit]]


@router.post("/cycles", response=answers(schemas.Cycle, 201, may=(400, 404, 409)))
def start_cycle(request: HttpRequest, asked: asks.NewCycle) -> Status[dict[str, Any]]:
    """Start a cycle under an aim, about a tool."""
    actor = actor_of(request)
    aim, tool = aims.aim(by=actor, public_id=asked.aim), tools.tool(by=actor, public_id=asked.tool)
    said = cycles.Asked(
        title=asked.title, question=asked.question, decide_by=asked.decide_by, decide_because=asked.decide_because,
        hypothesis=asked.hypothesis, key=asked.key or "",
    )  # fmt: skip
    return Status(201, _cycle(cycles.start_cycle(by=actor, aim=aim, tool=tool, asked=said)))


@router.get("/cycles/{public_id}", response=answers(schemas.Cycle, may=(404,)))
def one_cycle(request: HttpRequest, public_id: PathId) -> dict[str, Any]:
    """One cycle with its progress."""
    return _cycle(cycles.cycle(by=actor_of(request), public_id=public_id))


@router.post("/plans/check", response=answers(schemas.Checked, may=(400,)))
def check(request: HttpRequest, asked: asks.PlanToCheck) -> dict[str, Any]:
    """What is missing, impossible or unwise in a plan's text; nothing is kept."""
    checked = cycles.check_text(by=actor_of(request), text=asked.text)
    issues = [
        {"code": one.code, "level": str(one.level), "says": one.says, "remedy": one.remedy, "line": one.line}
        for one in checked.issues
    ]
    key = checked.plan.key if checked.plan else None
    return {"key": key, "may_register": checked.may_register, "issues": issues}


@router.put("/cycles/{public_id}/draft", response=answers(schemas.Draft, may=(400, 404, 409)))
def save_draft(request: HttpRequest, public_id: PathId, asked: asks.NewDraft) -> schemas.Draft:
    """Keep the plan's text while it is written."""
    actor = actor_of(request)
    cycle = cycles.cycle(by=actor, public_id=public_id)
    kept = cycles.save_draft(by=actor, cycle=cycle, text=asked.text, version=asked.version)
    return schemas.Draft.from_orm(kept)


@router.get("/cycles/{public_id}/registrations", response=answers(list[schemas.Registration], may=(404,)))
def list_registrations(request: HttpRequest, public_id: PathId) -> list[schemas.Registration]:
    """The locked plan and its amendments, each with the exact text that was hashed."""
    actor = actor_of(request)
    found = registrations.registrations(by=actor, cycle=cycles.cycle(by=actor, public_id=public_id))
    return [schemas.Registration.from_orm(row) for row in found]


@router.post("/cycles/{public_id}/registrations", response=answers(schemas.Registration, 201, may=(400, 404, 409)))
def register(request: HttpRequest, public_id: PathId) -> Status[schemas.Registration]:
    """Lock the plan as its draft stands."""
    actor = actor_of(request)
    locked = registrations.register(by=actor, cycle=cycles.cycle(by=actor, public_id=public_id))
    return Status(201, schemas.Registration.from_orm(locked))


def _cycle(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row
    names = ("public_id", "key", "title", "question", "hypothesis", "decide_by", "decide_because", "stopped_on")
    steps = [
        {"stage": str(one.step.stage), "is_reached": one.is_reached, "is_next": one.is_next} for one in progress_of(row)
    ]
    told = {name: getattr(row, name) for name in names}
    return told | {"aim": row.aim.public_id, "tool": row.tool.public_id, "progress": steps}
