"""Indicators: the catalogue of definitions, and what may be asked of each on the district's records."""

from __future__ import annotations

from gainline.engine.core.issues import Issue
from gainline.engine.indicators import Indicator
from gainline.road.measuring import catalogue_of, doubts_of, tools_known
from gainline.services import clock, desk
from gainline.services.remembering import remembered
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account


@desk.reading("district.read")
def catalogue(*, by: Account) -> list[Indicator]:
    """Every definition, ours and the district's own, by name."""
    return sorted(catalogue_of(folder_of(by.district)).values(), key=lambda one: one.name)


@desk.reading("district.read")
def indicator(*, by: Account, key: str) -> Indicator:
    """One definition.

    Raises
    ------
    Missing
        SV002 when there is none of that key.
    """
    found = catalogue_of(folder_of(by.district)).get(key)
    if found is None:
        raise desk.nothing_here()
    return found


@desk.reading("evidence.read")
def tools_with_rows(*, by: Account) -> list[str]:
    """Keys of the tools that the records tell something about."""
    workspace = open_workspace(by.district)
    return remembered(workspace, "tools", clock.today(by.district), lambda: tools_known(workspace))


@desk.reading("evidence.read")
def doubts(*, by: Account, key: str, where: dict[str, list[str]] | None = None) -> list[Issue]:
    """What speaks against comparing what a measurement compares, such as minutes that mean different things."""
    workspace, asked = open_workspace(by.district), sorted((where or {}).items())
    what = f"doubts of {key} {asked}"
    return remembered(workspace, what, clock.today(by.district), lambda: doubts_of(workspace, key, where=where))
