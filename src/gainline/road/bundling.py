"""Bundle: a result with its registration, its place in the ledger and a signature, for somebody who trusts nobody."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import Conflict, DataIssues
from gainline.engine.evidence.departures import departures
from gainline.engine.ledger import Entry, Head, canonical, digest
from gainline.engine.ledger.bundle import BUNDLED, CONTENTS, Vouched, ledger_files, sealed_files, sums
from gainline.engine.ledger.heads import compare, sign_head
from gainline.engine.ledger.signing import PrivateKey
from gainline.engine.ledger.verifying import Verified, verify_bundle
from gainline.engine.ledger.zipped import LARGEST, zipped
from gainline.engine.pilots import Registration
from gainline.engine.pilots.registration import AMENDED, REGISTERED
from gainline.engine.privacy import Audience, Policy
from gainline.engine.privacy.release import Shown
from gainline.engine.records import TABLES
from gainline.engine.reports import brief_html
from gainline.engine.reports.bundled import Described, crate, how_to_verify, lineage
from gainline.engine.reports.bundled.crate import CRATE
from gainline.engine.reports.facts import facts
from gainline.engine.reports.tidy import Column, TidyTable, dictionary, tidy_tables
from gainline.engine.reports.words import words
from gainline.lake.durable import write_whole
from gainline.road.auditing import with_audit
from gainline.road.briefing import read_evidence
from gainline.road.checking import EVALUATED
from gainline.road.registering import registration_of
from gainline.road.releases import enter_release, with_releases
from gainline.road.sharing import csv_text
from gainline.road.signing import issue_head, issued_heads, signing_key
from gainline.road.workspace import Workspace

_PARTS = ("numpy", "scipy", "pyarrow", "duckdb", "ibis-framework", "sqlglot", "deltalake", "pydantic", "rfc8785")


@dataclass(frozen=True, slots=True)
class Bundled:
    """A bundle that was written: the zip with its signatures beside it, its head, and the key's fingerprint."""

    files: tuple[Path, ...]
    head: Head
    fingerprint: str


def bundle_result(workspace: Workspace, key: str, path: Path, *, on: date, since: Head | None = None) -> Bundled:
    """Write an evaluated cycle as an evidence bundle for the public.

    It holds the brief and the tidy tables as the public may see them, the registration with its amendments, every
    deviation, the log of what is hidden, the ledger's entries with their proofs, and no row of any student. What goes
    in is entered in the ledger first, so that the ledger vouches for the bundle, too.

    Parameters
    ----------
    since
        A head that somebody outside holds; the bundle proves that the ledger only grew from it.

    Raises
    ------
    Missing
        When the cycle was not registered or not evaluated.
    Conflict
        When the evidence is not what was evaluated or not audited (AU002), or the head is none of this ledger.
    """
    evidence, registration = read_evidence(workspace, key), registration_of(workspace, key)
    shown = with_audit(workspace, key, evidence)
    enter_release(workspace, key, evidence, on=on)
    shown = with_releases(workspace, key, shown)
    brief = brief_html(shown, audience=Audience.PUBLIC, district=workspace.settings.district.name)
    tables = _tables(with_releases(workspace, key, evidence))
    contents = _contents(evidence, registration, tables, brief=brief)
    listed = sums(contents)
    _enter(workspace, key, listed, on)
    private = signing_key(workspace)
    vouched = _vouched(workspace, key, listed, private, since)
    told = Described(evidence, digest(evidence), workspace.settings.district.name, vouched.head.on.isoformat())
    files = {**contents, CONTENTS: listed, **ledger_files(vouched)}
    files |= _described(told, files, private, name=path.name, head=vouched.head.head)
    whole = zipped(sealed_files(files, private, f"{key}, ledger head {vouched.head.head}"))
    beside = {".sig": private.sign(whole), ".minisig": private.minisign(whole, path.name)}
    path.parent.mkdir(parents=True, exist_ok=True)
    written = [path.with_name(path.name + ending) for ending in ("", *beside)]
    for file, content in zip(written, (whole, *beside.values()), strict=True):
        write_whole(file, content)
    issue_head(workspace)
    return Bundled(tuple(written), vouched.head.head, private.public.fingerprint)


def verify_bundle_file(path: Path, *, fingerprint: str | None = None, against: Head | None = None) -> Verified:
    """Check a bundle as `verify_bundle` does; a workspace is not needed.

    Raises
    ------
    DataIssues
        LG014 when the file is larger than any bundle.
    """
    if path.stat().st_size > LARGEST:
        raise DataIssues("LG014: the file is larger than any bundle", "ask the district for the bundle again")
    return verify_bundle(path.read_bytes(), fingerprint=fingerprint, against=against)


def _tables(evidence: dict[str, Any]) -> list[TidyTable]:
    """The tidy tables with their dictionary and the log of what is hidden, as the public may see them."""
    tables = tidy_tables(evidence, audience=Audience.PUBLIC)
    return [*(table for table in tables if table.rows), dictionary(tables), _suppression(evidence)]


