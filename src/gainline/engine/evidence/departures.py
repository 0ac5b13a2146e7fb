"""Departures: where the analysis that ran is not the one that was registered, read from the evidence itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gainline.engine.ledger import canonical
from gainline.engine.pilots.deviation import ABSENT, Change, compare
from gainline.engine.pilots.plan import Plan
from gainline.engine.pilots.registration import Registration, plan_document

_SHARED = ("role", "unit", "domain")  # what a registered outcome and its estimate both say


def departures(registration: Registration, evidence: Mapping[str, Any]) -> tuple[Change, ...]:
    """Every way in which an evidence document is not what its registration promised; empty when it kept to it.

    `deviations` compares plans before anything runs. This looks at what came out: every field of the plan in the
    evidence, the registration and the amendments that it names, the seed, every registered outcome and split without a
    result, every result that nobody registered, and outcomes that changed their role, unit or domain on the way.

    Parameters
    ----------
    registration
        From the ledger, with its amendments: those are no departures, the plan in force is what was promised.
    evidence
        The evidence document as JSON values.
    """
    in_force = plan_document(Plan.model_validate(registration.current_plan()))
    ran = plan_document(Plan.model_validate(evidence["plan"]))
    found = (
        *_of_provenance(registration, evidence["provenance"]),
        *compare(in_force, ran),
        *_of_outcomes(in_force, evidence["estimates"]),
        *_of_splits(in_force, evidence),
    )
    return tuple(found)


def registered_seed(registration: Registration) -> int:
    """The seed that the plan commits to, or the one that follows from its hash: nobody may look for a lucky one."""
    return int(registration.sha256[:8], 16) if registration.seed is None else registration.seed


def _of_provenance(registration: Registration, made: Mapping[str, Any]) -> Iterator[Change]:
    promised = {
        "registration": registration.sha256,
        "amendments": [amendment.sha256 for amendment in registration.amendments],
        "seed": registered_seed(registration),
    }
    for name, value in promised.items():
        ran = list(made[name]) if name == "amendments" else made[name]
        if ran != value:
            yield Change(name, _text(value), _text(ran))


def _of_outcomes(plan: Mapping[str, Any], estimates: list[Mapping[str, Any]]) -> Iterator[Change]:
    registered = {outcome["key"]: outcome for outcome in plan["outcomes"]}
    estimated = {estimate["outcome"]: estimate for estimate in estimates}
    for key in sorted(registered.keys() - estimated.keys()):
        yield Change(f"outcomes[{key}] (estimate)", _text(registered[key]["label"]), ABSENT)
    for key in sorted(estimated.keys() - registered.keys()):
        yield Change(f"outcomes[{key}] (estimate)", ABSENT, _text(estimated[key]["label"]))
    for key in sorted(registered.keys() & estimated.keys()):
        for name in _SHARED:
            if registered[key][name] != estimated[key][name]:
                yield Change(f"outcomes[{key}].{name}", _text(registered[key][name]), _text(estimated[key][name]))


def _of_splits(plan: Mapping[str, Any], evidence: Mapping[str, Any]) -> Iterator[Change]:
    registered = {split["key"]: split["label"] for split in plan.get("subgroups", ())}
    shown = {row["subgroup"]: row["subgroup"] for part in ("groups", "gaps") for row in evidence[part]}
    for key in sorted(registered.keys() - shown.keys()):
        yield Change(f"subgroups[{key}] (result)", _text(registered[key]), ABSENT)
    for key in sorted(shown.keys() - registered.keys()):
        yield Change(f"subgroups[{key}] (result)", ABSENT, _text(key))


def _text(value: object) -> str:
    return canonical(value).decode()
