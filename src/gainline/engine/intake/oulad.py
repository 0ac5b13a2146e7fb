"""OULAD: the Open University Learning Analytics Dataset as one source.

Source: Kuzilek, Hlosta, Zdrahal (2017), Scientific Data 4:170171. Days are relative to the start of the presentation,
whose calendar date the data set does not give; the profile declares it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from gainline.engine.core.ids import person_key
from gainline.engine.intake.account import Tally
from gainline.engine.intake.cells import EPOCH, Distinct, Flags, monday
from gainline.engine.intake.frames import Days, Frame, Ints, days_array, frames, text_array
from gainline.engine.intake.link import Keys
from gainline.engine.intake.profile import Profile
from gainline.engine.intake.reading import Batch, Task, canonical
from gainline.engine.intake.sources import TextFile

TABLES = ("courses", "assessments", "vle", "studentInfo", "studentRegistration", "studentAssessment", "studentVle")
_SECTION = ("code_module", "code_presentation")
_TEXT_ATTRIBUTES = ("imd_band", "highest_education", "age_band", "region", "final_result", "disability", "gender")
_NUMBER_ATTRIBUTES = ("studied_credits", "num_of_prev_attempts")
_SEX = {"M": "male", "F": "female"}
_FAR = 20_000  # days; a relative day further off is a fault of the file


@dataclass(slots=True)
class _Known:
    """What earlier tables told later ones."""

    task: Task
    tally: Tally
    starts: dict[str, int] = field(default_factory=dict)  # section -> day of its start since 1970-01-01
    lengths: dict[str, int] = field(default_factory=dict)  # presentation -> days of its longest module
    assessments: dict[int, tuple[str, str]] = field(default_factory=dict)  # id -> (section, kind)
    sites: dict[int, str] = field(default_factory=dict)  # site -> activity type
    keys: dict[int, int] = field(default_factory=dict)  # student -> person key
    latest: dict[int, tuple[int, tuple[str, str], int]] = field(
        default_factory=dict
    )  # student -> (start, labels, line)

    def batch(self, name: str, columns: dict[str, pa.Array | pa.Scalar], rows: int) -> Batch:
        return canonical(name, columns, rows=rows, import_id=self.task.import_id)

    def people(self, students: Ints) -> tuple[Keys, Flags]:
        """Person key of each student number, and whether studentInfo knows the student."""
        distinct, codes = np.unique(students, return_inverse=True)
        salt = self.task.identity.salt
        keys = [self.keys.get(int(s)) or person_key(salt, "roster", str(int(s))) for s in distinct]
        known = [int(s) in self.keys for s in distinct]
        return np.array(keys or [0], dtype=np.int64)[codes], np.array(known or [False], dtype=bool)[codes]


def read_oulad(task: Task, tally: Tally) -> Iterator[Batch]:
    """Read all tables: courses, assessments and sites first, then people, then what they did."""
    known = _Known(task, tally)
    files = _by_table(task.source.files)
    for name in TABLES:
        if name not in files:
            tally.book.add("IN090", detail=f": {name}", file=f"{name}.csv")
    for name in TABLES:
        line = 2
        for number, file in enumerate(files.get(name, ())):
            task.progress(name, number, len(files[name]))
            for frame in frames(file, _COLUMNS[name], tally.book, first_line=line):
                line += len(frame)
                batches = list(_READERS[name](known, frame))
                tally.count(**frame.counts())
                yield from batches
        task.progress(name, len(files.get(name, ())), len(files.get(name, ())))
        if name == "studentInfo":
            yield from _students(known)


def _by_table(files: tuple[TextFile, ...]) -> dict[str, list[TextFile]]:
    found: dict[str, list[TextFile]] = {}
    stems = {name.casefold(): name for name in TABLES}
    for file in files:
        in_parts = (
            any("studentvle" in part.casefold() for part in file.part.path.parts[:-1]) and file.part.member is None
        )
        name = "studentVle" if in_parts else stems.get(file.part.stem.casefold())
        if name:
            found.setdefault(name, []).append(file)
    return found


def start_of(presentation: str, profile: Profile) -> date | None:
    """The first day of a presentation such as ``2013J`` by the profile's `starts`; None for a code that is not one."""
    month_day = profile.starts.get(presentation[4:])
    if not presentation[:4].isdigit() or month_day is None:
        return None
    return date.fromisoformat(f"{presentation[:4]}-{month_day}")