def _contents(
    evidence: dict[str, Any], registration: Registration, tables: Iterable[TidyTable], *, brief: str
) -> dict[str, bytes]:
    """What the bundle is about; every number about people has passed the exit for the public."""
    plans = {"plan": registration.plan} | {
        f"amendment-{number}": amendment.plan for number, amendment in enumerate(registration.amendments, start=1)
    }
    deviated = [*evidence["deviations"], *_departed(registration, evidence)]
    return {
        "brief.html": brief.encode(),
        **{f"evidence/{table.name}.csv": csv_text(table).encode() for table in tables},
        "evidence/provenance.json": _json({**evidence["provenance"], "evidence_sha256": digest(evidence)}),
        "evidence/deviations.json": _json(deviated),
        **{f"registration/{name}.json": canonical(plan) for name, plan in plans.items()},
        "data/tables.json": _json(_schema(evidence)),
        "environment.json": _json(_environment()),
    }


def _departed(registration: Registration, evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Departures found now that the evidence does not list itself, as one from before they were looked for."""
    listed = {(row["path"], row["registered"], row["now"]) for row in evidence["deviations"]}
    found = departures(registration, evidence)
    return [
        {"path": c.path, "registered": c.registered, "now": c.now, "amended_on": c.amended_on}
        for c in found
        if (c.path, c.registered, c.now) not in listed
    ]


def _suppression(evidence: dict[str, Any]) -> TidyTable:
    """Which counts the public does not see exactly."""
    released = facts(evidence, audience=Audience.PUBLIC, policy=Policy(), words=words("en")).released
    columns = (
        Column("count", "text", "What is counted"),
        Column("shown", "text", "band: as a range; hidden: not at all"),
    )
    rows = [("/".join(key), str(c.shown)) for key, c in sorted(released.counts.items()) if c.shown is not Shown.EXACT]
    return TidyTable("suppression", "one count that is not shown exactly", columns, tuple(rows))


def _schema(evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The tables that the snapshot holds, with their hashes and fields and without a single row."""
    return [
        {
            "table": name,
            "version": version,
            "sha256": sha256,
            "fields": [{"name": f.name, "type": f.type, "means": f.means} for f in TABLES[name].fields],
        }
        for name, version, sha256 in evidence["provenance"]["tables"]
    ]


def _environment() -> dict[str, str]:
    """What stood on the machine that made the bundle; the evaluation's own code is in the provenance."""
    found = {"python": platform.python_version()}
    for name in _PARTS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not found"
    return found


def _enter(workspace: Workspace, key: str, listed: bytes, on: date) -> None:
    if _entry_of(workspace.ledger.entries(), key, listed) is None:
        payload = {"key": key, "for": str(Audience.PUBLIC), "sha256": _sha256(listed)}
        workspace.ledger.append(BUNDLED, payload, on=on)


def _vouched(workspace: Workspace, key: str, listed: bytes, private: PrivateKey, since: Head | None) -> Vouched:
    entries = workspace.ledger.entries()
    if since and since.seq and (since.seq > len(entries) or entries[since.seq - 1].hash != since.hash):
        raise Conflict("the head given with --since is none that this ledger ever had", "look for whose it is")
    head = sign_head(entries, private)
    earlier = [one for one in issued_heads(workspace) if compare(entries, one) is None]
    if len(earlier) != len(issued_heads(workspace)):
        raise Conflict("the ledger does not agree with a head that went out", "see what happened: gainline verify")
    evidence = {e.seq for e in entries if e.kind == EVALUATED and e.payload.get("key") == key}
    plans = {e.seq for e in entries if e.kind in {REGISTERED, AMENDED} and e.payload.get("key") == key}
    own = _entry_of(entries, key, listed)
    told = sorted({*plans, *evidence, *({own.seq} if own else ())})
    return Vouched(entries, told, head, earlier, (since.seq,) if since else ())


def _entry_of(entries: tuple[Entry, ...], key: str, listed: bytes) -> Entry | None:
    sha256 = _sha256(listed)
    own = (e for e in entries if e.kind == BUNDLED and (e.payload["key"], e.payload["sha256"]) == (key, sha256))
    return next(own, None)


def _described(
    told: Described, files: Mapping[str, bytes], private: PrivateKey, *, name: str, head: Head
) -> dict[str, bytes]:
    lines = how_to_verify(name=name, district=told.district, key=private.public, head=str(head))
    shown = [file for file in files if file == "brief.html" or file.startswith("evidence/")]
    made = {"VERIFY.md": lines, "prov.json": _json(lineage(told, shown))}
    sizes = {file: len(content) for file, content in {**files, **made}.items()}
    return {**made, CRATE: _json(crate(told, sizes))}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
