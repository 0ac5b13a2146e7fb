"""An online science school for grades 6 to 12 as the dataedu package gives it: gradebook, course minutes, survey.

Source: Estrellado, Freer, Mostipak, Rosenberg, Velasquez (2020), Data Science in Education Using R, chapter 7; data set
dataedu, CC BY 4.0. Three systems name the same student ``60186.0``, ``60186`` and ``_60186_1``; section ids such as
``AnPhA-S116-01`` hold course, term and number; the profile declares when the terms were.

What contradicts itself is left out and said. A student has one sex here and an item of a section one worth; in the
published file the rows disagree about both nearly everywhere, so those columns do not belong to the rows they stand in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa

from gainline.engine.core.calendar import week_start
from gainline.engine.core.ids import person_key
from gainline.engine.intake.account import Tally, linkage_of
from gainline.engine.intake.agreement import contradicted, group
from gainline.engine.intake.cells import Codes, Distinct, Flags
from gainline.engine.intake.frames import Frame, frames, text_array
from gainline.engine.intake.k12_survey import HIGHEST, ITEMS, LOWEST, Floats, average_by_student
from gainline.engine.intake.link import Keys, Person, Schools, stripped
from gainline.engine.intake.profile import Profile
from gainline.engine.intake.reading import Batch, Task, canonical

TABLES = ("course_data", "course_minutes", "pre_survey")
COURSES = {
    "AnPhA": "Anatomy and physiology",
    "BioA": "Biology",
    "FrScA": "Forensic science",
    "OcnA": "Oceanography",
    "PhysA": "Physics",
}
_KINDS = {"S": ("Semester", "semester"), "T": ("Trimester", "term")}
_SECTION = re.compile(r"([A-Za-z]+)-(([ST]\d)(\d\d))-\d\d")
_SEX = {"F": "female", "M": "male"}
_GRADEBOOK = ("Gradebook_Item", "FinalGradeCEMS", "Points_Possible", "Points_Earned", "Gender")
_COLUMNS: dict[str, tuple[str, ...]] = {
    "course_data": ("Bb_UserPK", "CourseSectionOrigID", *_GRADEBOOK),
    "course_minutes": ("Bb_UserPK", "CourseSectionOrigID", "TimeSpent"),
    "pre_survey": ("opdata_username", "opdata_CourseID", *ITEMS.values()),
}
_PLACEHOLDER = "@X@"  # how the learning platform marks a field of its template
_HALF_YEAR = 7  # a term that starts in this month or later belongs to the calendar year before its school year's

Columns = dict[str, pa.Array | pa.Scalar]


@dataclass(slots=True)
class _Known:
    """What the gradebook, which is the roster here, told the other two tables."""

    task: Task
    tally: Tally
    keys: dict[str, int] = field(default_factory=dict)  # bare id -> person key
    sections: set[str] = field(default_factory=set)
    people: dict[str, Person] = field(default_factory=dict)  # as minutes and survey write them

    @property
    def profile(self) -> Profile:
        return self.task.declared()

    def batch(self, name: str, columns: Columns, rows: int) -> Batch:
        return canonical(name, columns, rows=rows, import_id=self.task.import_id)


def term_days(term: str, profile: Profile) -> tuple[date, date] | None:
    """First and last day of a term such as ``S116`` by the profile; None for a code that it does not declare."""
    starts, ends = profile.starts.get(term[:2]), profile.ends.get(term[:2])
    if starts is None or ends is None:
        return None
    school_year = 2000 + int(term[2:])
    return _in_year(starts, school_year), _in_year(ends, school_year)


def _in_year(month_day: str, school_year: int) -> date:
    return date.fromisoformat(f"{school_year - (int(month_day[:2]) >= _HALF_YEAR)}-{month_day}")


def read_k12_online(task: Task, tally: Tally) -> Iterator[Batch]:
    """Read gradebook, minutes and survey, in this order: the gradebook says who the students are."""
    known = _Known(task, tally)
    files = {file.part.stem.casefold(): file for file in task.source.files}
    for number, name in enumerate(TABLES):
        task.progress("tables", number, len(TABLES))
        if name not in files:
            tally.book.add("IN090", detail=f": {name}", file=f"{name}.csv")
            continue
        parts = list(frames(files[name], _COLUMNS[name], tally.book))
        if parts:
            frame = _joined(parts)  # rows are compared with rows anywhere in the file
            batches = list(_READERS[name](known, frame))
            tally.count(**frame.counts())
            yield from batches
    task.progress("tables", len(TABLES), len(TABLES))
    yield from _close(known)


def _joined(parts: list[Frame]) -> Frame:
    first = parts[0]
    lines = np.concatenate([part.lines for part in parts])
    table = pa.concat_tables([part.table for part in parts])
    return Frame(first.file, table, lines, first.book, kept_out=sum(part.kept_out for part in parts))


def _bare(frame: Frame, column: str) -> tuple[Distinct, Distinct]:
    """The ids as written and as all three systems mean them; rows without one are rejected."""
    written = _filled(frame, column)
    frame.reject("IN030", ~written.given & frame.kept, column)
    bare = Distinct([stripped(text) for text in written.texts], written.codes)
    dressed = [one != other for one, other in zip(written.texts, bare.texts, strict=True)]
    frame.repair("IN050", _spread(dressed, written.codes) & frame.kept, column)
    return written, bare


def _filled(frame: Frame, column: str) -> Distinct:
    """Labels; a placeholder of the platform's template counts as not given."""
    labels = frame.labels(column)
    unfilled = [_PLACEHOLDER in text for text in labels.texts]
    frame.repair("IN101", _spread(unfilled, labels.codes) & frame.kept, column)
    texts = ["" if empty else text for text, empty in zip(labels.texts, unfilled, strict=True)]
    return Distinct(texts, labels.codes)


