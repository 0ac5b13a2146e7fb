"""Audits: made with every evaluation, read beside it, and brought together for the district once a week."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from gainline.engine.audit import read_audit
from gainline.engine.audit.district import audit_district
from gainline.engine.core.errors import GainlineError
from gainline.engine.ledger import canonical, digest
from gainline.engine.privacy import Audience
from gainline.engine.reports.audit import AuditBlocks, audit_blocks, check_title, district_lines
from gainline.engine.reports.facts import FORMAT
from gainline.road.auditing import looks_since
from gainline.services import clock, desk
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.audits import Audit, DistrictAudit
from gainline.store.models.cycles import Cycle
from gainline.store.models.districts import District
from gainline.store.models.evidence import Evidence
from gainline.store.tenancy import across_districts, within


@dataclass(frozen=True, slots=True)
class Standing:
    """One cycle in the district's audit: what stands flagged, what nobody can tell, and looks since."""

    cycle: Cycle
    made_on: date
    flags: tuple[str, ...]
    cannot: tuple[str, ...]
    looks_since: int


@dataclass(frozen=True, slots=True)
class DistrictView:
    """The district's audit as a page shows it; `made_on` is None before the first."""

    made_on: date | None
    cycles: tuple[Standing, ...]
    lines: tuple[str, ...]


@desk.carrying
def keep(evidence: Evidence, document: dict[str, Any]) -> Audit:
    """Keep the audit of an evaluation: the same one again changes nothing."""
    sha256 = digest(document)
    made: Audit = Audit.objects.get_or_create(
        evidence=evidence,
        sha256=sha256,
        defaults={
            "cycle": evidence.cycle,
            "document": document,
            "flags": len(read_audit(document).flags),
            "made_on": clock.today(evidence.district),
        },
    )[0]
    return made


@desk.reading("evidence.read")
def latest(*, by: Account, cycle: Cycle) -> Audit | None:
    """The audit of a cycle's latest evidence; None before there is any."""
    return Audit.objects.filter(cycle=cycle).select_related("evidence").first()


@desk.reading("evidence.read")
def told(*, by: Account, cycle: Cycle, audience: Audience = Audience.STAFF, language: str = "en") -> AuditBlocks | None:
    """The audit of a cycle in words, with every number about groups through the exit; None before there is one."""
    made = latest(by=by, cycle=cycle)
    if made is None or made.evidence.document.get("format") != FORMAT:
        return None
    return _told(canonical(made.document), canonical(made.evidence.document), audience, language)


@desk.reading("evidence.read")
def district(*, by: Account, language: str = "en") -> DistrictView:
    """What the weekly audit found over all cycles."""
    made = DistrictAudit.objects.first()
    if made is None:
        return DistrictView(None, (), ())
    keys = [row["cycle"] for row in made.document["cycles"]]
    cycles = {cycle.key: cycle for cycle in Cycle.objects.filter(key__in=keys).select_related("tool")}
    rows = [row for row in made.document["cycles"] if row["cycle"] in cycles]
    return DistrictView(
        made.made_on,
        tuple(_standing(cycles[row["cycle"]], row, language) for row in rows),
        tuple(made.document["lines"][language]),
    )


@desk.carrying
def audit_districts() -> int:
    """Audit every district that has evaluated a cycle: how many. Nobody has to ask for it."""
    with across_districts(why="the weekly audit goes over every district"):
        districts = list(District.objects.order_by("pk"))
    done = 0
    for one in districts:
        with within(one.pk):
            done += _audit(one)
    return done


def _audit(one: District) -> bool:
    found = _latest_of_each()
    if not found or not folder_of(one).is_dir():
        return False
    workspace, day = open_workspace(one), clock.today(one)
    audits = []
    for made in found:
        audit = read_audit(made.document)
        try:
            since = looks_since(workspace, audit)
        except GainlineError:  # a cycle whose plan the workspace no longer holds is still told of
            since = []
        audits.append((audit, since))
    whole = audit_district(audits, as_of=day.isoformat())
    lines = {language: list(district_lines(whole, language)) for language in ("en", "es")}
    DistrictAudit.objects.create(document=whole.to_json_value() | {"lines": lines}, made_on=day)
    return True


def _latest_of_each() -> list[Audit]:
    found: dict[int, Audit] = {}
    for made in Audit.objects.order_by("-pk"):
        found.setdefault(made.cycle_id, made)
    return list(found.values())


def _standing(cycle: Cycle, row: dict[str, Any], language: str) -> Standing:
    titles = [tuple(check_title(key, language) for key in row[name]) for name in ("flags", "cannot")]
    return Standing(cycle, date.fromisoformat(row["as_of"][:10]), titles[0], titles[1], len(row["since"]))


@lru_cache(maxsize=64)
def _told(audit: bytes, evidence: bytes, audience: Audience, language: str) -> AuditBlocks:
    """Proving that nothing gives anybody away takes a moment, and neither document ever changes."""
    return audit_blocks(read_audit(json.loads(audit)), json.loads(evidence), audience=audience, lang=language)
