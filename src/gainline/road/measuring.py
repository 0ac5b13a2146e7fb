"""Measure: one indicator over a window, for groups; groups too small to show leave without a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from gainline.engine.core.calendar import Window
from gainline.engine.core.errors import UserFixable
from gainline.engine.core.issues import has_errors
from gainline.engine.indicators import Indicator, compile_indicator, load_catalogue
from gainline.engine.privacy import Audience, Policy, one_way, release
from gainline.road.workspace import Workspace

PERSON = "person_key"
TOO_FEW = "too few to show"


def catalogue_of(root: Path) -> dict[str, Indicator]:
    """The shipped indicators with those of the workspace at `root`, if there is one.

    Raises
    ------
    UserFixable
        When one of the district's own definitions is faulty.
    """
    own = root / "indicators"
    catalogue, issues = load_catalogue([own] if own.is_dir() else [])
    if has_errors(issues):
        raise UserFixable("an indicator is faulty: " + "; ".join(map(str, issues)), "mend the definition")
    return catalogue


def measure(
    workspace: Workspace,
    key: str,
    *,
    by: Sequence[str] = (),
    days: tuple[date, date] | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
    params: Mapping[str, float] | None = None,
) -> list[dict[str, Any]]:
    """One row per group: the group, the value, the unit, and how many people stand behind it.

    The numbers leave through `privacy.release` for staff: a group under the smallest count that may be shown has no
    value, and neither has one that would give such a group away. Single students are not a group.

    Raises
    ------
    UserFixable
        When the indicator is unknown, cannot be grouped so, or the grouping names single students.
    """
    indicator = catalogue_of(workspace.root).get(key)
    if indicator is None:
        raise UserFixable(f"there is no indicator {key}", "see: gainline indicators list")
    if PERSON in by:
        raise UserFixable("measurements are shown for groups, not for single students", "leave out person_key")
    window = Window(*days) if days else None
    with workspace.lake.reading() as reading:
        measured = compile_indicator(
            indicator, reading.current, grain=tuple(by), window=window, where=where, params=params
        )
        rows = reading.arrow(measured.order_by(list(by)) if by else measured).to_pylist()
    return _released(rows, tuple(by), indicator)


def _released(rows: list[dict[str, Any]], by: tuple[str, ...], indicator: Indicator) -> list[dict[str, Any]]:
    if not rows:
        return []
    names = [" / ".join(str(row[column]) for column in by) or "all" for row in rows]
    policy = Policy(minimum_n=max(Policy().minimum_n, indicator.minimum_n))
    counts = one_way("group", {name: int(row["n"]) for name, row in zip(names, rows, strict=True)})
    released = release(counts, audience=Audience.STAFF, policy=policy)
    shown = []
    for name, row in zip(names, rows, strict=True):
        may = released.may_show_effect(("group", name))
        count = released.count("group", name)
        people = f"{count.low:,}" if count.low == count.high and count.low is not None else TOO_FEW
        value = row["value"] if may else TOO_FEW
        shown.append({**{column: row[column] for column in by}, "value": value, "unit": indicator.unit, "n": people})
    return shown