def _spread(of_text: list[bool], codes: Codes) -> Flags:
    return np.array(of_text or [False], dtype=bool)[codes]


def _sections(known: _Known, frame: Frame, column: str, *, required: bool = True) -> Distinct:
    """Section of each row; an id that does not hold course, declared term and number rejects it."""
    labels = _filled(frame, column)
    if required:
        frame.reject("IN030", ~labels.given & frame.kept, column)
    strange = [bool(text) and _parts(text, known.profile) is None for text in labels.texts]
    frame.reject("IN046", _spread(strange, labels.codes) & frame.kept, column)
    return labels


def _parts(section: str, profile: Profile) -> tuple[str, str] | None:
    """Course and term of a section id."""
    found = _SECTION.fullmatch(section)
    if found is None or term_days(found.group(2), profile) is None:
        return None
    return found.group(1), found.group(2)


def _gradebook(known: _Known, frame: Frame) -> Iterator[Batch]:
    """One row per item of a student in a section; student, section and final grade repeat on each."""
    _, bare = _bare(frame, "Bb_UserPK")
    section = _sections(known, frame, "CourseSectionOrigID")
    final, possible, earned = (frame.number(name) for name in ("FinalGradeCEMS", "Points_Possible", "Points_Earned"))
    low, high = known.profile.scale or (-np.inf, np.inf)
    frame.say("IN044", final.good & frame.kept & ((final.values < low) | (final.values > high)), "FinalGradeCEMS")
    sex, item = frame.labels("Gender"), frame.labels("Gradebook_Item")
    pair, student = group(bare.codes, section.codes), group(bare.codes)
    known.keys = {bare.texts[code]: _roster_key(known, bare.texts[code]) for code in np.unique(bare.codes[frame.kept])}
    known.sections = {section.texts[code] for code in np.unique(section.codes[frame.kept])}
    bad_sex = contradicted(student, group(sex.codes), sex.given & frame.kept)
    bad_final = contradicted(pair, group(final.values), final.good & frame.kept)
    bad_points = contradicted(
        group(section.codes, item.codes), group(possible.values), possible.good & item.given & frame.kept
    )
    for wrong, column in ((bad_sex, "Gender"), (bad_final, "FinalGradeCEMS"), (bad_points, "Points_Possible")):
        frame.repair("IN100", wrong, column)
    keys = np.array([known.keys.get(text, 0) for text in bare.texts], dtype=np.int64)[bare.codes]
    yield from _places(known)
    yield from _students(known, frame, keys, _blanked(sex, bad_sex))
    yield from _courses(known, frame, keys, section, np.where(final.good & ~bad_final, final.values, np.nan))
    points = np.where(possible.good & earned.good & ~bad_points, earned.values, np.nan)
    yield from _items(known, frame, keys, section, points)