def _sections(known: _Known, frame: Frame) -> tuple[Distinct, Days]:
    """Section of each row and the day it starts; a section that `courses` does not list rejects the row."""
    module, presentation = frame.labels("code_module"), frame.labels("code_presentation")
    width = max(len(presentation.texts), 1)
    combined = module.codes.astype(np.int64) * width + presentation.codes
    names = [f"{m}-{p}" for m in module.texts for p in presentation.texts]
    days = np.array([known.starts.get(name, -1) for name in names] or [-1], dtype=np.int32)[combined]
    frame.reject("IN064", days < 0, "code_presentation")
    return Distinct(names, combined), days


def _courses(known: _Known, frame: Frame) -> Iterator[Batch]:
    module, presentation = frame.labels("code_module"), frame.labels("code_presentation")
    length, has_length = frame.whole_number("module_presentation_length", required=False)
    profile = known.task.declared()
    rows = []
    for row in range(len(frame)):
        m, p = module.texts[module.codes[row]], presentation.texts[presentation.codes[row]]
        start = start_of(p, profile)
        if start is None or not m:
            frame.reject("IN046", np.arange(len(frame)) == row, "code_presentation")
            continue
        known.starts[f"{m}-{p}"] = (start - EPOCH).days
        known.lengths[p] = max(known.lengths.get(p, 0), int(length[row]) if has_length[row] else 0)
        rows.append((m, p, int(frame.lines[row])))
    yield known.batch(
        "sections",
        {
            "section_id": pa.array([f"{m}-{p}" for m, p, _ in rows], pa.string()),
            "title": pa.array([f"{m} {p}" for m, p, _ in rows], pa.string()),
            "course_title": pa.array([m for m, _, _ in rows], pa.string()),
            "term_ids": pa.array([p for _, p, _ in rows], pa.string()),
            "source_line": pa.array([line for _, _, line in rows], pa.int64()),
        },
        len(rows),
    )
    yield _terms(known, profile)


def _terms(known: _Known, profile: Profile) -> Batch:
    names = sorted(known.lengths)
    starts = [start_of(name, profile) or EPOCH for name in names]
    return known.batch(
        "terms",
        {
            "term_id": pa.array(names, pa.string()),
            "title": pa.array([f"Presentation {name}" for name in names], pa.string()),
            "kind": pa.scalar("term"),
            "start_date": pa.array(starts, pa.date32()),
            "end_date": pa.array(
                [s + timedelta(days=known.lengths[n]) for s, n in zip(starts, names, strict=True)], pa.date32()
            ),
            "school_year": pa.array([str(s.year + (s.month >= 8)) for s in starts], pa.string()),
        },
        len(names),
    )


def _assessments(known: _Known, frame: Frame) -> Iterator[Batch]:
    section, start = _sections(known, frame)
    number, _ = frame.whole_number("id_assessment")
    kind = frame.labels("assessment_type")
    due, has_due = frame.whole_number("date", required=False)
    weight = frame.number("weight")
    for row in np.flatnonzero(frame.kept):
        known.assessments[int(number[row])] = (section.texts[section.codes[row]], kind.texts[kind.codes[row]].lower())
    lowered = Distinct([text.lower() for text in kind.texts], kind.codes)
    yield from _kept(
        known,
        "assessments",
        frame,
        {
            "assessment": text_array(lowered),
            "form": pa.array(number).cast(pa.string()),
            "title": text_array(kind),
            "scale_min": pa.scalar(0.0),
            "scale_max": pa.scalar(100.0),
            "weight": pa.array(weight.values, mask=~weight.good),
            "due_date": days_array((start + due).astype(np.int32), has_due),
            "section_id": text_array(section),
        },
        frame.kept,
    )


def _vle(known: _Known, frame: Frame) -> Iterator[Batch]:
    """Sites become labels of the clicks on them; they are no table of their own."""
    site, _ = frame.whole_number("id_site")
    kind = frame.labels("activity_type")
    for row in np.flatnonzero(frame.kept):
        known.sites[int(site[row])] = kind.texts[kind.codes[row]]
    yield from ()


