# ruff: noqa: INP001 - beside the lock files, for run.py
"""What Gainline is made of: a bill of materials from the lock files, and an audit that takes no silence for safety.

Only the standard library is used here, because this runs before anything is installed.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tomllib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOUND, NOT_RUN = 1, 2  # exit codes: something is known to be vulnerable; nothing can be said
PINNED = re.compile(r"^([A-Za-z0-9][\w.-]*)(\[[\w,-]+\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
CLASSES = {"core": "required", "spark": "optional", "test": "excluded"}
"""Which sets are what: needed to run, needed for a part, used by developers only."""


@dataclass(frozen=True, slots=True)
class Component:
    """One locked package: its name and version, the digests that may be installed, and where it is for."""

    name: str
    version: str
    digests: tuple[str, ...]
    marker: str = ""

    @property
    def purl(self) -> str:
        """The package's address in the words of the package-url specification."""
        return f"pkg:pypi/{re.sub(r'[-_.]+', '-', self.name).lower()}@{self.version}"


def locked(path: Path) -> list[Component]:
    """The packages of a lock file, in its order.

    Raises
    ------
    ValueError
        When a line is neither a pinned package nor a digest: a bill with gaps would be worse than none.
    """
    found: list[Component] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if digest := HASH.match(text):
            last = found[-1]
            found[-1] = Component(last.name, last.version, (*last.digests, digest[1]), last.marker)
        elif pinned := PINNED.match(text):
            found.append(Component(pinned[1], pinned[3], (), (pinned[4] or "").strip()))
        else:
            raise ValueError(f"{path.name}: cannot be read as a pinned package: {text[:60]}")
    return found


def bill(root: Path) -> dict[str, Any]:
    """The bill of materials of a project: every locked package once, in the narrowest set that needs it.

    The same lock files give the same bytes: the serial number comes from their content, and no clock is read.

    Source: CycloneDX 1.6, JSON (ECMA-424).
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    seen: dict[str, tuple[Component, str]] = {}
    for name, scope in CLASSES.items():
        for one in locked(root / "lock" / f"{name}.txt"):
            seen.setdefault(one.purl, (one, scope))
    content = "".join(sorted(f"{purl}{one.digests}" for purl, (one, _) in seen.items()))
    serial = uuid.UUID(hashlib.sha256(content.encode()).hexdigest()[:32], version=5)
    own = f"pkg:pypi/{project['name']}@{project['version']}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": project["name"],
                "version": project["version"],
                "purl": own,
                "licenses": [{"license": {"id": project["license"]}}],
            }
        },
        "components": [_component(*seen[purl]) for purl in sorted(seen)],
        "dependencies": [{"ref": own, "dependsOn": sorted(purl for purl, (_, s) in seen.items() if s == "required")}],
    }


def _component(one: Component, scope: str) -> dict[str, Any]:
    value: dict[str, Any] = {
        "type": "library",
        "bom-ref": one.purl,
        "name": one.name,
        "version": one.version,
        "scope": scope,
        "purl": one.purl,
        "properties": [{"name": "gainline:sha256", "value": digest} for digest in one.digests],
    }
    if one.marker:
        value["properties"].append({"name": "gainline:marker", "value": one.marker})
    return value


def bill_text(root: Path) -> str:
    """The bill as JSON."""
    return json.dumps(bill(root), indent=2, ensure_ascii=False) + "\n"


Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - our own words


def audit(root: Path, program: Sequence[str], *, run: Run = _run) -> tuple[int, list[str]]:
    """Ask which locked packages have known vulnerabilities: an exit code, and what to say.

    pip-audit without `--strict` ends well when it could look nothing up, so its own word is not enough: every package
    of the lock must come back as looked up, or the audit counts as not run.

    Parameters
    ----------
    program
        The words that start pip-audit.
    """
    code, said = 0, []
    for name in CLASSES:
        lock = root / "lock" / f"{name}.txt"
        try:
            ran = run([*program, "--strict", "--format", "json", "--disable-pip", "--require-hashes", "-r", str(lock)])
            known = {_plain(one["name"]): one for one in json.loads(ran.stdout)["dependencies"]}
        except (OSError, ValueError, KeyError, TypeError) as fault:
            said.append(f"{lock.name}: NOT RUN ({type(fault).__name__}); nothing is known about any of it")
            code = NOT_RUN
            continue
        here = [one for one in locked(lock) if not one.marker or _plain(one.name) in known]
        silent = [one.name for one in here if "vulns" not in known.get(_plain(one.name), {})]
        if silent:
            said.append(f"{lock.name}: NOT RUN for {len(silent)} of {len(here)} packages: {', '.join(silent[:5])} ...")
            code = NOT_RUN
        for one in known.values():
            for flaw in one.get("vulns", []):
                fixed = ", ".join(flaw.get("fix_versions", [])) or "no version yet"
                said.append(f"{lock.name}: {one['name']} {one['version']}: {flaw['id']}, mended in {fixed}")
                code = code or FOUND
        if not silent:
            said.append(f"{lock.name}: {len(here)} packages were looked up")
    return code, said


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
