"""Rolls closed: what a file's people leave behind once it is read: a worklist, and identifiers that are remembered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa

from gainline.engine.intake.cells import Distinct
from gainline.engine.intake.judge import Judge
from gainline.engine.intake.link import NAMES, Person
from gainline.engine.intake.profile import NAME_ROLES
from gainline.engine.intake.reading import Batch, Task, canonical

_BECAUSE = {
    "ambiguous": (
        "more than one rostered person has this identifier",
        "correct the roster, or ask the vendor for another identifier",
    ),
    "unmatched": (
        "no rule found this identifier in the roster",
        "look for a test account, a leaver, or a mistyped identifier; see: gainline link suggest",
    ),
    NAMES: (
        "the row has a name and no identifier",
        "see: gainline link suggest; ask the vendor for the number of the student",
    ),
}


def people_left(task: Task, people: Sequence[Person]) -> Iterator[Batch]:
    """The worklist of people whom the roster does not know, and the identifiers that are matched anew."""
    profile = task.declared()
    lost = [person for person in people if person.rows and not person.matched]
    why = [_BECAUSE[NAMES if one.kind == NAMES else one.rule] for one in lost]
    texts = {
        "kind": [one.kind for one in lost],
        "value": [one.value for one in lost],
        "school": [one.school or None for one in lost],
        "grade": [one.grade or None for one in lost],
        "given_name": [one.given or None for one in lost],
        "family_name": [one.family or None for one in lost],
        "because": [because for because, _ in why],
        "suggestion": [remedy for _, remedy in why],
    }
    columns: dict[str, pa.Array | pa.Scalar] = {name: pa.array(column, pa.string()) for name, column in texts.items()}
    columns |= {"source": pa.scalar(profile.key), "system": pa.scalar(profile.source_system)}
    columns["rows"] = pa.array([one.rows for one in lost], pa.int64())
    yield canonical("unmatched", columns, rows=len(lost), import_id=task.import_id)
    found = [person for person in people if person.rows and person.matched and not person.is_remembered]
    yield canonical(
        "identifiers",
        {
            "person_key": pa.array([one.key for one in found], pa.int64()),
            "source": pa.scalar(profile.source_system),
            "kind": pa.array([one.kind for one in found], pa.string()),
            "value": pa.array([one.value for one in found], pa.string()),
            "how": pa.array([one.rule for one in found], pa.string()),
            "valid_from": pa.scalar(task.as_of, pa.date32()),
        },
        rows=len(found),
        import_id=task.import_id,
    )


def names_for_ids(judge: Judge, columns: Sequence[Distinct]) -> Distinct | None:
    """For rows without any identifier their name, grade and school as one text; None where no row has them.

    Such a text names nobody by itself. It keeps a student's rows together until somebody says whose they are.
    """
    asked = [judge.profile.columns.get(role) for role in (*NAME_ROLES, "grade", "school")]
    cells = [judge.distinct(one.header) if one and one.header and judge.has(one) else None for one in asked]
    without = np.ones(len(judge.lines), dtype=bool)
    for column in columns:
        without &= ~np.array([bool(text) for text in column.texts] or [False], dtype=bool)[column.codes]
    if not without.any() or not any(cells[: len(NAME_ROLES)]):
        return None
    texts: dict[str, int] = {"": 0}
    codes = np.zeros(len(judge.lines), dtype=np.int32)
    for row in np.flatnonzero(without):
        said = [cell.texts[cell.codes[row]].strip().casefold() if cell else "" for cell in cells]
        if any(said[: len(NAME_ROLES)]):
            codes[row] = texts.setdefault(" | ".join(said), len(texts))
    return Distinct(list(texts), codes) if len(texts) > 1 else None
