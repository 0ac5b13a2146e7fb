"""No text of ours says that a tool did something, except through the grammar of claims: English and Spanish."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[3] / "src" / "gainline"
GRAMMAR = ("claim.", "headline.")  # both are chosen by the claim's strength and movement, in `wording` and `board`
ENGLISH = re.compile(
    r"\b(caused|causes|proves|proved|proven|boosts?|boosted|led to|leads to|thanks to|raises|raised (?:the|its|their|"
    r"scores)|lowered|improved|improves|helped|helps|effective(?:ness)?)\b",
    re.IGNORECASE,
)
SPANISH = re.compile(
    r"\b(caus(?:ó|aron|ado)|prueba que|demuestra|demostró|gracias a|mejoró|ayudó|ayuda a|elevó|aumentó|subió|bajó|"
    r"provocó|efectiv[oa]s?|eficaz)\b",
    re.IGNORECASE,
)
# Texts that ask, deny, or are about something else than a tool's effect.
ASKED_OR_DENIED = (
    "We do not know yet if it helped.",
    "Todavía no sabemos si ayudó.",
    "No ayudó igual a todos.",
    "¿Ayudó",
    "Que algo no ayudó",
    "también que algo no ayudó",
    "What helps",
    "Ask whether it helps",
    "Nobody has asked yet whether it helps.",
    "What students would do differently, and why that helps.",
    "it proves neither that the tool works nor that it fails",
    "but not every other measure that the rule names improved",
    "Ed-Fi's effectiveness rating would hide that",
    "effective tool students",
    "effective comparison students",
    "; what leads to it can slip",
    "an integer program proves that no hidden count",
    "No figure about a single student leads to a decision",
    "What proves it",  # that data were deleted
    "what proves it",
    "how its end is proven",
    "has proved in person who they are",
    "Forgotten? Who helps",  # the person whom one asks about a password
    "so a person helps you",
    "así que le ayuda una persona",
    "Pida ayuda a una persona responsable",
)


def catalogues() -> Iterator[tuple[str, str]]:
    for language in ("en", "es"):
        path = SOURCE / "engine" / "reports" / "strings" / f"{language}.toml"
        for key, text in _flat(tomllib.loads(path.read_text(encoding="utf-8"))):
            if not key.startswith(GRAMMAR):
                yield f"{language}:{key}", text
    for path in sorted((SOURCE / "web" / "locale" / "es").glob("*.po")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.startswith(("msgid", "msgstr")):
                yield f"{path.name}:{number}", line


def templates() -> Iterator[tuple[str, str]]:
    for folder in ("web/templates", "engine/reports/templates"):
        for path in sorted((SOURCE / folder).rglob("*.*")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                yield f"{path.name}:{number}", line


def code() -> Iterator[tuple[str, str]]:
    for folder in ("engine/evidence", "engine/audit", "engine/reports", "web/pages", "services"):
        for path in sorted((SOURCE / folder).rglob("*.py")):
            if path.name == "demo_district.py":  # what made-up people of the demo district say in their own words
                continue
            for number, text in _strings(path):
                yield f"{path.name}:{number}", text


def _flat(table: dict, prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    apart = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            yield node.lineno, node.value


def claims(text: str) -> list[str]:
    for allowed in ASKED_OR_DENIED:
        text = text.replace(allowed, "")
    return [found[0] for pattern in (ENGLISH, SPANISH) for found in pattern.finditer(text)]


@pytest.mark.parametrize("texts", [catalogues, templates, code])
def test_no_text_outside_the_grammar_names_a_cause(texts):
    found = {place: claims(text) for place, text in texts() if claims(text)}
    assert found == {}, "say it through engine/reports/wording, or say why it is no claim"


@pytest.mark.parametrize(
    "planted", ["{tool} raised the scores", "Thanks to {tool}, students read", "{tool} ayudó a leer", "{tool} mejoró"]
)
def test_a_planted_claim_is_caught(planted):
    assert claims(planted)


def test_every_text_that_is_let_through_still_stands_somewhere():
    everything = "\n".join(text for texts in (catalogues, templates, code) for _, text in texts())
    assert [allowed for allowed in ASKED_OR_DENIED if allowed not in everything] == []
