"""A bundle in the words that other systems read: RO-Crate for what is in it, PROV for how it came about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

CRATE = "ro-crate-metadata.json"
_FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".md": "text/markdown",
    ".pem": "application/x-pem-file",
    ".sha256": "text/plain",
    ".sig": "application/octet-stream",
}
_SAYS = {
    "VERIFY.md": "How to check this bundle with standard tools alone",
    "brief.html": "The decision brief",
    "registration/plan.json": "The plan as it was registered, in canonical JSON",
    "evidence/estimates.csv": "Every estimate with its interval",
    "evidence/deviations.json": "Every way in which the analysis is not the registered one",
    "evidence/suppression.csv": "Counts that are not shown exactly, and how they are shown instead",
    "evidence/provenance.json": "What it takes to run the evaluation again to the same digits",
    "prov.json": "How the result came about, in W3C PROV-JSON",
}


@dataclass(frozen=True, slots=True)
class Described:
    """What a bundle's metadata need to know.

    Parameters
    ----------
    evidence
        The evidence document as JSON values.
    evidence_sha256
        Its digest, as the ledger has it; the document itself holds small groups and stays with the district.
    district
        The district's name.
    on
        ISO date on which the bundle counts as published.
    """

    evidence: Mapping[str, Any]
    evidence_sha256: str
    district: str
    on: str

    @property
    def made(self) -> Mapping[str, Any]:
        """The evidence's provenance."""
        value: Mapping[str, Any] = self.evidence["provenance"]
        return value

    @property
    def plan(self) -> Mapping[str, Any]:
        """The plan that ran."""
        value: Mapping[str, Any] = self.evidence["plan"]
        return value


def crate(told: Described, files: Mapping[str, int]) -> dict[str, Any]:
    """The bundle's RO-Crate metadata.

    Parameters
    ----------
    told
        What the bundle is about.
    files
        File name -> size in bytes.

    Source: RO-Crate 1.1, sections 3 (root), 4 (data entities) and 9 (provenance).
    """
    names = sorted(files)
    graph = [
        {
            "@id": CRATE,
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": f"Evidence on {told.plan['tool']['name']}: {told.plan['key']}",
            "description": f"{told.plan['question']} {told.evidence['verdict']['because']}",
            "datePublished": told.on,
            "license": {"@id": "#terms"},
            "publisher": {"@id": "#district"},
            "hasPart": _ids(names),
            "mentions": {"@id": "#evaluation"},
        },
        {"@id": "#terms", "@type": "CreativeWork", "name": "All rights with the district; ask it before reuse"},
        {"@id": "#district", "@type": "Organization", "name": told.district},
        {
            "@id": "#gainline",
            "@type": "SoftwareApplication",
            "name": "Gainline",
            "version": told.made["code_version"],
        },
        _action(told, names),
        *({"@id": name, **_file(name, files[name])} for name in names),
    ]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}


def lineage(told: Described, files: Iterable[str]) -> dict[str, Any]:
    """From the snapshot and the registration to the evidence and the files that tell it.

    Source: W3C PROV-JSON (member submission, 2013) over PROV-DM.
    """
    made, day = told.made, f"{told.made['as_of']}T00:00:00"
    tables = {f"gl:table/{name}/{version}": {"gl:sha256": sha256} for name, version, sha256 in made["tables"]}
    shown = {f"gl:file/{name}": {"prov:type": "gl:released"} for name in sorted(files)}
    entities = {
        "gl:registration": {"gl:sha256": made["registration"], "gl:registeredOn": made["registered_on"]},
        "gl:snapshot": {"gl:id": made["snapshot"]},
        "gl:evidence": {"gl:sha256": told.evidence_sha256},
        **tables,
        **shown,
    }
    parts = [{"prov:collection": "gl:snapshot", "prov:entity": name} for name in tables]
    released = [{"prov:generatedEntity": name, "prov:usedEntity": "gl:evidence"} for name in shown]
    used = [{"prov:activity": "gl:evaluation", "prov:entity": name} for name in ("gl:registration", "gl:snapshot")]
    return {
        "prefix": {"gl": "urn:gainline:"},
        "entity": entities,
        "activity": {"gl:evaluation": {"prov:endTime": day, "gl:seed": made["seed"]}},
        "agent": {
            "gl:district": {"prov:type": "prov:Organization", "gl:name": told.district},
            "gl:engine": {"prov:type": "prov:SoftwareAgent", "gl:version": made["code_version"]},
        },
        "used": _numbered("u", used),
        "hadMember": _numbered("m", parts),
        "wasGeneratedBy": {"_:g1": {"prov:entity": "gl:evidence", "prov:activity": "gl:evaluation"}},
        "wasDerivedFrom": _numbered("d", released),
        "wasAssociatedWith": {"_:a1": {"prov:activity": "gl:evaluation", "prov:agent": "gl:engine"}},
        "actedOnBehalfOf": {"_:b1": {"prov:delegate": "gl:engine", "prov:responsible": "gl:district"}},
    }


def _action(told: Described, names: list[str]) -> dict[str, Any]:
    return {
        "@id": "#evaluation",
        "@type": "CreateAction",
        "name": "The evaluation of the registered plan",
        "agent": {"@id": "#district"},
        "instrument": {"@id": "#gainline"},
        "object": _ids(name for name in names if name.startswith("registration/")),
        "result": _ids(name for name in names if name.startswith("evidence/") or name == "brief.html"),
        "endTime": told.made["as_of"],
    }


def _file(name: str, size: int) -> dict[str, Any]:
    ending = name[name.rfind(".") :]
    told = {"@type": "File", "name": _SAYS.get(name, name), "contentSize": str(size)}
    return told | {"encodingFormat": _FORMATS.get(ending, "application/octet-stream")}


def _ids(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": name} for name in names]


def _numbered(letter: str, rows: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {f"_:{letter}{number}": row for number, row in enumerate(rows, start=1)}