def _student_rows(known: _Known, frame: Frame) -> Iterator[Batch]:
    section, start = _sections(known, frame)
    student, _ = frame.whole_number("id_student")
    gender, disability = frame.labels("gender"), frame.labels("disability")
    salt = known.task.identity.salt
    for row in np.flatnonzero(frame.kept):
        who = int(student[row])
        if who not in known.keys:
            known.keys[who] = person_key(salt, "roster", str(who))
        if who not in known.latest or start[row] >= known.latest[who][0]:
            labels = (gender.texts[gender.codes[row]], disability.texts[disability.codes[row]])
            known.latest[who] = (int(start[row]), labels, int(frame.lines[row]))
    keys, _ = known.people(student)
    shared: dict[str, pa.Array | pa.Scalar] = {"person_key": pa.array(keys), "section_id": text_array(section)}
    for name in _TEXT_ATTRIBUTES:
        said = _imd_labels(frame) if name == "imd_band" else frame.labels(name)
        columns = {**shared, "attribute": pa.scalar(name), "text": text_array(said)}
        yield from _kept(known, "attributes", frame, columns, frame.kept & said.given)
    for name in _NUMBER_ATTRIBUTES:
        typed = frame.number(name)
        columns = {**shared, "attribute": pa.scalar(name), "number": pa.array(typed.values)}
        yield from _kept(known, "attributes", frame, columns, frame.kept & typed.good)


def _imd_labels(frame: Frame) -> Distinct:
    """The deprivation band; the source writes one of the bands without its percent sign."""
    labels = frame.labels("imd_band")
    bare = np.array([bool(text) and not text.endswith("%") for text in labels.texts] or [False], dtype=bool)[
        labels.codes
    ]
    frame.repair("IN041", bare, "imd_band")
    return Distinct([f"{text}%" if text and not text.endswith("%") else text for text in labels.texts], labels.codes)


def _students(known: _Known) -> Iterator[Batch]:
    who = sorted(known.latest)
    keys = pa.array([known.keys[w] for w in who], pa.int64())
    labels = [known.latest[w][1] for w in who]
    lines = pa.array([known.latest[w][2] for w in who], pa.int64())
    yield known.batch("people", {"person_key": keys, "role": pa.scalar("student"), "source_line": lines}, len(who))
    yield known.batch(
        "identifiers",
        {
            "person_key": keys,
            "source": pa.scalar("oulad"),
            "kind": pa.scalar("SystemId"),
            "value": pa.array([str(w) for w in who], pa.string()),
            "how": pa.scalar("roster"),
            "source_line": lines,
        },
        len(who),
    )
    yield known.batch(
        "students",
        {
            "person_key": keys,
            "sex": pa.array([_SEX.get(gender) for gender, _ in labels], pa.string()),
            "disability": pa.array([{"Y": True, "N": False}.get(has) for _, has in labels], pa.bool_()),
            "source_line": lines,
        },
        len(who),
    )


def _registrations(known: _Known, frame: Frame) -> Iterator[Batch]:
    section, start = _sections(known, frame)
    student, _ = frame.whole_number("id_student")
    begin, has_begin = frame.whole_number("date_registration", required=False)
    end, has_end = frame.whole_number("date_unregistration", required=False)
    for days, name in ((begin, "date_registration"), (end, "date_unregistration")):
        frame.reject("IN034", np.abs(days) > _FAR, name)
    keys, matched = known.people(student)
    frame.say("IN053", ~matched & frame.kept, "id_student")
    shared: dict[str, pa.Array | pa.Scalar] = {"person_key": pa.array(keys), "section_id": text_array(section)}
    yield from _kept(
        known,
        "enrollments",
        frame,
        {
            **shared,
            "role": pa.scalar("student"),
            "begin_date": days_array((start + begin).astype(np.int32), has_begin),
            "end_date": days_array((start + end).astype(np.int32), has_end),
        },
        frame.kept,
    )
    for days, given, name in ((begin, has_begin, "date_registration"), (end, has_end, "date_unregistration")):
        columns = {**shared, "attribute": pa.scalar(name), "number": pa.array(days.astype(np.float64))}
        yield from _kept(known, "attributes", frame, columns, frame.kept & given)


