"""A generated district as a lake: every table that an indicator reads, full of empty values, zeros, ties and gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from gainline.engine.core.calendar import Window
from gainline.engine.records import TABLES, arrow_schema
from gainline.lake import Lake

WINDOW = Window(date(2025, 9, 1), date(2026, 2, 1))
DAYS = 154
FIRST_DAY = 20_332  # Monday 2025-09-01, in days since 1970
EVENTS_PER_STUDENT = 250
CHUNK = 2_000_000
TOOLS = ("algebra-now", "read-well", "word-lab")
Rng = np.random.Generator
Columns = dict[str, Any]


def build_lake(root: Path, events: int, seed: int) -> Lake:
    """Write the district's lake; one student for every 250 events."""
    lake = Lake.create(root)
    students = max(400, events // EVENTS_PER_STUDENT)
    keys = (np.arange(1, students + 1, dtype=np.int64) * 2_654_435_761) % 2**62
    with lake.writing() as writer:
        for name, columns in students_tables(np.random.Generator(np.random.PCG64(seed)), keys):
            writer.append(name, canonical(name, columns))
        for number, start in enumerate(range(0, events, CHUNK)):
            rng = np.random.Generator(np.random.PCG64([seed, number]))
            writer.append("events", canonical("events", _events(rng, keys, min(CHUNK, events - start))))
        writer.publish(as_of=WINDOW.end)
    return lake


def canonical(name: str, columns: Mapping[str, Any]) -> pa.Table:
    """Canonical rows; a required column that is not given is filled with something lawful, any other is empty."""
    rows = len(next(iter(columns.values())))
    plain: dict[str, Any] = {"text": "x", "integer": 1, "number": 0.0, "flag": True, "date": WINDOW.start}
    kinds = {field.name: field.type for field in TABLES[name].fields} | {"import_id": "text"}
    arrays = []
    for field in arrow_schema(name):
        if field.name == "source_line":
            arrays.append(pa.array(np.arange(2, rows + 2)))  # settles which of two results that tie came last
        elif field.name in columns:
            arrays.append(pa.array(columns[field.name]).cast(field.type))
        elif field.nullable:
            arrays.append(pa.nulls(rows, field.type))
        else:
            arrays.append(pa.repeat(pa.scalar(plain[kinds[field.name]], field.type), rows))
    return pa.Table.from_arrays(arrays, schema=arrow_schema(name))


def _some(rng: Rng, values: Any, empty: float) -> pa.Array:  # noqa: ANN401 - any array
    """The values, a share of them empty."""
    return pa.array(values, mask=rng.random(len(values)) < empty)


def _pick(rng: Rng, names: Sequence[str], rows: int) -> pa.Array:
    return pa.array(np.array(names, dtype=object)[rng.integers(0, len(names), rows)].tolist())


def _days(days: np.ndarray) -> pa.Array:
    return pa.array((FIRST_DAY + days).astype("int32"), pa.int32()).cast(pa.date32())


def _weeks(days: np.ndarray) -> pa.Array:
    return _days(days - days % 7)


def _people_rows(rng: Rng, keys: np.ndarray, rows: int) -> np.ndarray:
    """Students of the rows; a tenth of the students never occurs."""
    return keys[rng.integers(0, max(1, int(len(keys) * 0.9)), rows)]


def students_tables(rng: Rng, keys: np.ndarray) -> list[tuple[str, Columns]]:
    """Every table but the events, as columns, for students with these keys."""
    schools = [f"s{number}" for number in range(1, 9)]
    sections = [f"k{number:04d}" for number in range(max(8, len(keys) // 25))]
    return [
        ("schools", {"school_id": schools, "kind": ["school"] * 8}),
        ("sections", {"section_id": sections, "school_id": _pick(rng, schools, len(sections))}),
        ("students", _students(rng, keys, schools)),
        ("enrollments", _enrollments(rng, keys, sections, schools)),
        ("people", {"person_key": np.arange(1, 101), "role": ["teacher"] * 100}),
        ("roles", {"person_key": np.arange(1, 101), "role": ["teacher"] * 100, "school_id": _pick(rng, schools, 100)}),
        ("usage", _usage(rng, keys, sections)),
        ("results", _results(rng, keys)),
        ("assessments", _assessments()),
        ("declarations", _declared()),
        *_bought(rng, keys),
        *_voices(rng, keys, schools, sections),
        *_service(rng, keys, schools),
    ]


def _students(rng: Rng, keys: np.ndarray, schools: Sequence[str]) -> Columns:
    many = len(keys)
    return {
        "person_key": keys,
        "school_id": _some(rng, _pick(rng, schools, many).to_pylist(), 0.02),
        "grade": _some(rng, _pick(rng, ["03", "04", "05", "06"], many).to_pylist(), 0.02),
        "sex": _pick(rng, ["female", "male", "unspecified"], many),
        "race_ethnicity": _some(
            rng, _pick(rng, ["Asian", "Black", "White", "Two or more races"], many).to_pylist(), 0.1
        ),
        **{
            name: _some(rng, rng.random(many) < share, 0.05)
            for name, share in (("economically_disadvantaged", 0.4), ("english_learner", 0.1), ("disability", 0.13))
        },
    }


def _enrollments(rng: Rng, keys: np.ndarray, sections: Sequence[str], schools: Sequence[str]) -> Columns:
    """Two sections for most students, spans open at either end, and one teacher for each section."""
    who = np.concatenate([keys, keys[: len(keys) * 9 // 10], 1 + np.arange(len(sections)) % 100])
    rows = len(who)
    taught = rows - len(sections)
    begin = rng.integers(-30, 60, rows)
    return {
        "person_key": who,
        "section_id": [*_pick(rng, sections, taught).to_pylist(), *sections],
        "school_id": _pick(rng, schools, rows),
        "role": ["student"] * taught + ["teacher"] * len(sections),
        "begin_date": _some(rng, _days(begin), 0.3),
        "end_date": _some(rng, _days(begin + rng.integers(10, 200, rows)), 0.5),
    }


def _usage(rng: Rng, keys: np.ndarray, sections: Sequence[str]) -> Columns:
    rows = len(keys) * 20
    last = rng.integers(0, DAYS + 14, rows)
    span = np.where(rng.random(rows) < 0.1, rng.integers(1, 10, rows), 0)
    metric = _pick(rng, ["minutes_active", "clicks", "items_passed", "lessons_passed", "minutes_logged_in"], rows)
    return {
        "person_key": _people_rows(rng, keys, rows),
        "tool": _pick(rng, TOOLS, rows),
        "metric": metric,
        "value": np.where(rng.random(rows) < 0.1, 0.0, np.round(rng.gamma(2.0, 9.0, rows), 1)),
        "first_day": _days(last - span),
        "last_day": _days(last),
        "week_start": _weeks(last),
        "section_id": _some(rng, _pick(rng, sections, rows).to_pylist(), 0.7),
        "resource": _some(rng, _pick(rng, ["quiz", "page", "forumng", "video"], rows).to_pylist(), 0.3),
    }


def _events(rng: Rng, keys: np.ndarray, rows: int) -> Columns:
    """Bursts of about twenty with steps of seconds to minutes; ties among them."""
    bursts = rows // 20 + 1
    of = np.repeat(np.arange(bursts), 20)[:rows]
    day = rng.integers(0, DAYS, bursts)
    begin = (FIRST_DAY + day) * 86_400 + rng.integers(8 * 3600, 20 * 3600, bursts)
    steps = rng.exponential(90, (bursts, 20)).astype(np.int64).cumsum(axis=1).ravel()[:rows]
    order = rng.permutation(rows)
    tool = rng.integers(0, 3, bursts)[of][order].astype("int8")
    action = rng.integers(0, 3, rows).astype("int8")
    return {
        "person_key": _people_rows(rng, keys, bursts)[of][order],
        "tool": pa.DictionaryArray.from_arrays(tool, list(TOOLS)),
        "action": pa.DictionaryArray.from_arrays(action, ["opened", "answered", "completed"]),
        "epoch_s": (begin[of] + steps)[order],
        "local_date": _days(day[of][order]),
        "week_start": _weeks(day[of][order]),
    }


def _results(rng: Rng, keys: np.ndarray) -> Columns:
    """Three forms, tied scores, absent scores, and some results twice."""
    who = np.concatenate([keys, keys, keys[::2], keys[::7]])
    cuts = (len(keys), len(keys), len(keys[::2]), len(keys[::7]))
    forms = [
        form for form, many in zip(("fall", "spring", "delayed", "spring"), cuts, strict=True) for _ in range(many)
    ]
    return {
        "person_key": who,
        "assessment": ["map"] * len(who),
        "form": forms,
        "score": _some(rng, np.round(rng.normal(200, 15, len(who)) / 5) * 5, 0.08),
        "taken_on": _some(rng, _days(rng.integers(0, DAYS, len(who))), 0.1),
        "status": ["scored"] * len(who),
    }


def _assessments() -> Columns:
    forms = ["fall", "spring", "delayed"]
    return {"assessment": ["map"] * 3, "form": forms, "scale_min": [140.0] * 3, "scale_max": [300.0] * 3}


def _declared() -> Columns:
    """Every source leaves out nobody who did anything."""
    amounts = ["minutes_active", "clicks", "items_passed", "lessons_passed", "minutes_logged_in"]
    rows = [("usage", tool, amount) for tool in TOOLS for amount in amounts] + [
        ("events", tool, None) for tool in TOOLS
    ]
    return {
        "source": ["benchmark"] * len(rows),
        "facts": [facts for facts, _, _ in rows],
        "tool": [tool for _, tool, _ in rows],
        "metric": [amount for _, _, amount in rows],
        "absent_row": ["zero"] * len(rows),
    }


def _bought(rng: Rng, keys: np.ndarray) -> list[tuple[str, Columns]]:
    holders = np.concatenate([keys[: len(keys) * 3 // 4], keys[::3]])
    tools = [TOOLS[0]] * (len(keys) * 3 // 4) + [TOOLS[1]] * len(keys[::3])
    licenses = {
        "person_key": holders,
        "tool": tools,
        "first_day": _some(rng, _days(rng.integers(0, 60, len(tools))), 0.5),
    }
    contracts = {
        "tool": TOOLS,
        "licenses": pa.array([len(keys), None, 0]),
        "cost": pa.array([12_345.67, 999.0, None]),
        "start_date": [date(2025, 8, 1)] * 3,
        "end_date": [date(2026, 7, 31)] * 3,
    }
    return [("licenses", licenses), ("contracts", contracts)]


def _voices(rng: Rng, keys: np.ndarray, schools: Sequence[str], sections: Sequence[str]) -> list[tuple[str, Columns]]:
    constructs = ("student_voice", "digital_citizenship", "family_trust", "teacher_efficacy", "teacher_workload")
    items = [("voice", f"q{number}", constructs[number % 5], number % 4 == 0) for number in range(15)]
    items += [("sus", f"q{number}", None, number % 2 == 1) for number in range(10)]
    declared = {
        "instrument": [one[0] for one in items],
        "item": [one[1] for one in items],
        "construct": [one[2] for one in items],
        "reverse": [one[3] for one in items],
        "lowest": [1.0] * 25,
        "highest": [5.0] * 25,
    }
    who = keys[::5]
    many = len(who) * len(items)
    by_sheet = np.repeat(np.arange(len(who)), len(items))
    kind = _pick(rng, ["student", "teacher", "family"], len(who)).to_numpy(zero_copy_only=False)
    answers = {
        "person_key": who[by_sheet],
        "respondent": kind[by_sheet].tolist(),
        "instrument": [one[0] for one in items] * len(who),
        "item": [one[1] for one in items] * len(who),
        "response_id": [f"r{number}" for number in by_sheet],
        "answer": _some(rng, rng.integers(1, 6, many).astype(float), 0.1),
        "answered_on": _some(rng, _days(rng.integers(0, DAYS, len(who))[by_sheet]), 0.05),
        "school_id": _pick(rng, schools, len(who)).to_numpy(zero_copy_only=False)[by_sheet].tolist(),
        "section_id": _pick(rng, sections, len(who)).to_numpy(zero_copy_only=False)[by_sheet].tolist(),
        "tool": _pick(rng, TOOLS, len(who)).to_numpy(zero_copy_only=False)[by_sheet].tolist(),
    }
    seen = 400
    observed = {
        "person_key": 1 + np.arange(seen) % 100,
        "observation_id": [f"o{number // 4}" for number in range(seen)],
        "element": _pick(rng, ["digital_citizenship", "questioning", "engagement"], seen),
        "level": _some(rng, rng.integers(1, 5, seen).astype(float), 0.1),
        "lowest": np.ones(seen),
        "highest": np.full(seen, 4.0),
        "observed_on": _days(rng.integers(0, DAYS, seen)),
        "school_id": _pick(rng, schools, seen),
        "section_id": _pick(rng, sections, seen),
        "tool": _pick(rng, TOOLS, seen),
    }
    return [("survey_items", declared), ("responses", answers), ("observations", observed)]


def _service(rng: Rng, keys: np.ndarray, schools: Sequence[str]) -> list[tuple[str, Columns]]:
    calls, downs, sessions = len(keys) // 10 + 20, 60, 300
    opened, began, happened = (rng.integers(0, DAYS, many) for many in (calls, downs, len(keys) // 8 + 5))
    tickets = {
        "ticket_id": [f"t{number}" for number in range(calls)],
        "tool": _pick(rng, TOOLS, calls),
        "opened_on": _days(opened),
        "week_start": _weeks(opened),
        "hours_to_solve": _some(rng, np.round(rng.exponential(20, calls), 2), 0.2),
        "school_id": _some(rng, _pick(rng, schools, calls).to_pylist(), 0.1),
    }
    outages = {
        "tool": _pick(rng, TOOLS, downs),
        "outage_id": [f"d{number}" for number in range(downs)],
        "began_on": _days(began),
        "week_start": _weeks(began),
        "minutes": np.round(rng.exponential(40, downs), 1),
        "planned": rng.random(downs) < 0.3,
    }
    training = {
        "person_key": 1 + rng.integers(0, 100, sessions),
        "training": _pick(rng, ["start", "deeper"], sessions),
        "held_on": _days(rng.integers(0, DAYS, sessions)),
        "hours": _some(rng, np.round(rng.exponential(2, sessions), 1), 0.1),
        "attended": rng.random(sessions) < 0.8,
    }
    asked = {name: _some(rng, rng.random(len(keys)) < 0.8, 0.1) for name in ("device", "home_device", "home_internet")}
    incidents = {
        "person_key": _people_rows(rng, keys, len(happened)),
        "incident_id": [f"i{number}" for number in range(len(happened))],
        "kind": ["online conduct"] * len(happened),
        "happened_on": _days(happened),
        "week_start": _weeks(happened),
    }
    return [
        ("tickets", tickets),
        ("outages", outages),
        ("training", training),
        ("access", {"person_key": keys, **asked}),
        ("incidents", incidents),
    ]
