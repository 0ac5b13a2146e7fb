"""The bill of materials is whole and in the published words, and an audit that could not look says that it did not."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from architecture.source import ROOT

# CycloneDX 1.6, JSON: the names that each object may bear, and those that it must.
NAMES = {
    "bom": ({"bomFormat", "specVersion"}, {"serialNumber", "version", "metadata", "components", "dependencies"}),
    "component": ({"type", "name"}, {"bom-ref", "version", "scope", "purl", "properties", "licenses"}),
    "property": ({"name"}, {"value"}),
    "dependency": ({"ref"}, {"dependsOn"}),
}
SCOPES = {"required", "optional", "excluded"}
STATES = {"met", "not applicable", "open"}
SHEET = ROOT / "docs" / "reference" / "asvs.toml"
KNOWN_OPEN = {"15.2.1"}
"""Left open on purpose; each says what is missing. A release has none."""
LEVELS = {1: 70, 2: 183}  # OWASP ASVS 5.0.0: items of level 1 and 2, counted in its own table


@pytest.fixture(scope="module")
def supply() -> ModuleType:
    spec = importlib.util.spec_from_file_location("supply", ROOT / "lock" / "supply.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["supply"] = module
    spec.loader.exec_module(module)
    return module


def fits(kind: str, value: dict[str, object]) -> bool:
    must, may = NAMES[kind]
    return must <= set(value) <= must | may


def test_the_bill_names_every_locked_package_in_the_published_words(supply):
    bill = supply.bill(ROOT)
    assert fits("bom", bill)
    assert re.fullmatch(
        r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", bill["serialNumber"]
    )
    components = [bill["metadata"]["component"], *bill["components"]]
    assert all(fits("component", one) and one["type"] in {"application", "library"} for one in components)
    assert {one["scope"] for one in bill["components"]} <= SCOPES
    assert all(fits("property", one) for part in bill["components"] for one in part["properties"])
    assert all(fits("dependency", one) for one in bill["dependencies"])
    references = [one["bom-ref"] for one in components]
    assert len(set(references)) == len(references)
    assert all(set(one["dependsOn"]) <= set(references) for one in bill["dependencies"])
    for name in ("core", "spark", "test"):
        pins = re.findall(r"^([\w.-]+)(?:\[[^\]]*\])?==([^ \\;]+)", (ROOT / "lock" / f"{name}.txt").read_text(), re.M)
        named = {(one["name"], one["version"]) for one in bill["components"]}
        assert pins
        assert set(pins) <= named, name


def test_every_dependency_of_the_project_is_required_in_the_bill(supply):
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    wanted = {supply._plain(re.split(r"[\[<>=! ]", one)[0]) for one in declared}
    bill = supply.bill(ROOT)
    required = {supply._plain(one["name"]) for one in bill["components"] if one["scope"] == "required"}
    assert wanted - required == set()


def test_the_bill_is_the_same_from_the_same_locks(supply):
    assert supply.bill_text(ROOT) == supply.bill_text(ROOT)
    assert json.loads(supply.bill_text(ROOT)) == supply.bill(ROOT)


def test_a_line_that_cannot_be_read_makes_no_bill(supply, tmp_path):
    (tmp_path / "core.txt").write_text("numpy>=2\n")
    with pytest.raises(ValueError, match=r"core\.txt"):
        supply.locked(tmp_path / "core.txt")


def told(rows: list[dict[str, object]], code: int = 0):
    """A pip-audit that says this of every lock."""
    return lambda words: subprocess.CompletedProcess(words, code, json.dumps({"dependencies": rows, "fixes": []}), "")


@pytest.fixture
def project(tmp_path) -> Path:
    (tmp_path / "lock").mkdir()
    for name in ("core", "spark", "test"):
        (tmp_path / "lock" / f"{name}.txt").write_text("left-pad==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    return tmp_path


def test_silence_is_not_safety(supply, project):
    def missing(words):
        raise FileNotFoundError(words[0])

    skipped = told([{"name": "left-pad", "skip_reason": "could not be looked up"}])
    nothing = told([])
    broken = lambda words: subprocess.CompletedProcess(words, 1, "no network", "")  # noqa: E731
    for run in (missing, skipped, nothing, broken):
        code, said = supply.audit(project, ["pip-audit"], run=run)
        assert code == supply.NOT_RUN
        assert len(said) == 3
        assert all("NOT RUN" in line for line in said)


def test_a_known_vulnerability_is_named_and_a_clean_look_says_how_many_were_looked_up(supply, project):
    bad = [
        {"name": "left_pad", "version": "1.0", "vulns": [{"id": "X-2026-1", "fix_versions": ["1.1"], "aliases": []}]}
    ]
    code, said = supply.audit(project, ["pip-audit"], run=told(bad, 1))
    assert code == supply.FOUND
    assert "core.txt: left_pad 1.0: X-2026-1, mended in 1.1" in said
    code, said = supply.audit(project, ["pip-audit"], run=told([{"name": "left-pad", "version": "1.0", "vulns": []}]))
    assert (code, said) == (0, [f"{name}.txt: 1 packages were looked up" for name in ("core", "spark", "test")])


def test_the_audit_asks_strictly_and_by_digest(supply, project):
    asked = []

    def run(words):
        asked.append(words)
        return told([])(words)

    supply.audit(project, ["pip-audit"], run=run)
    assert all({"--strict", "--require-hashes", "--disable-pip"} <= set(words) for words in asked)


def items() -> dict[str, dict[str, object]]:
    chapters = tomllib.loads(SHEET.read_text(encoding="utf-8"))
    return {key: value for rows in chapters.values() for key, value in rows.items() if key != "title"}


def test_the_sheet_has_every_item_of_both_levels_once():
    found = items()
    assert {level: sum(one["level"] == level for one in found.values()) for level in LEVELS} == LEVELS
    assert len(found) == 253
    numbers = [tuple(map(int, key.split("."))) for key in found]
    assert numbers == sorted(numbers)
    assert all(len(number) == 3 and 1 <= number[0] <= 17 for number in numbers)


def test_every_item_says_where_why_or_what_is_missing():
    for key, one in items().items():
        assert one["state"] in STATES, key
        assert one["about"], key
        if one["state"] == "met":
            assert one["where"], key
        else:
            assert len(str(one["why"]).split()) >= 3, key


def test_what_is_met_points_to_files_that_exist():
    gone = {(key, path) for key, one in items().items() for path in one.get("where", ()) if not (ROOT / path).exists()}
    assert gone == set()


def test_what_is_open_is_known_to_be():
    assert {key for key, one in items().items() if one["state"] == "open"} == KNOWN_OPEN
