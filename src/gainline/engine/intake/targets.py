"""Targets: how a vendor's row becomes canonical rows, one builder per table."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gainline.engine.intake.cells import EPOCH, OK, REPAIRED, WRONG, Flags, Typed, date_array, moment, monday
from gainline.engine.intake.judge import Judge
from gainline.engine.intake.profile import Measure
from gainline.engine.intake.reading import Batch
from gainline.engine.intake.vendor import Builder, Desk, Named

Days = npt.NDArray[np.int32]
_WEEK = 7
ARMS_BY_UNIT = ("school", "section", "student")
HOWS = ("randomized", "volunteered", "chosen", "score")


def usage(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One usage record per row and measure."""
    people = present(named)
    first, last = _span(desk, judge)
    tool = tool_of(desk, judge)
    shared = {"section_id": judge.text("section"), "resource": judge.text("resource"), "metric": judge.text("metric")}
    amounts = [
        (measure, judge.amount(measure))
        for measure in desk.profile.measures
        if measure.header in judge.table.column_names
    ]
    for measure, typed in amounts:
        _judge_limit(judge, measure, typed, first, last)
    judge.reject("IN043", last < first)
    judge.remark("IN035", last > _day_number(desk))
    said = np.zeros(len(judge.lines), dtype=bool)
    for measure, typed in amounts:
        keep = judge.kept & typed.good
        said |= keep
        columns: dict[str, pa.Array | pa.Scalar] = {
            **person_columns(people),
            **shared,
            "tool": tool,
            "value": pa.array(typed.values),
            "first_day": _dates(first),
            "last_day": _dates(last),
            "week_start": _dates(monday(last)),
            "source_line": pa.array(judge.lines),
        }
        if shared["metric"] is None or isinstance(shared["metric"], pa.Scalar):
            columns["metric"] = pa.scalar(measure.metric)
        batches = kept_rows(desk, "usage", columns, keep)
        if desk.profile.grain == "year-to-date":
            desk.to_date.extend(batches)
        else:
            yield from batches
    judge.remark("IN047", ~said)


def _judge_limit(judge: Judge, measure: Measure, typed: Typed, first: Days, last: Days) -> None:
    if measure.day_limit is not None and judge.profile.grain != "year-to-date":
        days = np.maximum(last - first + 1, 1)
        judge.reject("IN038", typed.good & (typed.values > measure.day_limit * days), column=measure.header)


def _span(desk: Desk, judge: Judge) -> tuple[Days, Days]:
    """First and last day that each row covers, by the declared grain."""
    day = judge.days("day", desk.dates)
    first, last = judge.days("first_day", desk.dates), judge.days("last_day", desk.dates)
    if first is not None and last is not None:
        return _usable(judge, first, "first_day"), _usable(judge, last, "last_day")
    if judge.has(judge.profile.columns.get("month")):
        return _month(judge)
    if day is None:
        judge.reject("IN030", np.ones(len(judge.lines), dtype=bool), column="day")
        return np.zeros(len(judge.lines), np.int32), np.zeros(len(judge.lines), np.int32)
    days = _usable(judge, day, "day")
    if judge.profile.grain != "week":
        return days, days
    reach = np.int32(_WEEK - 1)
    return (days, days + reach) if judge.profile.week_day == "first" else (days - reach, days)


def _usable(judge: Judge, typed: Typed, role: str) -> Days:
    column = judge.profile.columns[role]
    judge.reject("IN030", ~typed.good & ~typed.is_state(WRONG) & ~judge.rejected, column=column.header)
    return np.where(typed.good, typed.values, 0).astype(np.int32)


