"""Service rows: calls for help, outages, training, access and incidents, one builder per table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gainline.engine.intake.cells import Typed, date_array, moment, monday
from gainline.engine.intake.judge import Judge
from gainline.engine.intake.reading import Batch
from gainline.engine.intake.targets import kept_rows, person_columns, present, whole
from gainline.engine.intake.vendor import Builder, Desk, Named
from gainline.engine.intake.voices import days_needed, flag_of, school_ids

Floats = npt.NDArray[np.float64]
Column: TypeAlias = pa.Array | pa.Scalar
_HOUR, _MINUTE = 3600.0, 60.0


def tickets(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One call for help per row. Hours are as given, else between two moments."""
    del named
    opened, closed = days_needed(desk, judge, "opened_on"), judge.days("closed_on", desk.dates)
    if closed is not None:
        judge.reject("IN043", opened.good & closed.good & (closed.values < opened.values), column="closed_on")
    columns: dict[str, Column] = {
        "ticket_id": whole(judge, judge.text("ticket_id")),
        "tool": whole(judge, judge.text("tool")),
        **_dated(opened, "opened_on"),
        "closed_on": pa.scalar(None, pa.date32()) if closed is None else date_array(closed),
        "hours_to_reply": _amount(judge, "hours_to_reply", between=("opened_on", "replied_on"), unit=_HOUR),
        "hours_to_solve": _amount(judge, "hours_to_solve", between=("opened_on", "closed_on"), unit=_HOUR),
        "kind": judge.text("kind"),
        "caller": judge.text("caller"),
        "school_id": school_ids(desk, judge),
        "source_line": pa.array(judge.lines),
    }
    yield from kept_rows(desk, "tickets", columns, judge.kept)


def outages(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One outage per row. Minutes are as given, else between two moments."""
    del named
    began = days_needed(desk, judge, "began_on")
    minutes = _amount(judge, "minutes", between=("began_on", "ended_on"), unit=_MINUTE)
    judge.reject("IN030", np.asarray(minutes.is_null()) & ~judge.rejected, column="minutes")
    given, start = _each(judge, "outage_id"), _each(judge, "began_on")
    columns: dict[str, Column] = {
        "tool": whole(judge, judge.text("tool")),
        "outage_id": pa.array([one or at for one, at in zip(given, start, strict=True)], pa.string()),
        **_dated(began, "began_on"),
        "minutes": minutes,
        "planned": pa.array(flag_of(judge, "planned").values),
        "school_id": school_ids(desk, judge),
        "source_line": pa.array(judge.lines),
    }
    yield from kept_rows(desk, "outages", columns, judge.kept)


def training(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One person and training per row; a list that does not say who came lists those who did."""
    held = days_needed(desk, judge, "held_on")
    came = flag_of(judge, "attended")
    says = judge.has(judge.profile.columns.get("attended"))
    columns: dict[str, Column] = {
        **person_columns(present(named)),
        "training": whole(judge, judge.text("training")),
        "held_on": date_array(held),
        "hours": _amount(judge, "hours"),
        "attended": pa.array(came.values | ~np.full(len(judge.lines), says)),
        "tool": judge.text("tool"),
        "source_line": pa.array(judge.lines),
    }
    yield from kept_rows(desk, "training", columns, judge.kept)


def access(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One student per row; an empty answer stays unknown."""
    columns: dict[str, Column] = {
        **person_columns(present(named)),
        **{role: _yes_or_no(judge, role) for role in ("device", "home_device", "home_internet")},
        "asked_on": judge.day_array("asked_on", desk.dates),
        "source_line": pa.array(judge.lines),
    }
    yield from kept_rows(desk, "access", columns, judge.kept)


def incidents(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One incident and student per row."""
    columns: dict[str, Column] = {
        **person_columns(present(named)),
        "incident_id": whole(judge, judge.text("incident_id")),
        "kind": judge.text("kind"),
        **_dated(days_needed(desk, judge, "happened_on"), "happened_on"),
        "tool": judge.text("tool"),
        "source_line": pa.array(judge.lines),
    }
    yield from kept_rows(desk, "incidents", columns, judge.kept)


def _yes_or_no(judge: Judge, role: str) -> pa.Array:
    typed = flag_of(judge, role)
    return pa.array(typed.values, mask=~typed.good)


def _dated(days: Typed, name: str) -> dict[str, pa.Array]:
    safe = np.where(days.good, days.values, 0).astype(np.int32)
    return {name: date_array(days), "week_start": pa.array(monday(safe), pa.int32()).cast(pa.date32())}


def _amount(judge: Judge, role: str, *, between: tuple[str, str] | None = None, unit: float = 1.0) -> pa.Array:
    """The amounts of a role; else, where two columns give moments, the time between them in `unit` seconds."""
    typed = judge.number(role, floor=0.0)
    values = np.full(len(judge.lines), np.nan) if typed is None else np.where(typed.good, typed.values, np.nan)
    if between is not None and np.isnan(values).any():
        spans = _between(judge, *between) / unit
        judge.reject("IN043", np.isnan(values) & (spans < 0), column=between[1])
        values = np.where(np.isnan(values), spans, values)
    return pa.array(values, mask=np.isnan(values))


def _between(judge: Judge, first: str, last: str) -> Floats:
    """Seconds from one moment to the other; NaN where either is missing or has no time of day."""
    starts, ends = (_moments(judge, role) for role in (first, last))
    return ends - starts


def _moments(judge: Judge, role: str) -> Floats:
    zone = ZoneInfo(judge.profile.time_zone)
    found = [moment(text, zone) if text and ":" in text else None for text in _each(judge, role)]
    return np.array([at.timestamp() if at else np.nan for at in found], dtype=np.float64)


def _each(judge: Judge, role: str) -> list[str | None]:
    column = judge.text(role)
    texts: list[str | None] = (
        [column.as_py()] * len(judge.lines) if isinstance(column, pa.Scalar) else column.to_pylist()
    )
    return texts


SERVICE_BUILDERS: dict[str, Builder] = {
    "tickets": tickets,
    "outages": outages,
    "training": training,
    "access": access,
    "incidents": incidents,
}
"""Builder per target table."""
