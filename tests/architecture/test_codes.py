"""Every code that a person may meet has a heading in the docs, and no heading stands for nothing."""

from __future__ import annotations

import ast
import re

from architecture.source import ROOT, docstrings, modules

CODE = re.compile(r"\b(IN|LK|ID|PL|EV|LG|PR|RP|CL|RM|RK|TR|SV|ST|CO|WB|AU)\d{3}\b")
PAGES = sorted((ROOT / "docs" / "reference" / "codes").glob("*.md"))
HEADING = re.compile(r"^## (\S+)(.*)\n+(.*)", flags=re.MULTILINE)


def used() -> dict[str, str]:
    """Codes in the strings of the code, docstrings apart: code -> where first."""
    found: dict[str, str] = {}
    for path, tree in modules().items():
        apart = docstrings(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
                for match in CODE.finditer(node.value):
                    found.setdefault(match[0], path)
    return found


def explained() -> list[tuple[str, str, str, str]]:
    """Headings of the pages: code, title, first line of the explanation, page."""
    return [
        (*match.groups(), page.name) for page in PAGES for match in HEADING.finditer(page.read_text(encoding="utf-8"))
    ]


def test_every_code_in_use_is_explained():
    headings = {code for code, *_ in explained()}
    assert {code: path for code, path in used().items() if code not in headings} == {}


def test_every_explained_code_is_in_use():
    codes = used()
    assert {code: page for code, _, _, page in explained() if code not in codes} == {}


def test_every_heading_is_a_code_with_a_title_and_an_explanation():
    for code, title, text, page in explained():
        assert CODE.fullmatch(code), f"{page}: {code}"
        assert title.strip(), f"{page}: {code} has no title"
        assert len(text.split()) > 3, f"{page}: {code} is not explained"
        assert not text.startswith("#"), f"{page}: {code} is not explained"


def test_no_code_is_explained_twice():
    codes = [code for code, *_ in explained()]
    assert sorted(codes) == sorted(set(codes))