def _roster_key(known: _Known, bare: str) -> int:
    return person_key(known.task.identity.salt, "roster", bare)


def _blanked(labels: Distinct, where: Flags) -> Distinct:
    return Distinct([*labels.texts, ""], np.where(where, len(labels.texts), labels.codes))


def _places(known: _Known) -> Iterator[Batch]:
    """Terms and sections, told from the section ids."""
    names = sorted(known.sections)
    parts = [_parts(name, known.profile) or ("", "") for name in names]
    yield _terms(known, sorted({term for _, term in parts}))
    columns: Columns = {
        "section_id": pa.array(names, pa.string()),
        "title": pa.array(
            [f"{COURSES.get(course, course)} {name[-2:]}" for name, (course, _) in zip(names, parts, strict=True)]
        ),
        "course_title": pa.array([COURSES.get(course, course) for course, _ in parts], pa.string()),
        "subject": pa.scalar("science"),
        "term_ids": pa.array([term for _, term in parts], pa.string()),
    }
    yield known.batch("sections", columns, len(names))


def _terms(known: _Known, terms: list[str]) -> Batch:
    days = [term_days(term, known.profile) or (date.min, date.min) for term in terms]
    titles = [f"{_KINDS[term[0]][0]} {term[1]}, 20{int(term[2:]) - 1:02d}-{term[2:]}" for term in terms]
    columns: Columns = {
        "term_id": pa.array(terms, pa.string()),
        "title": pa.array(titles, pa.string()),
        "kind": pa.array([_KINDS[term[0]][1] for term in terms], pa.string()),
        "start_date": pa.array([first for first, _ in days], pa.date32()),
        "end_date": pa.array([last for _, last in days], pa.date32()),
        "school_year": pa.array([f"20{term[2:]}" for term in terms], pa.string()),
    }
    return known.batch("terms", columns, len(terms))


def _students(known: _Known, frame: Frame, keys: Keys, sex: Distinct) -> Iterator[Batch]:
    """Each student once, at the first row; the sex is given where the student's rows agree."""
    rows = _first_rows(frame, keys)
    people: Columns = {"person_key": pa.array(keys[rows]), "source_line": pa.array(frame.lines[rows])}
    of_key = {key: bare for bare, key in known.keys.items()}
    shown = [of_key[int(key)] for key in keys[rows]]
    labels = {
        int(key): sex.texts[code]
        for key, code in zip(keys[frame.kept], sex.codes[frame.kept], strict=True)
        if sex.texts[code]
    }
    sexes = [_SEX.get(labels.get(int(key), "")) for key in keys[rows]]
    called: Columns = {"source": pa.scalar(known.profile.source_system), "kind": pa.scalar("SystemId")}
    called |= {"value": pa.array(shown, pa.string()), "how": pa.scalar("roster")}
    yield known.batch("people", {**people, "role": pa.scalar("student")}, len(rows))
    yield known.batch("identifiers", {**people, **called}, len(rows))
    yield known.batch("students", {**people, "sex": pa.array(sexes, pa.string())}, len(rows))


def _first_rows(frame: Frame, group: Codes) -> Codes:
    kept = np.flatnonzero(frame.kept)
    _, first = np.unique(group[kept], return_index=True)
    return kept[np.sort(first)]


