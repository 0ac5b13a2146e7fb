"""Reading the catalogue: four files beside this one, that people read and change."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from gainline.engine.privacy.catalog.records import EVERY, Catalogue, Element, Export, FieldRecord, Kind, Log, Scrub
from gainline.engine.privacy.purposes import Purpose
from gainline.engine.records import Retention, Sensitivity

Records = Mapping[str, tuple[FieldRecord, ...]]


@cache
def catalogue() -> Catalogue:
    """The field catalogue as it is shipped.

    Raises
    ------
    ValueError
        When a file names a kind, an element, a purpose or a rule that there is not, or a field twice.
    """
    schedule, kinds = _toml("elements"), _toml("kinds")
    elements = {key: Element(key, one["category"], one["name"], one["lay"]) for key, one in schedule["element"].items()}
    known = {key: _kind(key, said, elements, kinds["retention"]) for key, said in kinds["kind"].items()}
    store = {
        f"{app}.{model}": fields
        for app, models in _toml("store").items()
        if app != EVERY
        for model, fields in models.items()
    }
    return Catalogue(
        categories=MappingProxyType(schedule["category"]),
        elements=MappingProxyType(elements),
        kinds=MappingProxyType(known),
        lake=_records(_toml("lake"), known),
        store=_records({EVERY: _toml("store")[EVERY], **store}, known),
    )


def _kind(key: str, said: dict[str, Any], elements: Mapping[str, Element], reasons: Mapping[str, str]) -> Kind:
    if said["element"] not in elements:
        raise ValueError(f"the kind {key} names an element that the schedule of data does not have")
    retention = Retention(said["retention"])
    kind = Kind(
        key=key,
        element=elements[said["element"]],
        sensitivity=Sensitivity(said["sensitivity"]),
        retention=retention,
        because=reasons[retention],
        purposes=tuple(Purpose(one) for one in said.get("purposes", ())),
        export=Export(said["export"]),
        log=Log(said["log"]),
        scrub=Scrub(said["scrub"]),
    )
    if kind.is_personal and (not kind.purposes or kind.log is not Log.NEVER or kind.export is Export.OPEN):
        raise ValueError(f"the kind {key} is about students: it needs purposes, is never logged and never open")
    return kind


def _records(places: Mapping[str, Mapping[str, list[str]]], kinds: Mapping[str, Kind]) -> Records:
    found: dict[str, tuple[FieldRecord, ...]] = {}
    for place, by_kind in places.items():
        if strange := set(by_kind) - set(kinds):
            raise ValueError(f"{place} names kinds that there are not: {', '.join(sorted(strange))}")
        records = tuple(FieldRecord(place, name, kinds[kind]) for kind, names in by_kind.items() for name in names)
        if len({record.name for record in records}) < len(records):
            raise ValueError(f"{place} lists a field twice")
        found[place] = records
    return MappingProxyType(found)


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(f"{name}.toml").read_text("utf-8"))
