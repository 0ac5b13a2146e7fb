"""The journal of looks: every measurement of a workspace, chained by hashes as the ledger is, so that none gets lost.

What stands in it is the question and never its answer: an indicator, what it was grouped by, which rows. It holds no
person's data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from gainline.engine.audit import Look, LookKind
from gainline.engine.ledger import Ledger
from gainline.engine.pilots.registration import REGISTERED
from gainline.engine.privacy import Audience
from gainline.road.checking import EVALUATED, LOOKS
from gainline.road.measuring import for_staff, measured_rows
from gainline.road.measuring_publicly import release_measured
from gainline.road.workspace import Workspace

_LOOKED = "looked"


def measure_openly(  # noqa: PLR0913 - as `measure`, with the day of the look
    workspace: Workspace,
    key: str,
    *,
    by: Sequence[str] = (),
    days: tuple[date, date] | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    params: Mapping[str, float] | None = None,
    on: date,
    audience: Audience = Audience.STAFF,
) -> list[dict[str, Any]]:
    """As `measure`, for somebody who asks: the look is written down before its answer is given.

    For the public the rows go beside what was released before, and are entered in the journal of releases. What runs
    by itself, such as a watched risk, is registered elsewhere and no look.

    Raises
    ------
    UserFixable
        As `measure`; a question that has no answer is no look.
    """
    measured = measured_rows(workspace, key, by=by, days=days, where=where, params=params)
    narrowed = [f"{column}={value}" for column, values in sorted((where or {}).items()) for value in sorted(values)]
    payload = {"at": key, "groups": sorted(by), "where": narrowed}
    Ledger(workspace.root / LOOKS).append(_LOOKED, payload, on=on)
    if audience is Audience.PUBLIC and measured.indicator.is_about_people:
        return release_measured(workspace, measured, where, on=on)
    return for_staff(measured)


def looks_at(workspace: Workspace, key: str) -> list[Look]:
    """Every look since a cycle's plan was locked: its own evaluations, then whatever was measured in the district.

    A measurement does not say for which question it was made, so that one of the district's counts in every cycle that
    was open then; it is listed with its day, and whoever reads it knows.
    """
    found, since = [], ""
    for entry in workspace.ledger.entries():
        if entry.payload.get("key") != key:
            continue
        if entry.kind == REGISTERED:
            since = since or entry.on.isoformat()
        elif entry.kind == EVALUATED:
            found.append(Look(entry.seq, entry.on.isoformat(), LookKind.EVALUATED, key))
    return [*found, *_measured(workspace, since)]


def _measured(workspace: Workspace, since: str) -> list[Look]:
    entries = Ledger(workspace.root / LOOKS).entries()
    return [
        Look(
            entry.seq, entry.on.isoformat(), LookKind.MEASURED, str(entry.payload["at"]),
            tuple(entry.payload["groups"]), tuple(entry.payload["where"]),
        )
        for entry in entries
        if entry.on.isoformat() >= since
    ]  # fmt: skip