def _courses(known: _Known, frame: Frame, keys: Keys, section: Distinct, final: Floats) -> Iterator[Batch]:
    """Each student in each section once: enrollment, course, term and final grade."""
    pair = group(keys, section.codes)
    rows = _first_rows(frame, pair)
    names = [section.texts[section.codes[row]] for row in rows]
    parts = [_parts(name, known.profile) or ("", "") for name in names]
    days = [term_days(term, known.profile) or (date.min, date.min) for _, term in parts]
    shared: Columns = {"person_key": pa.array(keys[rows]), "section_id": pa.array(names, pa.string())}
    shared |= {"source_line": pa.array(frame.lines[rows])}
    scores = _of_pairs(frame, pair, final)[pair[rows]]
    missing = np.isnan(scores)
    frame.say("IN040", np.isin(np.arange(len(frame)), rows[missing]), "FinalGradeCEMS")
    begin, end = ([day[place] for day in days] for place in (0, 1))
    ended = pa.array(end, pa.date32())
    enrolled: Columns = {"role": pa.scalar("student"), "begin_date": pa.array(begin, pa.date32()), "end_date": ended}
    result: Columns = {"assessment": pa.scalar("course"), "form": pa.scalar("final"), "matched": pa.scalar(True)}
    result |= {"score": pa.array(scores, mask=missing), "taken_on": ended}
    result |= {"status": pa.array(np.where(missing, "missing", "scored").tolist())}
    yield known.batch("enrollments", {**shared, **enrolled}, len(rows))
    yield known.batch("results", {**shared, **result}, len(rows))
    facts = {"course": [COURSES.get(course, course) for course, _ in parts], "term": [term for _, term in parts]}
    for name, said in facts.items():
        texts = pa.array(said, pa.string())
        yield known.batch("attributes", {**shared, "attribute": pa.scalar(name), "text": texts}, len(rows))
    low, high = known.profile.scale or (None, None)
    about: Columns = {"assessment": pa.scalar("course"), "form": pa.scalar("final"), "title": pa.scalar("Final grade")}
    about |= {"scale_min": pa.scalar(low, pa.float64()), "scale_max": pa.scalar(high, pa.float64())}
    yield known.batch("assessments", about, 1)


def _of_pairs(frame: Frame, pair: Codes, final: Floats) -> Floats:
    """Final grade of each pair; they agree within a pair by now."""
    found = np.full(int(pair.max(initial=-1)) + 1, np.nan)
    usable = frame.kept & ~np.isnan(final)
    found[pair[usable]] = final[usable]
    return found


def _items(known: _Known, frame: Frame, keys: Keys, section: Distinct, points: Floats) -> Iterator[Batch]:
    """Points of single items, as far as the file says one worth for an item."""
    item, possible = frame.labels("Gradebook_Item"), frame.number("Points_Possible").values
    rows = np.flatnonzero(frame.kept & item.given & ~np.isnan(points))
    where, names = section.codes[rows], item.codes[rows]
    form = Distinct([f"{s}: {i}" for s in section.texts for i in item.texts], where * np.int64(len(item.texts)) + names)
    columns: Columns = {
        "person_key": pa.array(keys[rows]),
        "assessment": pa.scalar("gradebook"),
        "form": text_array(form),
        "score": pa.array(points[rows]),
        "section_id": text_array(Distinct(section.texts, where)),
        "status": pa.scalar("scored"),
        "matched": pa.scalar(True),
        "source_line": pa.array(frame.lines[rows]),
    }
    yield known.batch("results", columns, len(rows))
    _, first = np.unique(form.codes, return_index=True)
    once = rows[first]
    about: Columns = {
        "assessment": pa.scalar("gradebook"),
        "form": text_array(Distinct(form.texts, form.codes[first])),
        "title": text_array(Distinct(item.texts, item.codes[once])),
        "scale_min": pa.scalar(0.0),
        "scale_max": pa.array(possible[once]),
        "section_id": text_array(Distinct(section.texts, section.codes[once])),
    }
    yield known.batch("assessments", about, len(once))


def _people(known: _Known, frame: Frame, column: str) -> tuple[Keys, Flags]:
    """Person key of each row, and whether the gradebook knows the student."""
    written, bare = _bare(frame, column)
    keys, counts = [], np.bincount(written.codes[frame.kept], minlength=len(written.texts))
    for text, plain, rows in zip(written.texts, bare.texts, counts, strict=True):
        key = known.keys.get(plain)
        keys.append(_roster_key(known, plain) if key is None else key)
        rule = "unmatched" if key is None else "exact" if text == plain else "affix"
        held = known.people.setdefault(text, Person("SystemId", text, keys[-1], rule))
        known.people[text] = replace(held, rows=held.rows + int(rows))
    matched = _spread([plain in known.keys for plain in bare.texts], bare.codes)
    frame.say("IN053", ~matched & frame.kept, column)
    return np.array(keys or [0], dtype=np.int64)[written.codes], matched


