"""Platforms: what learning platforms and student systems keep beside use and scores, one builder per table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from gainline.engine.intake.judge import Judge
from gainline.engine.intake.reading import Batch
from gainline.engine.intake.targets import kept_rows, person_columns, present, whole
from gainline.engine.intake.vendor import Builder, Desk, Named


def attendance(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One student and day per row; a student without a row was neither present nor absent."""
    school = judge.text("school")
    given = school if isinstance(school, pa.Array) else pa.repeat(school, len(judge.lines))
    columns: dict[str, pa.Array | pa.Scalar] = {
        **person_columns(present(named)),
        "school_id": pa.array([desk.schools.find(text or "") for text in given.to_pylist()], pa.string()),
        "section_id": judge.text("section"),
        "day": judge.day_array("day", desk.dates),
        "status": whole(judge, judge.text("status")),
        "source_line": pa.array(judge.lines),
    }
    yield from kept_rows(desk, "attendance", columns, judge.kept)


def assessments(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One quiz, assignment or test per row, which results refer to."""
    del named
    most = judge.number("scale_max", floor=0.0)
    columns: dict[str, pa.Array | pa.Scalar] = {
        "assessment": whole(judge, judge.text("assessment")),
        "form": whole(judge, judge.text("form")),
        **{role: judge.text(role) for role in ("title", "domain")},
        "section_id": judge.text("section"),
        "assign_date": judge.day_array("assign_date", desk.dates),
        "due_date": judge.day_array("due_date", desk.dates),
        "source_line": pa.array(judge.lines),
    }
    if most is not None:
        columns["scale_max"] = pa.array(np.nan_to_num(most.values), mask=~most.good)
    yield from kept_rows(desk, "assessments", columns, judge.kept)


def sections(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """One course of a platform per row; the roster's sections keep their own ids."""
    del named
    columns: dict[str, pa.Array | pa.Scalar] = {
        "section_id": whole(judge, judge.text("section")),
        "title": whole(judge, judge.text("title")),
        "school_id": judge.text("school"),
        "subject": judge.text("subject"),
        "code": judge.text("code"),
        "source_line": pa.array(judge.lines),
    }
    yield from kept_rows(desk, "sections", columns, judge.kept)


def identities(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """Every identifier of a row for the person whom one of them names, so that files with only one of them match."""
    people = present(named)
    keep = judge.kept & people.matched
    rules = np.array([person.rule for person in desk.roll.people], dtype=object)
    nulls = desk.profile.null_words()
    for part in desk.profile.identity:
        if part.header not in judge.table.column_names:
            continue
        distinct = judge.distinct(part.header)
        texts = [text if text.casefold() not in nulls else "" for text in distinct.texts]
        given = np.array([bool(text) for text in texts] or [False], dtype=bool)[distinct.codes] & keep
        columns: dict[str, pa.Array | pa.Scalar] = {
            "person_key": pa.array(people.keys),
            "source": pa.scalar(desk.profile.source_system),
            "kind": pa.scalar(part.kind),
            "value": pa.array(texts, pa.string()).take(pa.array(distinct.codes)),
            "how": pa.array(rules[people.places].tolist(), pa.string()),
            "source_line": pa.array(judge.lines),
        }
        yield from kept_rows(desk, "identifiers", columns, given)


def checked(desk: Desk, judge: Judge, named: Named | None) -> Iterator[Batch]:
    """Nothing: the rows are counted, and the account says why nothing of them is kept."""
    del named
    kind = desk.profile.checked_as(judge.table.column_names)
    if desk.tally.read == 0:
        desk.tally.book.add("IN301", detail=f": {kind.because}" if kind else "")
    yield from ()


PLATFORM_BUILDERS: dict[str, Builder] = {
    "attendance": attendance,
    "assessments": assessments,
    "sections": sections,
    "identities": identities,
    "checked": checked,
}
"""Builder per target table."""
