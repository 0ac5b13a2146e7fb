"""Quality: what of the district's files needs a person today, and what each source brought last."""

from __future__ import annotations

from dataclasses import dataclass

from gainline.engine.core.issues import Issue
from gainline.engine.reports import SourceToday
from gainline.road.looking import needs_a_person, sources_today
from gainline.services import clock, desk
from gainline.services.remembering import remembered
from gainline.services.workspaces import open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.districts import District


@dataclass(frozen=True, slots=True)
class Quality:
    """What needs a person, the worst first, and every source as it stands today."""

    issues: tuple[Issue, ...]
    sources: tuple[SourceToday, ...]


@desk.reading("record.read")
def quality(*, by: Account) -> Quality:
    """One look at every source, against its own past; no student is named."""
    return looked(by.district)


def looked(district: District) -> Quality:
    """The same for whoever was let through already: one look for every page that tells of it."""
    workspace, day = open_workspace(district), clock.today(district)

    def look() -> Quality:
        found = needs_a_person(workspace, as_of=day)
        return Quality(tuple(found), tuple(sources_today(workspace, as_of=day)))

    return remembered(workspace, "quality", day, look)