def _minutes(known: _Known, frame: Frame) -> Iterator[Batch]:
    """One usage record per student and section: the minutes of the whole term, as the platform counts them."""
    section = _sections(known, frame, "CourseSectionOrigID")
    amount = frame.number("TimeSpent")
    frame.reject("IN031", amount.good & (amount.values < 0), "TimeSpent")
    frame.reject("IN030", ~amount.good & frame.kept, "TimeSpent")
    keys, matched = _people(known, frame, "Bb_UserPK")
    rows = np.flatnonzero(frame.kept)
    names = [section.texts[section.codes[row]] for row in rows]
    parts = [_parts(name, known.profile) or ("", "") for name in names]
    days = [term_days(term, known.profile) or (date.min, date.min) for _, term in parts]
    columns: Columns = {
        "person_key": pa.array(keys[rows]),
        "tool": pa.scalar(known.profile.tool or "lms"),
        "metric": pa.scalar("minutes_active"),
        "value": pa.array(amount.values[rows]),
        "first_day": pa.array([first for first, _ in days], pa.date32()),
        "last_day": pa.array([last for _, last in days], pa.date32()),
        "week_start": pa.array([week_start(last) for _, last in days], pa.date32()),
        "section_id": pa.array(names, pa.string()),
        "matched": pa.array(matched[rows]),
        "source_line": pa.array(frame.lines[rows]),
    }
    yield known.batch("usage", columns, len(rows))


def _survey(known: _Known, frame: Frame) -> Iterator[Batch]:
    """Answers and scales of each student, averaged over everything that the student answered."""
    section = _sections(known, frame, "opdata_CourseID", required=False)
    elsewhere = _spread([bool(text) and text not in known.sections for text in section.texts], section.codes)
    frame.say("IN064", elsewhere & frame.kept, "opdata_CourseID")
    answers = np.column_stack([_answers(frame, column) for column in ITEMS.values()])
    keys, _ = _people(known, frame, "opdata_username")
    given = ~np.isnan(answers).all(axis=1)
    frame.say("IN102", ~given & frame.kept)
    rows = np.flatnonzero(given & frame.kept)
    who, times = np.unique(keys[rows], return_counts=True)
    frame.say("IN103", np.isin(keys, who[times > 1]) & given & frame.kept, "opdata_username")
    for name, of_whom, values in average_by_student(keys[rows], answers[rows]):
        columns: Columns = {"person_key": pa.array(of_whom), "attribute": pa.scalar(name), "number": pa.array(values)}
        yield known.batch("attributes", columns, len(of_whom))


def _answers(frame: Frame, column: str) -> Floats:
    """Answers from 1 to 5; another number is left out."""
    typed = frame.number(column)
    outside = typed.good & ((typed.values < LOWEST) | (typed.values > HIGHEST))
    frame.repair("IN044", outside & frame.kept, column)
    return np.where(typed.good & ~outside, typed.values, np.nan)


def _close(known: _Known) -> Iterator[Batch]:
    """The names that minutes and survey use for the students, and the worklist of those whom nobody knows."""
    named = [person for person in known.people.values() if person.rows]
    known.tally.linkage = linkage_of(named, known.task.identity, Schools(known.task.identity))
    found = [person for person in named if person.rule == "affix"]
    columns: Columns = {
        "person_key": pa.array([person.key for person in found], pa.int64()),
        "source": pa.scalar(known.profile.source_system),
        "kind": pa.array([person.kind for person in found], pa.string()),
        "value": pa.array([person.value for person in found], pa.string()),
        "how": pa.scalar("affix"),
    }
    yield known.batch("identifiers", columns, len(found))
    lost = [person for person in named if not person.matched]
    columns = {
        "source": pa.scalar(known.profile.key),
        "kind": pa.array([person.kind for person in lost], pa.string()),
        "value": pa.array([person.value for person in lost], pa.string()),
        "rows": pa.array([person.rows for person in lost], pa.int64()),
        "because": pa.scalar("the gradebook has no such student"),
        "suggestion": pa.scalar("ask whether it is a member of staff or a student who never enrolled"),
    }
    yield known.batch("unmatched", columns, len(lost))


_READERS = {"course_data": _gradebook, "course_minutes": _minutes, "pre_survey": _survey}
