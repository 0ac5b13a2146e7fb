"""One world, judged: the evidence of its frame beside its truth, as one row of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from gainline.engine.core.context import RunContext
from gainline.engine.core.refusals import Refusal
from gainline.engine.evidence import Evidence, Provenance, evaluate
from gainline.engine.ledger import settle
from gainline.engine.pilots.plan import Plan
from gainline.engine.worlds.calibration.frame import framed
from gainline.engine.worlds.calibration.known import Known

BEFORE, REGISTERED, AFTER = date(2025, 9, 29), date(2025, 10, 1), date(2026, 6, 8)
"""Days on which a district imports its rosters, registers the plan, and imports and evaluates the rest."""
_GAIN = "gain since the baseline"

Row = dict[str, Any]


def evidence_of(known: Known, plan: Plan, *, seed: int) -> Evidence | Refusal:
    """Evaluate the plan on the world's frame, as the last step of the road does."""
    made = framed(known, plan)
    return evaluate(
        plan,
        made.frame,
        ctx=RunContext(as_of=AFTER, seed=seed),
        provenance=provenance(seed),
        funnel=made.funnel,
        linkage=made.linkage,
        joined_later=made.joined_later,
    )


def provenance(seed: int) -> Provenance:
    """Where a frame that was never in a lake comes from: nowhere."""
    return Provenance("0" * 64, REGISTERED.isoformat(), (), "0" * 64, (), "calibration", seed, AFTER.isoformat())


def judged(known: Known, plan: Plan, *, seed: int) -> Row:
    """What the engine says of the world's frame, beside the truth.

    Returns
    -------
    dict
        As `row_of`; only ``refused`` and the truth where the engine refuses.
    """
    found = evidence_of(known, plan, seed=seed)
    if isinstance(found, Refusal):
        return refused_row(known, found.code)
    return row_of(known, found.to_json_value())


def refused_row(known: Known, code: str) -> Row:
    """The row of a world that the engine gives no answer on."""
    return {"refused": code} | _truth(known)


def row_of(known: Known, evidence: Mapping[str, Any]) -> Row:
    """The row of a world from its evidence document, in points of the test unless named otherwise.

    Reads the document alone, so that a frame and the whole road give the same row exactly if they give the same
    document.
    """
    parts = {"groups": _groups(known, evidence), "gaps": _gaps(known, evidence)}
    return settle(measured(evidence) | _truth(known) | parts)


def measured(evidence: Mapping[str, Any]) -> Row:
    """What a row takes from an evidence document, without any truth."""
    primary, checks = evidence["estimates"][0], evidence["checks"]
    names = ("effect", "std_error", "low", "high", "p", "df", "p_randomization")
    return {name: primary[name] for name in names} | {
        "refused": None,
        "q": primary["probability_worth_having"],
        "word": evidence["verdict"]["word"],
        "rating": evidence["rating"]["label"],
        "essa": evidence["rating"]["essa"][:6],
        "looked": sorted({check["key"] for check in checks}),
        "flags": sorted({check["key"] for check in checks if check["flag"]}),
        "naive": _interval(evidence["naive"]),
        "gain": _interval(_gain(evidence)),
    }


def _truth(known: Known) -> Row:
    return settle({"truth": known.truth.effect, "sd": known.truth.sd, "luck": known.truth.luck})


def _interval(found: Mapping[str, Any] | None) -> list[float] | None:
    return None if found is None else [found["effect"], found["low"], found["high"]]


def _gain(evidence: Mapping[str, Any]) -> Mapping[str, Any] | None:
    looks = [*evidence["companions"], *evidence["exploratory"]]
    return next((look for look in looks if look["label"].endswith(_GAIN)), None)


def _groups(known: Known, evidence: Mapping[str, Any]) -> list[Row]:
    """The declared groups, not their complements."""
    found = []
    for row in evidence["groups"]:
        key = row["subgroup"].removeprefix("by_")
        if row["group"] in {"true", "female"}:
            names = ("n_tool", "n_usual", "effect", "low", "high", "shrunken", "shrunken_low", "shrunken_high")
            found.append({"key": key, "truth": known.truth.groups[key]} | {name: row.get(name) for name in names})
    return found


def _gaps(known: Known, evidence: Mapping[str, Any]) -> list[Row]:
    found = []
    for row in evidence["gaps"]:
        key = row["subgroup"].removeprefix("by_")
        found.append({"key": key, "truth": known.truth.gaps[key]} | {n: row[n] for n in ("change", "low", "high")})
    return found
