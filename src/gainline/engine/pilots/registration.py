"""Registration: a plan locked with its hash, its amendments, and every deviation from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gainline.engine.core.errors import Conflict, UserFixable
from gainline.engine.ledger import Entry, digest, settle
from gainline.engine.pilots.deviation import Change, compare
from gainline.engine.pilots.hypothesis import check_hypothesis
from gainline.engine.pilots.plan import Plan

REGISTERED = "registered"
"""Kind of the ledger entry that holds a registration."""
AMENDED = "amended"
"""Kind of the ledger entry that holds an amendment."""
REGISTRATION_FORMAT = "gainline-registration/1"
AMENDMENT_FORMAT = "gainline-amendment/1"


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change to a registered plan, with its reason; the registration itself stays as it was.

    ``plan`` is the whole plan as amended, ``sha256`` its digest, ``follows`` the digest of the version it amends.
    """

    key: str
    plan: Mapping[str, Any]
    sha256: str
    follows: str
    amended_on: date
    reason: str
    changes: tuple[Change, ...]

    def to_payload(self) -> dict[str, Any]:
        """The amendment as its ledger entry holds it."""
        return {
            "format": AMENDMENT_FORMAT,
            "key": self.key,
            "plan": self.plan,
            "plan_sha256": self.sha256,
            "follows": self.follows,
            "amended_on": self.amended_on.isoformat(),
            "reason": self.reason,
            "changes": [{"path": c.path, "registered": c.registered, "now": c.now} for c in self.changes],
        }


@dataclass(frozen=True, slots=True)
class Registration:
    """A plan as it was locked.

    Parameters
    ----------
    key
        The plan's key; one key has one registration.
    plan
        The plan in JSON's terms, defaults written out, so that a later default cannot change it.
    sha256
        Digest of the plan's canonical JSON: what people quote.
    registered_on
        The day.
    snapshot
        Id of the snapshot of the records that stood when the plan was locked.
    seed
        Seed that the plan commits to; ``None`` when it follows from the hash.
    amendments
        In the order in which they were made.
    is_repeat
        True when `register` found this very plan registered already, so that nothing need be written.
    """

    key: str
    plan: Mapping[str, Any]
    sha256: str
    registered_on: date
    snapshot: str
    seed: int | None = None
    amendments: tuple[Amendment, ...] = ()
    is_repeat: bool = False

    def to_payload(self) -> dict[str, Any]:
        """The registration as its ledger entry holds it; amendments stand in entries of their own and follow if any."""
        payload: dict[str, Any] = {
            "format": REGISTRATION_FORMAT,
            "key": self.key,
            "plan": self.plan,
            "plan_sha256": self.sha256,
            "registered_on": self.registered_on.isoformat(),
            "snapshot": self.snapshot,
            "seed": self.seed,
        }
        if self.amendments:
            payload["amendments"] = [amendment.to_payload() for amendment in self.amendments]
        return payload

    def current_plan(self) -> dict[str, Any]:
        """The plan that is in force: the last amendment's, or the one registered."""
        return dict(self.amendments[-1].plan if self.amendments else self.plan)

    def current_sha256(self) -> str:
        """Digest of the plan that is in force."""
        return self.amendments[-1].sha256 if self.amendments else self.sha256


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan in JSON's terms: keys as in the TOML, defaults written out, what is absent left out."""
    document: dict[str, Any] = settle(plan.model_dump(mode="json", by_alias=True, exclude_none=True))
    return document


