"""Watching: what came in since a plan was locked, and which signs need somebody before the end."""

from __future__ import annotations

from hashlib import sha256

from gainline.engine.core.issues import Issue
from gainline.engine.privacy import Audience
from gainline.road.piloting.arrived import Arrived, arrived
from gainline.services import clock, desk, planning, stages
from gainline.services.quality import looked
from gainline.services.remembering import remembered
from gainline.services.stages import Stage
from gainline.services.workspaces import open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle, Registration
from gainline.store.models.imports import Import


@desk.reading("district.read")
def arrivals(*, by: Account, cycle: Cycle) -> list[Import]:
    """The imports since a cycle's plan was locked, latest first, previews left out; none before that."""
    locked = Registration.objects.filter(cycle=cycle, number=0).first()
    if locked is None:
        return []
    since = Import.objects.filter(is_preview=False, created__gte=locked.created)
    return list(since.select_related("job", "asked_by"))


@desk.reading("evidence.read")
def arms(*, by: Account, cycle: Cycle) -> tuple[Arrived, ...]:
    """Of the students in each arm of the locked plan, how many have a result and how many a row of use.

    Raises
    ------
    Conflict
        With the stage table's code before the plan is locked; SV045 when it cannot be read.
    UserFixable
        When use decides who has the tool, or the records hold no assignment yet.
    """
    stages.require(cycle, Stage.RECORDED)
    plan = planning.plan_of(by=by, cycle=cycle)
    if plan is None:
        raise desk.refuse("SV045", "the plan cannot be read, so nobody can be counted", "amend it")
    workspace, day, said = open_workspace(by.district), clock.today(by.district), plan.model_dump_json()
    what = f"arms {sha256(said.encode()).hexdigest()}"  # an amended plan asks anew
    return remembered(workspace, what, day, lambda: arrived(workspace, plan, audience=Audience.STAFF))


@desk.reading("evidence.read")
def signs(*, by: Account, cycle: Cycle) -> tuple[list[Issue], int]:
    """What of the district's sources needs somebody and names the cycle's tool, and how many other signs there are."""
    found = looked(by.district).issues
    names = {cycle.tool.key.lower(), cycle.tool.name.lower()}
    own = [one for one in found if any(name in f"{one.file} {one.says}".lower() for name in names)]
    return own, len(found) - len(own)
