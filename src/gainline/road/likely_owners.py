"""Likely owners: identities and students held against each other by name, grade and school."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gainline.engine.intake.likely import Pairs, Suggestion, suggest
from gainline.engine.intake.plain_names import PlainName
from gainline.lake.likeness import COLUMNS, alike

_SWAPPED = 0.02  # how often given and family name stand in each other's place


@dataclass(frozen=True, slots=True)
class Described:
    """Somebody as a list describes them; school and grade are None where it does not say.

    Schools are compared as they are, so both lists must use one id for one; grades are numbers, kindergarten 0.
    """

    name: PlainName
    school: str | None
    grade: int | None


def likely_owners(
    identities: Sequence[Described],
    students: Sequence[Described],
    *,
    has_account: npt.NDArray[np.bool_],
    ruled_out: Collection[tuple[int, int]] = (),
) -> list[Suggestion]:
    """Whose each identity probably is, by row numbers; identities that are like nobody are left out.

    Parameters
    ----------
    identities, students
        Whom to hold against whom.
    has_account
        Shape ``(n_students,)``: the source knows this student by an identifier already.
    ruled_out
        Pairs of identity and student that somebody rejected.
    """
    straight = _people(identities, [one.name for one in identities])
    swapped = _people(identities, [one.name.swapped() for one in identities], first=len(identities))
    table = alike(pa.concat_tables([straight, swapped]), _people(students, [one.name for one in students]))
    identity, student = table["identity"].to_numpy(), table["student"].to_numpy()
    row, is_swapped = identity % max(len(identities), 1), identity >= len(identities)
    swapped_share = _swapped_share(identities, students)[row]
    weight = table["weight"].to_numpy() + np.log2(np.where(is_swapped, swapped_share, 1 - swapped_share))
    identity = row
    named = np.array(table["named_alike"].to_pylist(), dtype=bool)
    keep = _best_of_both(identity, student, weight)
    keep &= np.array(
        [pair not in ruled_out for pair in zip(identity.tolist(), student.tolist(), strict=True)], dtype=bool
    )
    return suggest(Pairs(identity[keep], student[keep], weight[keep], named[keep]), has_account=has_account)


def _swapped_share(identities: Sequence[Described], students: Sequence[Described]) -> npt.NDArray[np.float64]:
    """How probably each identity's names stand in each other's place: Vang Marisol more so than James Thomas.

    Judged by how often the roster has each word as a given and as a family name; shape ``(n_identities,)``.
    """
    given, family = Counter(one.name.root for one in students), Counter(one.name.part for one in students)
    shares = []
    for one in identities:
        other = one.name.swapped()
        straight = (given[one.name.root] + 0.5) * (family[one.name.part] + 0.5) * (1 - _SWAPPED)
        swapped = (given[other.root] + 0.5) * (family[other.part] + 0.5) * _SWAPPED
        shares.append(swapped / (straight + swapped))
    return np.array(shares, dtype=np.float64)


def _best_of_both(
    identity: npt.NDArray[np.int64], student: npt.NDArray[np.int64], weight: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Of a pair that is alike both straight and swapped, the better."""
    order = np.lexsort((-weight, student, identity))
    keep = np.zeros(len(identity), dtype=bool)
    if len(order):
        changes = (np.diff(identity[order]) != 0) | (np.diff(student[order]) != 0)
        keep[order[np.concatenate([[True], changes])]] = True
    return keep


def _people(people: Sequence[Described], names: Sequence[PlainName], *, first: int = 0) -> pa.Table:
    texts = ("given", "root", "family", "part")
    columns = {"unique_id": pa.array(range(first, first + len(people)), pa.int64())}
    columns |= {text: pa.array([getattr(name, text) or None for name in names], pa.string()) for text in texts}
    columns["school"] = pa.array([one.school for one in people], pa.string())
    columns["grade"] = pa.array([one.grade for one in people], pa.int64())
    return pa.table({name: columns[name] for name in COLUMNS})
