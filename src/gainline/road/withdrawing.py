"""Withdrawing: everything that follows when consent is taken back: rows purged, estimates made again, bands noted."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import Refused
from gainline.engine.core.progress import Progress, silent
from gainline.engine.ledger import settle
from gainline.engine.privacy.consent import Effects, Register, Stage, Word, effects_of
from gainline.engine.privacy.consent.effects import in_bands
from gainline.lake import Whom
from gainline.road.checking import evidence_digest
from gainline.road.consented import FOLDER, effective_day, register_of, token
from gainline.road.consenting.saying import journal_of
from gainline.road.consenting.watching import runs_of
from gainline.road.erasing import Order, erase, kept_of
from gainline.road.evaluating import evaluate_plan
from gainline.road.workspace import Workspace

RERAN, NOTED = "consent_reran", "consent_noted"
_BY, _BECAUSE = "consent journal", "consent was taken back, and nothing else carried these rows"


@dataclass(frozen=True, slots=True)
class Flagged:
    """A result that rests on facts which may no longer be read.

    Parameters
    ----------
    cycle, sha256
        Its cycle, and the digest of its evidence.
    stage
        How far it had come.
    people
        How many took their word back, in a band that tells nobody's doing.
    """

    cycle: str
    sha256: str
    stage: Stage
    people: str

    @property
    def effects(self) -> Effects:
        """What follows."""
        return effects_of(self.stage, sole_basis=False)


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What was carried out.

    Parameters
    ----------
    purged
        Certificates of the rows that went.
    reran
        Cycles that were evaluated again.
    noted
        Published cycles whose band of later withdrawals was noted; what was published stands.
    """

    purged: tuple[str, ...]
    reran: tuple[str, ...]
    noted: tuple[str, ...]


def follow(workspace: Workspace, *, published: Collection[str] = (), progress: Progress = silent) -> Aftermath:
    """Carry out everything that is due; doing it again finds nothing left to do.

    Parameters
    ----------
    workspace
        Where.
    published
        Cycles whose result left the house, beside those with a public brief in the workspace.
    progress
        Told about each result that is made again.
    """
    purged = tuple(_purge(workspace))
    reran, noted = [], []
    due = flagged(workspace, published=published)
    for number, one in enumerate(due):
        progress("again", number, len(due))
        if one.effects.stands:
            noted += [one.cycle] if _note(workspace, one) else []
        elif _again(workspace, one):
            reran.append(one.cycle)
    return Aftermath(purged, tuple(reran), tuple(noted))


def flagged(workspace: Workspace, *, published: Collection[str] = ()) -> list[Flagged]:
    """Results that stand now and rest on facts of people who have since taken their word back."""
    register = register_of(workspace.root)
    if not register.entries:
        return []
    latest = {cycle: sha256 for _, cycle, sha256 in runs_of(workspace)}
    on = effective_day(register, workspace.today())
    found = []
    for cycle, sha256 in sorted(latest.items()):
        if evidence_digest_of(workspace, cycle) != sha256:
            continue
        people = _gone(workspace.root, register, cycle, sha256, on=on)
        if people:
            is_out = cycle in published or (workspace.root / "briefs" / f"{cycle}.html").is_file()
            found.append(Flagged(cycle, sha256, Stage.PUBLISHED if is_out else Stage.COMPUTED, in_bands(people)))
    return found


def evidence_digest_of(workspace: Workspace, cycle: str) -> str | None:
    """Digest of the result that a cycle has now; None where it has none."""
    path = workspace.root / "evidence" / f"{cycle}.json"
    return evidence_digest(path) if path.is_file() else None


def reran(workspace: Workspace) -> list[Mapping[str, Any]]:
    """The internal log of results that were made again: both numbers and their difference, oldest first."""
    return [one.payload for one in journal_of(workspace).entries() if one.kind == RERAN]


def noted(workspace: Workspace) -> dict[str, str]:
    """Published cycles, and the band of withdrawals that came later."""
    return {one.payload["cycle"]: one.payload["later"] for one in journal_of(workspace).entries() if one.kind == NOTED}


def _gone(root: Path, register: Register, cycle: str, sha256: str, *, on: date) -> int:
    """How many of the people on whose words a result rests have taken theirs back."""
    path = root / FOLDER / "ran" / f"{sha256}.json"
    people = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    return sum(person in register.entries and _took_back(register, person, on, cycle) for person in people)


