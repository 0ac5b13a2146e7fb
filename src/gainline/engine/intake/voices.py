"""Voices: surveys, feedback and observations; who speaks may be unknown to the roster, or nobody by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pac

from gainline.engine.core.ids import person_key
from gainline.engine.intake.cells import EMPTY, WRONG, Flags, Typed, date_array, flags, numbers
from gainline.engine.intake.judge import Judge
from gainline.engine.intake.link import Keys
from gainline.engine.intake.reading import Batch
from gainline.engine.intake.targets import kept_rows, whole
from gainline.engine.intake.vendor import Builder, Desk, Named

RESPONDENTS = ("student", "teacher", "family", "staff")
_SCALE = ("lowest", "highest")

Column: TypeAlias = pa.Array | pa.Scalar


def responses(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One answer per row; where the file says what the choices are, the questions too."""
    del named
    instrument, item = whole(judge, judge.text("instrument")), whole(judge, judge.text("item"))
    kind, day = _respondent(judge), _each(judge, judge.day_array("answered_on", desk.dates))
    keys, known, is_named = _speakers(desk, judge, _each(judge, judge.text("response_id")))
    answer, scale = _answer(judge), _scale(desk, judge)
    _judge_range(judge, answer, scale)
    judge.remark("IN384", ~answer.good & judge.kept)
    judge.remark("IN380", is_named & ~known & np.array([k == "student" for k in kind.to_pylist()], dtype=bool))
    sheets = _sheet_ids(desk, judge, keys=keys, is_named=is_named, days=day.to_pylist())
    columns: dict[str, Column] = {
        "person_key": pa.array(keys),
        "matched": pa.array(known),
        "respondent": kind,
        "instrument": instrument,
        "response_id": pa.array(sheets, pa.string()),
        "item": item,
        "answer": pa.array(np.nan_to_num(answer.values), mask=~answer.good),
        "answered_on": day,
        "school_id": school_ids(desk, judge),
        "section_id": judge.text("section"),
        "tool": judge.text("tool"),
        "source_line": pa.array(judge.lines),
    }
    if scale is not None:
        yield from _new_items(desk, judge, {"instrument": instrument, "item": item}, scale)
    yield from kept_rows(desk, "responses", columns, judge.kept)