def _results(known: _Known, frame: Frame) -> Iterator[Batch]:
    number, _ = frame.whole_number("id_assessment")
    student, _ = frame.whole_number("id_student")
    handed_in, has_day = frame.whole_number("date_submitted", required=False)
    banked, _ = frame.whole_number("is_banked", required=False)
    score = frame.number("score")
    distinct, codes = np.unique(number, return_inverse=True)
    of_id = [known.assessments.get(int(one)) for one in distinct]
    frame.reject("IN064", np.array([one is None for one in of_id] or [True], dtype=bool)[codes], "id_assessment")
    frame.reject("IN034", np.abs(handed_in) > _FAR, "date_submitted")
    section = Distinct([one[0] if one else "" for one in of_id], codes)
    start = np.array([known.starts.get(text, 0) for text in section.texts] or [0], dtype=np.int64)[codes]
    keys, matched = known.people(student)
    frame.say("IN040", ~score.good & frame.kept, "score")
    status = np.where(banked == 1, 1, np.where(score.good, 0, 2))
    yield from _kept(
        known,
        "results",
        frame,
        {
            "person_key": pa.array(keys),
            "assessment": text_array(Distinct([one[1] if one else "" for one in of_id], codes)),
            "form": pa.array(distinct).cast(pa.string()).take(pa.array(codes)),
            "score": pa.array(score.values, mask=~score.good),
            "taken_on": days_array((start + handed_in).astype(np.int32), has_day),
            "section_id": text_array(section),
            "status": pa.array(["scored", "banked", "missing"]).take(pa.array(status)),
            "matched": pa.array(matched),
        },
        frame.kept,
    )


def _clicks(known: _Known, frame: Frame) -> Iterator[Batch]:
    """One usage record per row of the source: its repeated rows are separate counts, not copies."""
    section, start = _sections(known, frame)
    student, _ = frame.whole_number("id_student")
    site, _ = frame.whole_number("id_site")
    day, _ = frame.whole_number("date")
    clicks = frame.number("sum_click")
    frame.reject("IN031", clicks.good & (clicks.values < 0), "sum_click")
    frame.reject("IN030", ~clicks.good & ~frame.rejected, "sum_click")
    frame.reject("IN034", np.abs(day) > _FAR, "date")
    keys, matched = known.people(student)
    frame.say("IN053", ~matched & frame.kept, "id_student")
    days = (start + np.where(np.abs(day) > _FAR, 0, day)).astype(np.int32)
    distinct, codes = np.unique(site, return_inverse=True)
    activity = Distinct([known.sites.get(int(one), "") for one in distinct], codes)
    frame.say(
        "IN064", np.array([not text for text in activity.texts] or [False], dtype=bool)[codes] & frame.kept, "id_site"
    )
    dates = pa.array(days).cast(pa.date32())
    yield from _kept(
        known,
        "usage",
        frame,
        {
            "person_key": pa.array(keys),
            "tool": pa.scalar(known.task.declared().tool or "vle"),
            "metric": pa.scalar("clicks"),
            "value": pa.array(clicks.values),
            "first_day": dates,
            "last_day": dates,
            "week_start": pa.array(monday(days)).cast(pa.date32()),
            "section_id": text_array(section),
            "resource": text_array(activity),
            "matched": pa.array(matched),
        },
        frame.kept,
    )


def _kept(
    known: _Known, name: str, frame: Frame, columns: dict[str, pa.Array | pa.Scalar], keep: Flags
) -> Iterator[Batch]:
    chosen: dict[str, pa.Array | pa.Scalar] = {**columns, "source_line": pa.array(frame.lines)}
    if not keep.all():
        mask = pa.array(keep)
        chosen = {key: value if isinstance(value, pa.Scalar) else value.filter(mask) for key, value in chosen.items()}
    yield known.batch(name, chosen, int(keep.sum()))


_COLUMNS: dict[str, tuple[str, ...]] = {
    "courses": (*_SECTION, "module_presentation_length"),
    "assessments": (*_SECTION, "id_assessment", "assessment_type", "date", "weight"),
    "vle": ("id_site", "activity_type"),
    "studentInfo": (*_SECTION, "id_student", *_TEXT_ATTRIBUTES, *_NUMBER_ATTRIBUTES),
    "studentRegistration": (*_SECTION, "id_student", "date_registration", "date_unregistration"),
    "studentAssessment": ("id_assessment", "id_student", "date_submitted", "is_banked", "score"),
    "studentVle": (*_SECTION, "id_student", "id_site", "date", "sum_click"),
}
_READERS = {
    "courses": _courses,
    "assessments": _assessments,
    "vle": _vle,
    "studentInfo": _student_rows,
    "studentRegistration": _registrations,
    "studentAssessment": _results,
    "studentVle": _clicks,
}
