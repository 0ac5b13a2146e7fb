"""Project STAR: Tennessee's class-size experiment as the AER package gives it, one wide row a student.

Source: Achilles et al., Tennessee's Student Teacher Achievement Ratio project, doi:10.7910/DVN/SIWH9F. The AER table
has neither classroom ids nor student ids: a student is known by the row, and no section is made up.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from gainline.engine.core.ids import person_key
from gainline.engine.intake.account import Tally
from gainline.engine.intake.cells import Distinct, Flags
from gainline.engine.intake.frames import Frame, frames, text_array
from gainline.engine.intake.reading import Batch, Task, canonical

GRADES = {"k": "KG", "1": "01", "2": "02", "3": "03"}
SUBJECTS = {"read": "reading", "math": "mathematics"}
_SEX = {"female": "female", "male": "male"}
_RACE = {
    "afam": "Black or African American",
    "cauc": "White",
    "asian": "Asian",
    "hispanic": "Hispanic or Latino",
    "amindian": "American Indian or Alaska Native",
    "other": "Other",
}
_ARMS = frozenset({"small", "regular", "regular+aide"})
_BY_GRADE = (
    "star",
    "read",
    "math",
    "lunch",
    "school",
    "degree",
    "ladder",
    "experience",
    "tethnicity",
    "system",
    "schoolid",
)
_NUMBERS = frozenset({"experience"})
COLUMNS = ("gender", "ethnicity", "birth", *(f"{name}{grade}" for name in _BY_GRADE for grade in GRADES))

Columns = dict[str, pa.Array | pa.Scalar]


def read_star(task: Task, tally: Tally) -> Iterator[Batch]:
    """Read the wide table: schools, students, results per grade and subject, and the arm of each grade."""
    schools: dict[str, str] = {}
    for frame in frames(task.source.files[0], COLUMNS, tally.book):
        batches = list(_rows(task, frame, schools))
        tally.count(**frame.counts())
        yield from batches
        task.progress("rows", tally.read, tally.read)
    yield _schools(task, schools)
    columns: Columns = {
        "assessment": pa.array([name for name in SUBJECTS for _ in GRADES]),
        "form": pa.array([grade.upper() for _ in SUBJECTS for grade in GRADES]),
        "title": pa.scalar("Stanford Achievement Test, scaled score"),
        "domain": pa.array([domain for domain in SUBJECTS.values() for _ in GRADES]),
    }
    yield canonical("assessments", columns, rows=len(SUBJECTS) * len(GRADES), import_id=task.import_id)


def _schools(task: Task, schools: dict[str, str]) -> Batch:
    """Schools and the school systems above them, as far as any row names them."""
    systems = sorted({system for system in schools.values() if system})
    names = sorted(schools)
    above = [f"star-system-{schools[one]}" if schools[one] else None for one in names]
    columns: Columns = {
        "school_id": pa.array(
            [*(f"star-system-{one}" for one in systems), *(f"star-{one}" for one in names)], pa.string()
        ),
        "name": pa.array([*(f"System {one}" for one in systems), *(f"School {one}" for one in names)], pa.string()),
        "kind": pa.array(["district"] * len(systems) + ["school"] * len(names), pa.string()),
        "identifier": pa.array([*systems, *names], pa.string()),
        "parent_id": pa.array([*[None] * len(systems), *above], pa.string()),
    }
    return canonical("schools", columns, rows=len(systems) + len(names), import_id=task.import_id)


def _rows(task: Task, frame: Frame, schools: dict[str, str]) -> Iterator[Batch]:
    ids = [f"star-{line - 1}" for line in frame.lines]  # the row number, counted from 1 below the header
    keys = pa.array([person_key(task.identity.salt, "roster", one) for one in ids], pa.int64())
    by_grade = {name: {grade: frame.labels(f"{name}{grade}") for grade in GRADES} for name in _BY_GRADE}
    people: Columns = {"person_key": keys}
    for grade in GRADES:
        _check_arm(frame, by_grade["star"][grade], f"star{grade}")
        _learn_schools(schools, by_grade["schoolid"][grade], by_grade["system"][grade])
    known: Columns = {"source": pa.scalar("star"), "kind": pa.scalar("SystemId"), "value": pa.array(ids, pa.string())}
    born = frame.number("birth")
    yield _batch(task, frame, "people", {**people, "role": pa.scalar("student")})
    yield _batch(task, frame, "identifiers", {**people, **known, "how": pa.scalar("roster")})
    yield _batch(task, frame, "students", {**people, **_student(frame, by_grade)})
    for grade in GRADES:
        yield from _grade(task, frame, people, grade, by_grade)
    columns: Columns = {**people, "attribute": pa.scalar("birth"), "number": pa.array(born.values)}
    yield _batch(task, frame, "attributes", columns, born.good)


def _grade(
    task: Task, frame: Frame, people: Columns, grade: str, by_grade: dict[str, dict[str, Distinct]]
) -> Iterator[Batch]:
    """One grade: the arm that chance gave within the school, both scores, and what is known of the class."""
    arm = by_grade["star"][grade]
    columns: Columns = {
        "pilot": pa.scalar(f"star-{grade}"),
        "unit": pa.scalar("student"),
        "unit_id": people["person_key"].cast(pa.string()),
        "arm": text_array(arm),
        "block": text_array(_school_ids(by_grade["schoolid"][grade])),
        "how": pa.scalar("randomized"),
    }
    yield _batch(task, frame, "assignments", columns, arm.given)
    for subject in SUBJECTS:
        score = frame.number(f"{subject}{grade}")
        columns = {**people, "assessment": pa.scalar(subject), "form": pa.scalar(grade.upper())}
        columns |= {"score": pa.array(score.values), "status": pa.scalar("scored"), "matched": pa.scalar(True)}
        yield _batch(task, frame, "results", columns, score.good)
    yield from _attributes(task, frame, people, grade, by_grade)


def _check_arm(frame: Frame, arm: Distinct, column: str) -> None:
    strange = np.array([bool(text) and text not in _ARMS for text in arm.texts] or [False], dtype=bool)[arm.codes]
    frame.reject("IN046", strange, column)


def _learn_schools(schools: dict[str, str], school: Distinct, system: Distinct) -> None:
    width = len(system.texts)
    for pair in np.unique(school.codes.astype(np.int64) * width + system.codes):
        name, above = school.texts[pair // width], system.texts[pair % width]
        if name:
            schools[name] = above


def _school_ids(school: Distinct) -> Distinct:
    return Distinct([f"star-{text}" if text else "" for text in school.texts], school.codes)


def _student(frame: Frame, by_grade: dict[str, dict[str, Distinct]]) -> Columns:
    """As of the first grade in which the student took part: later values could be moved by the class size."""
    first = np.select([by_grade["star"][grade].given for grade in GRADES], list(range(4)), default=-1)
    grade = np.array([*GRADES.values(), ""], dtype=object)[first]
    lunch = _at_entry(by_grade["lunch"], first)
    gender, ethnicity = frame.labels("gender"), frame.labels("ethnicity")
    return {
        "school_id": pa.array(
            [f"star-{text}" if text else None for text in _at_entry(by_grade["schoolid"], first)], pa.string()
        ),
        "grade": pa.array([text or None for text in grade], pa.string()),
        "sex": text_array(Distinct([_SEX.get(text, "") for text in gender.texts], gender.codes)),
        "race_ethnicity": text_array(Distinct([_RACE.get(text, text) for text in ethnicity.texts], ethnicity.codes)),
        "economically_disadvantaged": pa.array(
            [{"free": True, "non-free": False}.get(text) for text in lunch], pa.bool_()
        ),
    }


def _at_entry(column: dict[str, Distinct], first: np.ndarray) -> list[str]:
    texts = [[labels.texts[code] for code in labels.codes] for labels in column.values()]
    return [texts[at][row] if at >= 0 else "" for row, at in enumerate(first)]


def _attributes(
    task: Task, frame: Frame, people: Columns, grade: str, by_grade: dict[str, dict[str, Distinct]]
) -> Iterator[Batch]:
    """What is known of the student's class in one grade: ``lunch-k``, ``degree-k``, ``experience-k``, ..."""
    for name in ("lunch", "school", "degree", "ladder", "tethnicity", "schoolid", "experience"):
        labels = by_grade[name][grade]
        columns: Columns = {**people, "attribute": pa.scalar(f"{name}-{grade}")}
        if name in _NUMBERS:
            columns["number"] = pa.array(frame.number(f"{name}{grade}").values)
        else:
            columns["text"] = text_array(_school_ids(labels) if name == "schoolid" else labels)
        yield _batch(task, frame, "attributes", columns, labels.given)


def _batch(task: Task, frame: Frame, name: str, columns: Columns, where: Flags | None = None) -> Batch:
    keep = frame.kept if where is None else frame.kept & where
    mask = pa.array(keep)
    chosen: Columns = {**columns, "source_line": pa.array(frame.lines)}
    chosen = {key: value if isinstance(value, pa.Scalar) else value.filter(mask) for key, value in chosen.items()}
    return canonical(name, chosen, rows=int(keep.sum()), import_id=task.import_id)