def survey_items(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One question per row."""
    del named
    columns = {"instrument": whole(judge, judge.text("instrument")), "item": whole(judge, judge.text("item"))}
    scale = _scale(desk, judge)
    open_ended = (Typed(np.zeros(len(judge.lines)), np.full(len(judge.lines), EMPTY, dtype=np.int8)),) * 2
    yield from kept_rows(desk, "survey_items", _item_columns(judge, columns, scale or open_ended), judge.kept)


def feedback(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One note per row; its words go into no message."""
    del named
    words, kind = whole(judge, judge.text("text")), _respondent(judge)
    keys, known, _ = _speakers(desk, judge, _each(judge, judge.text("feedback_id")))
    given = _each(judge, judge.text("feedback_id")).to_pylist()
    columns: dict[str, Column] = {
        "person_key": pa.array(keys),
        "matched": pa.array(known),
        "feedback_id": pa.array([one or own for one, own in zip(given, _own_ids(desk, judge), strict=True)]),
        "respondent": kind,
        "text": words,
        "topic": judge.text("topic"),
        "said_on": judge.day_array("said_on", desk.dates),
        "school_id": school_ids(desk, judge),
        "tool": judge.text("tool"),
        "source_line": pa.array(judge.lines),
    }
    yield from kept_rows(desk, "feedback", columns, judge.kept)


def observations(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One level per row. A rater who is not named stands for one rater of that lesson."""
    del named
    texts = {role: whole(judge, judge.text(role)) for role in ("observation_id", "rubric", "element")}
    keys, known, _ = _speakers(desk, judge, texts["observation_id"])
    level, minutes = _answer(judge, "level"), judge.number("minutes", floor=0.0)
    scale = _scale(desk, judge)
    if scale is None:
        judge.reject("IN030", np.ones(len(judge.lines), dtype=bool), column="lowest")
        return
    for role, end in zip(_SCALE, scale, strict=True):
        judge.reject("IN030", ~end.good & ~judge.rejected, column=role)
    _judge_range(judge, level, scale)
    judge.remark("IN384", ~level.good & judge.kept)
    columns: dict[str, Column] = {
        **texts,
        "person_key": pa.array(keys),
        "matched": pa.array(known),
        "level": pa.array(np.nan_to_num(level.values), mask=~level.good),
        **dict(zip(_SCALE, (pa.array(np.nan_to_num(end.values)) for end in scale), strict=True)),
        "observed_on": date_array(days_needed(desk, judge, "observed_on")),
        "minutes": _amounts(minutes, len(judge.lines)),
        "school_id": school_ids(desk, judge),
        "section_id": judge.text("section"),
        "tool": judge.text("tool"),
        "source_line": pa.array(judge.lines),
    }
    yield from kept_rows(desk, "observations", columns, judge.kept)


def _respondent(judge: Judge) -> pa.Array:
    kind = pac.utf8_lower(whole(judge, judge.text("respondent")))
    known = np.array([one is None or one in RESPONDENTS for one in kind.to_pylist()], dtype=bool)
    judge.reject("IN046", ~known, column="respondent")
    return kind


def _speakers(desk: Desk, judge: Judge, stand_in: pa.Array) -> tuple[Keys, Flags, Flags]:
    """Pseudonym, found-in-roster and named-at-all per row.

    Where no identifier is given, the questionnaire or lesson that the row belongs to stands in for its person, and
    where that has no id either, the row itself.
    """
    parts = [part for part in desk.profile.identity if part.header in judge.table.column_names]
    columns, nulls = [judge.distinct(part.header) for part in parts], desk.profile.null_words()
    kinds = tuple(part.kind for part in parts)
    keys, known = np.zeros(len(judge.lines), dtype=np.int64), np.zeros(len(judge.lines), dtype=bool)
    is_named, rules = np.zeros(len(judge.lines), dtype=bool), [""] * len(judge.lines)
    salt, system = desk.task.identity.salt, f"{desk.profile.source_system}/unnamed"
    for row, (other, own) in enumerate(zip(stand_in.to_pylist(), _own_ids(desk, judge), strict=True)):
        values = tuple(column.texts[column.codes[row]] for column in columns)
        values = tuple("" if value.casefold() in nulls else value for value in values)
        if any(values):
            person = desk.roll.people[desk.roll.place(values, kinds)]
            keys[row], known[row], is_named[row] = person.kept_under, person.kept_as_matched, True
            rules[row] = person.rule
        else:
            keys[row] = person_key(salt, system, other or own)
    judge.remark("IN383", ~is_named)
    _remark_on_rules(judge, np.array(rules, dtype=object))
    return keys, known, is_named


def _remark_on_rules(judge: Judge, rules: npt.NDArray[np.object_]) -> None:
    for rule, code in (("affix", "IN050"), ("zeros", "IN051")):
        judge.repair(code, (rules == rule) & judge.kept)
    judge.remark("IN052", rules == "ambiguous")


def _own_ids(desk: Desk, judge: Judge) -> list[str]:
    """An id for each line of this very file, the same whenever the file is read."""
    return [f"{desk.task.source.sha256[:16]}/{line}" for line in judge.lines.tolist()]


def _sheet_ids(desk: Desk, judge: Judge, *, keys: Keys, is_named: Flags, days: Sequence[date | None]) -> list[str]:
    """The questionnaire of each answer: as given, else one per person and day, else one per line."""
    given = _each(judge, judge.text("response_id")).to_pylist()
    own = _own_ids(desk, judge)
    return [
        one or (f"{key}/{day}" if by_name else line)
        for one, key, by_name, day, line in zip(given, keys.tolist(), is_named, days, own, strict=True)
    ]


def _answer(judge: Judge, role: str = "answer") -> Typed:
    """Numbers of a role after its labels were brought to numbers: the declared order of the choices."""
    column = pa.chunked_array([_each(judge, judge.text(role)).fill_null("")])
    typed = numbers(column, nulls=judge.profile.null_words())
    declared = judge.profile.columns.get(role)
    judge.reject("IN032", ~typed.good & ~typed.is_state(EMPTY), column=declared.header if declared else role)
    return typed


def _scale(desk: Desk, judge: Judge) -> tuple[Typed, Typed] | None:
    """Lowest and highest choice per row: from columns, else from the profile's `scale`; None where neither says."""
    low, high = (judge.number(role) for role in _SCALE)
    if low is not None and high is not None:
        judge.reject("IN382", low.good & high.good & (low.values >= high.values), column="highest")
        return low, high
    if desk.profile.scale is None:
        return None
    rows = len(judge.lines)
    low, high = (Typed(np.full(rows, end), np.zeros(rows, dtype=np.int8)) for end in desk.profile.scale)
    return low, high


def _judge_range(judge: Judge, answer: Typed, scale: tuple[Typed, Typed] | None) -> None:
    if scale is not None:
        low, high = scale
        is_outside = (answer.values < low.values) | (answer.values > high.values)
        is_scale = low.good & high.good & (low.values < high.values)
        judge.reject("IN381", answer.good & is_scale & is_outside)


def _new_items(desk: Desk, judge: Judge, names: dict[str, pa.Array], scale: tuple[Typed, Typed]) -> Iterator[Batch]:
    """The questions that this block shows for the first time."""
    fresh = np.zeros(len(judge.lines), dtype=bool)
    pairs = zip(names["instrument"].to_pylist(), names["item"].to_pylist(), strict=True)
    for row, pair in enumerate(pairs):
        if judge.kept[row] and pair not in desk.forms:
            desk.forms[pair] = None
            fresh[row] = True
    if fresh.any():
        yield from kept_rows(desk, "survey_items", _item_columns(judge, dict(names), scale), fresh)


def _item_columns(judge: Judge, names: dict[str, Column], scale: tuple[Typed, Typed]) -> dict[str, Column]:
    ends = {role: pa.array(np.nan_to_num(end.values), mask=~end.good) for role, end in zip(_SCALE, scale, strict=True)}
    return {
        **names,
        **ends,
        "construct": judge.text("construct"),
        "wording": judge.text("wording"),
        "reverse": pa.array(flag_of(judge, "reverse").values),
        "source_line": pa.array(judge.lines),
    }


def school_ids(desk: Desk, judge: Judge) -> pa.Array:
    """The school of each row by id, number, name or alias; null where none is given or known."""
    given = _each(judge, judge.text("school")).to_pylist()
    found = {name: desk.schools.find(name) for name in set(given) if name}
    for name in sorted(name for name, school in found.items() if school is None):
        if desk.task.identity.schools.num_rows:
            desk.tally.book.add("IN054", detail=name)
    return pa.array([found.get(name) if name else None for name in given], pa.string())


def flag_of(judge: Judge, role: str) -> Typed:
    """Yes or no per row: no where the cell is empty or the file has no such column."""
    column = judge.profile.columns.get(role)
    if column is None or not judge.has(column) or column.header is None:
        empty = np.full(len(judge.lines), EMPTY, dtype=np.int8)
        return Typed(np.full(len(judge.lines), bool(column and column.value), dtype=bool), empty)
    texts = pa.chunked_array([_each(judge, judge.text(role)).fill_null("")])
    typed = flags(texts, nulls=judge.profile.null_words())
    judge.reject("IN046", typed.is_state(WRONG), column=column.header)
    return typed


def days_needed(desk: Desk, judge: Judge, role: str) -> Typed:
    """The days of a role that every row needs."""
    typed = judge.days(role, desk.dates)
    if typed is None:
        typed = Typed(np.zeros(len(judge.lines), np.int32), np.full(len(judge.lines), EMPTY, dtype=np.int8))
    judge.reject("IN030", ~typed.good & ~judge.rejected, column=role)
    return typed


def _each(judge: Judge, column: Column) -> pa.Array:
    return pa.repeat(column, len(judge.lines)) if isinstance(column, pa.Scalar) else column


def _amounts(typed: Typed | None, rows: int) -> pa.Array:
    if typed is None:
        return pa.nulls(rows, pa.float64())
    return pa.array(np.nan_to_num(typed.values), mask=~typed.good)


VOICE_BUILDERS: dict[str, Builder] = {
    "responses": responses,
    "survey_items": survey_items,
    "feedback": feedback,
    "observations": observations,
}
"""Builder per target table."""
