"""Deviations: where two versions of a plan differ, path by path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gainline.engine.ledger import canonical

ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what was registered and what stands now.

    Parameters
    ----------
    path
        Dotted path in the plan; members of a list are named by their key: ``outcomes[reading].unit``.
    registered, now
        Both values as JSON text, or ``absent``.
    amended_on
        ISO date of the amendment that made the change; ``None`` when no amendment did.
    """

    path: str
    registered: str
    now: str
    amended_on: str | None = None


def compare(registered: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """Every difference between two plans in JSON's terms, in the order of their paths.

    Outcomes, covariates and subgroups are compared by their key, so that a member put in between is one change; that
    only their order differs is a change of its own, because it changes the hash.

    Examples
    --------
    >>> old = {"outcomes": [{"key": "reading", "unit": "points"}], "smallest_effect": 3}
    >>> new = {"outcomes": [{"key": "reading", "unit": "percent"}], "smallest_effect": 3.0}
    >>> [(change.path, change.registered, change.now) for change in compare(old, new)]
    [('outcomes[reading].unit', '"points"', '"percent"')]
    """
    return sorted(_differences("", registered, now), key=lambda change: change.path)


def _differences(path: str, registered: object, now: object) -> Iterator[Change]:
    if registered is not _NOTHING and now is not _NOTHING and canonical(registered) == canonical(now):
        return
    if isinstance(registered, Mapping) and isinstance(now, Mapping):
        yield from _members(path, registered, now, "{path}.{key}")
    elif (old := _keyed(registered)) and (new := _keyed(now)):
        if [key for key in old if key in new] != [key for key in new if key in old]:
            yield Change(f"{path} (order)", _text(list(old)), _text(list(new)))
        yield from _members(path, old, new, "{path}[{key}]")
    else:
        yield Change(path, _text(registered), _text(now))


def _members(path: str, old: Mapping[str, Any], new: Mapping[str, Any], shape: str) -> Iterator[Change]:
    for key in sorted({*old, *new}):
        inside = shape.format(path=path, key=key).removeprefix(".")
        yield from _differences(inside, old.get(key, _NOTHING), new.get(key, _NOTHING))


def _keyed(value: object) -> dict[str, Any]:
    """The members of a list by their key; empty when the value is not such a list."""
    if not isinstance(value, list) or not all(isinstance(member, dict) and "key" in member for member in value):
        return {}
    return {str(member["key"]): member for member in value}


_NOTHING = object()


def _text(value: object) -> str:
    return ABSENT if value is _NOTHING else canonical(value).decode()