def _took_back(register: Register, person: str, on: date, cycle: str | None) -> bool:
    words = (register.standing(person, one.key, on).word for one in register.asked(cycle))
    return any(word in (Word.REVOKED, Word.OPTED_OUT) for word in words)


def _purge(workspace: Workspace) -> Iterator[str]:
    """Take out the rows that nothing but consent carried, of whoever took it back, from every state of the lake."""
    register = register_of(workspace.root)
    if not register.entries:
        return
    for table in sorted({table for one in register.grounds.values() for table in one.covers}):
        if not register.sole_basis(table):
            continue
        on = effective_day(register, workspace.today())
        for where, keys in _due(workspace, register, table).items():
            whom = Whom(keys, only=frozenset({table}), where=where)
            held = kept_of(workspace, whom, workspace.today())  # by a legal hold: read by nobody, but not destroyed
            whom = replace(whom, keys=keys - held)
            if any(workspace.lake.finding().find(whom).rows.values()):
                yield erase(workspace, whom, Order(by=_BY, because=_BECAUSE, on=on)).number


Where = tuple[tuple[str, tuple[str, ...]], ...]


def _due(workspace: Workspace, register: Register, table: str) -> dict[Where, frozenset[int]]:
    """Whose rows of a table go, by the rows that the ground is about; who still stands well to another keeps them."""
    on = effective_day(register, workspace.today())
    grounds = [one for one in register.grounds.values() if table in one.covers]
    with workspace.records.reading() as reading:
        held = reading.people_in(reading.table(table))
        linked = reading.current("links").filter(lambda row: row.decision == "confirmed")
        aliases = reading.arrow(linked.select("person_key", "alias_key")).to_pylist()
    found: dict[Where, set[int]] = {}
    for key in held:
        person = token(workspace.salt, key)
        if person not in register.entries:
            continue
        stands = {one.key: register.standing(person, one.key, on) for one in grounds}
        if any(one.may_read for one in stands.values()):
            continue
        for one in grounds:
            if stands[one.key].word is Word.REVOKED:
                where = tuple(sorted((column, tuple(values)) for column, values in one.where.items()))
                found.setdefault(where, set()).update(
                    {key}, (a["alias_key"] for a in aliases if a["person_key"] == key)
                )
    return {where: frozenset(keys) for where, keys in found.items()}


def _again(workspace: Workspace, one: Flagged) -> bool:
    """Evaluate again on the same snapshot, without whoever took their word back; both results go into the log."""
    path = workspace.root / "evidence" / f"{one.cycle}.json"
    before: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    told = before["provenance"]
    payload: dict[str, Any] = {"cycle": one.cycle, "people": one.people, "before": _primary(before, one.sha256)}
    try:
        done = evaluate_plan(
            workspace,
            workspace.plan_path(Path(one.cycle)),
            snapshot_id=told["snapshot"],
            seed=told["seed"],
            as_of=date.fromisoformat(told["as_of"]),
        )
    except Refused as fault:
        payload["refused"] = fault.says
    else:
        after = _primary(done.evidence, done.sha256)
        payload |= {"after": after, "difference": after["effect"] - payload["before"]["effect"]}
    if payload not in [dict(entry) for entry in reran(workspace)]:
        _log(workspace, RERAN, settle(payload))
    return "after" in payload


def _primary(evidence: Mapping[str, Any], sha256: str) -> dict[str, Any]:
    """What the log keeps of a result: its main estimate, with everybody analyzed, and the losses by level."""
    first = evidence["estimates"][0]
    names = ("outcome", "effect", "low", "high", "counts")
    return {"sha256": sha256, "attrition": evidence["attrition"], **{name: first[name] for name in names}}


def _note(workspace: Workspace, one: Flagged) -> bool:
    if noted(workspace).get(one.cycle) == one.people:
        return False
    _log(workspace, NOTED, {"cycle": one.cycle, "later": one.people})
    return True


def _log(workspace: Workspace, kind: str, payload: Mapping[str, Any]) -> None:
    journal_of(workspace).append(kind, payload, on=effective_day(register_of(workspace.root), workspace.today()))