def _month(judge: Judge) -> tuple[Days, Days]:
    """Month grain: a month number with a year, or ``2025-09``."""
    months, years = judge.number("month"), judge.number("year")
    if months is None or years is None:
        judge.reject("IN030", np.ones(len(judge.lines), dtype=bool), column="month")
        return np.zeros(len(judge.lines), np.int32), np.zeros(len(judge.lines), np.int32)
    good = months.good & years.good & (months.values >= 1) & (months.values <= 12)
    judge.reject("IN046", ~good, column="month")
    count = np.where(good, (years.values - 1970) * 12 + months.values - 1, 0).astype("int64")
    first = count.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    after = (count + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return first.astype(np.int32), (after - 1).astype(np.int32)


def results(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One result per row; a missing score stays missing."""
    people = present(named)
    taken = judge.days("taken_on", desk.dates)
    assessment, form = whole(judge, judge.text("assessment")), _form(desk, judge, taken)
    score = judge.number("score") or Typed(np.full(len(judge.lines), np.nan), np.ones(len(judge.lines), np.int8))
    scale = desk.profile.scale
    if scale:
        judge.remark("IN044", score.good & ((score.values < scale[0]) | (score.values > scale[1])))
    judge.remark("IN040", ~score.good)
    if taken is not None:
        judge.remark("IN035", taken.good & (taken.values > _day_number(desk)))
    status = judge.text("status")
    if isinstance(status, pa.Scalar):
        status = pa.array(np.where(score.good, status.as_py() or "scored", "missing").tolist(), pa.string())
    columns: dict[str, pa.Array | pa.Scalar] = {
        **person_columns(people),
        "assessment": assessment,
        "form": form,
        "score": pa.array(score.values, mask=~score.good),
        "taken_on": date_array(taken) if taken is not None else pa.scalar(None, pa.date32()),
        "section_id": judge.text("section"),
        "status": status,
        "source_line": pa.array(judge.lines),
    }
    yield from kept_rows(desk, "results", columns, judge.kept)
    if not desk.profile.described:
        yield from _new_forms(desk, judge, assessment, form)


def _form(desk: Desk, judge: Judge, taken: Typed | None) -> pa.Array:
    if judge.has(desk.profile.columns.get("form")) or not desk.profile.form_by_month or taken is None:
        return whole(judge, judge.text("form"))
    of_month = {month: form for form, months in desk.profile.form_by_month.items() for month in months}
    month = (taken.values.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1).astype(int)
    forms = [of_month.get(int(m)) if ok else None for m, ok in zip(month, taken.good, strict=True)]
    return whole(judge, pa.array(forms, pa.string()))


def whole(judge: Judge, text: pa.Array | pa.Scalar) -> pa.Array:
    """A text that every row needs: rows without it are rejected."""
    array = pa.repeat(text, len(judge.lines)) if isinstance(text, pa.Scalar) else text
    missing = np.asarray(array.is_null().to_numpy(zero_copy_only=False), dtype=bool) & ~judge.rejected
    judge.reject("IN030", missing)
    return array


def _new_forms(desk: Desk, judge: Judge, assessment: pa.Array, form: pa.Array) -> Iterator[Batch]:
    """Assessments that this file speaks of for the first time, with the most points where it gives them."""
    mask, points = pa.array(judge.kept), judge.number("points", floor=0.0)
    most = pa.nulls(len(judge.lines), pa.float64()) if points is None else pa.array(points.values, mask=~points.good)
    rows = pa.table({"a": assessment.filter(mask), "f": form.filter(mask), "most": most.filter(mask)})
    pairs = rows.group_by(["a", "f"]).aggregate([("most", "max")])
    given = zip(*(pairs[name].to_pylist() for name in ("a", "f", "most_max")), strict=True)
    low, high = desk.profile.scale or (None, None)
    highest = {(a, f): high if most is None else most for a, f, most in given}
    found = [pair for pair in highest if pair not in desk.forms]
    desk.forms.update(dict.fromkeys(found))
    yield desk.batch(
        "assessments",
        {
            "assessment": pa.array([a for a, _ in sorted(found)], pa.string()),
            "form": pa.array([f for _, f in sorted(found)], pa.string()),
            "scale_min": pa.scalar(low, pa.float64()),
            "scale_max": pa.array([highest[pair] for pair in sorted(found)], pa.float64()),
        },
        len(found),
    )


def events(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One event per row, with its moment in UTC seconds and its day in the declared time zone."""
    people = present(named)
    column = desk.profile.columns["at"].header or ""
    zone = ZoneInfo(desk.profile.time_zone)
    distinct = judge.distinct(column)
    moments = [moment(text, zone) for text in distinct.texts]
    bad = np.array([at is None for at in moments] or [True], dtype=bool)[distinct.codes]
    judge.reject("IN034", bad, column=column, detail="ISO 8601 or Unix seconds")
    seconds = np.array([m.timestamp() if m else 0 for m in moments] or [0]).astype(np.int64)[distinct.codes]
    days = np.array([(m.astimezone(zone).date() - EPOCH).days if m else 0 for m in moments] or [0], np.int32)[
        distinct.codes
    ]
    columns: dict[str, pa.Array | pa.Scalar] = {
        **person_columns(people),
        "tool": tool_of(desk, judge),
        "action": whole(judge, judge.text("action")),
        "epoch_s": pa.array(seconds),
        "local_date": _dates(days),
        "week_start": _dates(monday(days)),
        "event_id": judge.text("event_id"),
        "resource": judge.text("resource"),
        "source_line": pa.array(judge.lines),
    }
    yield from kept_rows(desk, "events", columns, judge.kept)
    for measure in desk.profile.measures if len(distinct.texts) else ():
        if measure.header in judge.table.column_names:
            yield from _amount_of_event(desk, judge, measure, columns)


def _amount_of_event(
    desk: Desk, judge: Judge, measure: Measure, event: dict[str, pa.Array | pa.Scalar]
) -> Iterator[Batch]:
    """An amount that an event carries, such as its length, as use on its day."""
    typed = judge.amount(measure)
    shared = ("person_key", "matched", "tool", "resource", "week_start", "source_line")
    columns = {name: event[name] for name in shared} | {
        "metric": pa.scalar(measure.metric),
        "value": pa.array(typed.values),
        "first_day": event["local_date"],
        "last_day": event["local_date"],
    }
    yield from kept_rows(desk, "usage", columns, judge.kept & typed.good)


def licenses(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One license per row."""
    columns: dict[str, pa.Array | pa.Scalar] = {
        **person_columns(present(named)),
        "tool": tool_of(desk, judge),
        "first_day": judge.day_array("first_day", desk.dates),
        "last_day": judge.day_array("last_day", desk.dates),
        "source_line": pa.array(judge.lines),
    }
    yield from kept_rows(desk, "licenses", columns, judge.kept)


def contracts(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One contract per row."""
    del named
    columns: dict[str, pa.Array | pa.Scalar] = {role: judge.text(role) for role in ("vendor", "currency")}
    columns["tool"] = tool_of(desk, judge)
    names = judge.text("tool_name")
    columns["tool_name"] = names if not isinstance(names, pa.Scalar) or names.is_valid else columns["tool"]
    for role in ("licenses", "cost"):
        typed = judge.number(role, floor=0.0)
        if typed is not None:
            values = pa.array(np.nan_to_num(typed.values), mask=~typed.is_state(OK, REPAIRED))
            columns[role] = values.cast(pa.int64(), safe=False) if role == "licenses" else values
    for role in ("start_date", "end_date", "notice_date"):
        columns[role] = judge.day_array(role, desk.dates)
    columns["source_line"] = pa.array(judge.lines)
    yield from kept_rows(desk, "contracts", columns, judge.kept)


def assignments(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One unit of a pilot per row; a school may go by any name we know, a student by any identifier."""
    del named
    unit, how = whole(judge, judge.text("unit")), whole(judge, judge.text("how"))
    for text, allowed, role in ((unit, ARMS_BY_UNIT, "unit"), (how, HOWS, "how")):
        known = np.array([value is None or value in allowed for value in text.to_pylist()], dtype=bool)
        judge.reject("IN046", ~known, column=desk.profile.columns[role].header)
    columns: dict[str, pa.Array | pa.Scalar] = {
        "pilot": whole(judge, judge.text("pilot")),
        "unit": unit,
        "unit_id": _units(desk, judge, unit),
        "arm": whole(judge, judge.text("arm")),
        "block": judge.text("block"),
        "how": how,
        "assigned_on": judge.day_array("assigned_on", desk.dates),
        "source_line": pa.array(judge.lines),
    }
    yield from kept_rows(desk, "assignments", columns, judge.kept)


def _units(desk: Desk, judge: Judge, unit: pa.Array) -> pa.Array:
    given = whole(judge, judge.text("unit_id")).to_pylist()
    settled: list[str | None] = []
    pseudonyms = {str(key) for key in desk.task.identity.known["person_key"].to_pylist()}
    for kind, value in zip(unit.to_pylist(), given, strict=True):
        if kind == "school":
            settled.append(desk.schools.find(value or ""))
        elif kind == "student" and value:
            place = desk.roll.place((value,), ("SisSourcedId",))
            person = desk.roll.people[place]
            own = value if value in pseudonyms else None  # a draw of ours names students by their pseudonyms
            settled.append(str(person.key) if person.matched else own)
        else:
            settled.append(value)
    lost = np.array([value is None for value in settled], dtype=bool) & judge.kept
    is_school = np.array([kind == "school" for kind in unit.to_pylist()], dtype=bool)
    judge.reject("IN055", lost & is_school)
    judge.reject("IN056", lost & ~is_school)
    return pa.array(settled, pa.string())


def attributes(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One declared fact per row."""
    number = judge.number("number")
    columns: dict[str, pa.Array | pa.Scalar] = {
        "person_key": pa.array(present(named).keys),
        "section_id": judge.text("section"),
        "attribute": whole(judge, judge.text("attribute")),
        "text": judge.text("text"),
        "source_line": pa.array(judge.lines),
    }
    if number is not None:
        columns["number"] = pa.array(number.values, mask=~number.good)
    yield from kept_rows(desk, "attributes", columns, judge.kept)


def present(named: Named | None) -> Named:
    """The people of a block whose table is about people."""
    if named is None:
        raise ValueError("a table about people was built without people")
    return named


def person_columns(named: Named) -> dict[str, pa.Array | pa.Scalar]:
    """Who each row speaks of, and whether the roster knows them."""
    return {"person_key": pa.array(named.keys), "matched": pa.array(named.matched)}


def tool_of(desk: Desk, judge: Judge) -> pa.Array | pa.Scalar:
    """The tool of each row: its column, or the profile's one."""
    text = judge.text("tool")
    if isinstance(text, pa.Scalar) and not text.is_valid:
        return pa.scalar(desk.profile.tool or desk.profile.key)
    return text if isinstance(text, pa.Scalar) else whole(judge, text)


def _dates(days: Days) -> pa.Array:
    return pa.array(days, pa.int32()).cast(pa.date32())


def _day_number(desk: Desk) -> int:
    return (desk.task.as_of - EPOCH).days


def kept_rows(desk: Desk, name: str, columns: dict[str, pa.Array | pa.Scalar], keep: Flags) -> Iterator[Batch]:
    """A canonical batch of the rows that are let in."""
    if keep.all():
        yield desk.batch(name, columns, len(keep))
        return
    mask = pa.array(keep)
    chosen = {key: value if isinstance(value, pa.Scalar) else value.filter(mask) for key, value in columns.items()}
    yield desk.batch(name, chosen, int(keep.sum()))


BUILDERS: dict[str, Builder] = {
    "usage": usage,
    "results": results,
    "events": events,
    "licenses": licenses,
    "contracts": contracts,
    "assignments": assignments,
    "attributes": attributes,
}
"""Builder per target table."""
