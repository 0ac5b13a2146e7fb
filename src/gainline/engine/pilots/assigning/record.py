"""The record of a draw: plain JSON values out, and back in with nothing taken on trust."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf, isfinite
from typing import Any, get_args

import numpy as np

from gainline.engine.core.errors import DataIssues
from gainline.engine.pilots.assignment import TIE, Assignment, Kind, block_codes, distances, pulls

FORMAT = "gainline-assignment/1"
_REMEDY = "restore the record from a backup; a record that was changed by hand cannot be redrawn from"
_FIELDS = frozenset({"format", "kind", "seed", "labels", "units", "blocks", "arms", "balance", "bound"})


def to_json_value(assignment: Assignment) -> dict[str, Any]:
    """The assignment as plain JSON values, arms by name; an infinite bound is null."""
    return {
        "format": FORMAT,
        "kind": assignment.kind,
        "seed": str(assignment.seed),  # may be larger than JSON's integers
        "labels": list(assignment.labels),
        "units": list(assignment.units),
        "blocks": list(assignment.blocks),
        "arms": [assignment.labels[arm] for arm in assignment.arms],
        "balance": [[float(value) for value in row] for row in assignment.balance],
        "bound": assignment.bound if isfinite(assignment.bound) else None,
    }


def from_json_value(value: Mapping[str, Any]) -> Assignment:
    """The assignment that a record holds.

    Raises
    ------
    DataIssues
        When the record is not one that `to_json_value` could have written (PL129).
    """
    try:
        fault = next(_faults(value), None)
        found = None if fault else _read(value)
    except (TypeError, ValueError, KeyError, AttributeError) as broken:
        raise DataIssues("PL129: the record of the assignment cannot be read", _REMEDY) from broken
    if found is None or (fault := next(_contradictions(found), None)):
        raise DataIssues(f"PL129: the record of the assignment cannot stand: {fault}", _REMEDY)
    return found


def _read(value: Mapping[str, Any]) -> Assignment:
    labels, units = tuple(value["labels"]), tuple(value["units"])
    place = {label: position for position, label in enumerate(labels)}
    return Assignment(
        kind=value["kind"],
        seed=int(value["seed"]),
        labels=labels,
        units=units,
        blocks=tuple(value["blocks"]),
        arms=np.array([place[arm] for arm in value["arms"]], dtype=np.intp),
        balance=np.array(value["balance"], dtype=np.float64).reshape(len(units), -1),
        bound=inf if value["bound"] is None else float(value["bound"]),
    )


def _faults(value: Mapping[str, Any]) -> Iterator[str]:
    if value.get("format") != FORMAT:
        yield f"its format is not {FORMAT}"
    if set(value) != _FIELDS:
        yield f"its fields are not {', '.join(sorted(_FIELDS))}"
    if value["kind"] not in get_args(Kind):
        yield "its kind is unknown"
    for name in ("labels", "units", "blocks", "arms"):
        if not isinstance(value[name], list) or not all(isinstance(item, str) for item in value[name]):
            yield f"its {name} are not a list of words"
    for name in ("labels", "units"):
        if len(set(value[name])) < len(value[name]):
            yield f"its {name} name one twice"
    if not value["units"] or len({len(value[name]) for name in ("units", "blocks", "arms", "balance")}) > 1:
        yield "its units, blocks, arms and balance differ in number"
    if set(value["arms"]) != set(value["labels"]):
        yield "its arms are not those of its labels"


def _contradictions(found: Assignment) -> Iterator[str]:
    if not np.isfinite(found.balance).all():
        yield "its balance holds what is no number"
    if (found.kind == "rerandomized") != isfinite(found.bound):
        yield "a bound belongs to a rerandomized draw and to no other"
    elif isfinite(found.bound):
        codes = block_codes(found.blocks)
        own = distances(found.arms[None, :], pulls(found.balance, codes, found.arms))[0]
        if len(found.labels) != 2 or own > found.bound * (1.0 + TIE):
            yield "its own arms are further apart than its bound accepts"
    if found.kind == "complete" and len(set(found.blocks)) > 1:
        yield "a complete draw has one block"