def register(
    plan: Plan,
    *,
    snapshot: str,
    as_of: date,
    existing: Registration | None = None,
    seed: int | None = None,
) -> Registration:
    """Lock a plan.

    Registering the plan that is already registered changes nothing: the existing registration comes back with
    `is_repeat` set.

    Parameters
    ----------
    plan
        The plan, checked by `check_plan`.
    snapshot
        Id of the snapshot that stands now.
    as_of
        The day that counts as today.
    existing
        What `find_registration` gives for the plan's key.
    seed
        Seed to commit to, for designs that draw before the hash is known.

    Raises
    ------
    UserFixable
        When a part of the hypothesis is missing.
    Conflict
        When another plan is registered under this key.
    """
    missing = check_hypothesis(plan.hypothesis)
    if missing:
        names = ", ".join(part.name for part in missing)
        raise UserFixable(f"the plan {plan.key} cannot be locked: its hypothesis lacks {names}", "write all six parts")
    document = plan_document(plan)
    registration = Registration(plan.key, document, digest(document), as_of, snapshot, seed)
    if existing is None:
        return registration
    if registration.sha256 in {existing.sha256, existing.current_sha256()}:
        return replace(existing, is_repeat=True)
    raise Conflict(
        f"another plan is registered under the key {plan.key}, since {existing.registered_on}",
        "amend it, so that the change is kept with its reason and shown, or give this plan a key of its own",
    )


def amend(registration: Registration, plan: Plan, *, reason: str, as_of: date) -> Amendment:
    """Change a registered plan in the open.

    Raises
    ------
    UserFixable
        Without a reason, or when nothing differs from the plan in force.
    Conflict
        When the plan has another key.
    """
    if plan.key != registration.key:
        raise Conflict(f"the plan {plan.key} cannot amend {registration.key}", "keep the key of the registered plan")
    if not reason.strip():
        raise UserFixable("an amendment needs its reason", "say in one sentence why the plan changes")
    document = plan_document(plan)
    changes = compare(registration.current_plan(), document)
    if not changes:
        raise UserFixable(f"the plan {plan.key} is the one in force already", "there is nothing to amend")
    return Amendment(
        key=plan.key,
        plan=document,
        sha256=digest(document),
        follows=registration.current_sha256(),
        amended_on=as_of,
        reason=reason.strip(),
        changes=tuple(changes),
    )


def deviations(registration: Registration, now: Plan | None = None) -> tuple[Change, ...]:
    """Every way in which what is asked for now is not what was registered.

    First what amendments changed, with the day of the amendment that changed it last; then where the plan at hand
    differs from the plan in force, without a day, because nobody registered that.
    """
    in_force = registration.current_plan()
    amended = compare(registration.plan, in_force)
    dated = [replace(change, amended_on=_amended_on(registration, change.path)) for change in amended]
    unregistered = compare(_whole(in_force), plan_document(now)) if now else []
    return (*dated, *unregistered)


def _whole(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document with what it leaves unsaid written out: a field that we added since is no deviation of theirs."""
    return plan_document(Plan.model_validate(document))


def _amended_on(registration: Registration, path: str) -> str | None:
    """The day of the last amendment that touched the path, a part of it, or the whole of which it is a part."""
    for amendment in reversed(registration.amendments):
        if any(_overlap(change.path, path) for change in amendment.changes):
            return amendment.amended_on.isoformat()
    return None


def _overlap(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long == short or long.startswith((f"{short}.", f"{short}["))


def find_registration(entries: Iterable[Entry], key: str) -> Registration | None:
    """The registration of a plan's key with its amendments, from the entries of a ledger; None when there is none."""
    found: Registration | None = None
    for entry in entries:
        if entry.kind not in {REGISTERED, AMENDED} or entry.payload.get("key") != key:
            continue
        if entry.kind == REGISTERED:
            found = found or _registration(entry.payload)
        elif found:
            found = replace(found, amendments=(*found.amendments, _amendment(entry.payload)))
    return found


def _registration(payload: Mapping[str, Any]) -> Registration:
    return Registration(
        key=payload["key"],
        plan=payload["plan"],
        sha256=payload["plan_sha256"],
        registered_on=date.fromisoformat(payload["registered_on"]),
        snapshot=payload["snapshot"],
        seed=payload["seed"],
    )


def _amendment(payload: Mapping[str, Any]) -> Amendment:
    return Amendment(
        key=payload["key"],
        plan=payload["plan"],
        sha256=payload["plan_sha256"],
        follows=payload["follows"],
        amended_on=date.fromisoformat(payload["amended_on"]),
        reason=payload["reason"],
        changes=tuple(Change(c["path"], c["registered"], c["now"]) for c in payload["changes"]),
    )
