"""One word, one meaning: banned words appear in no identifier, and the glossary owns every room and table."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from architecture.source import PACKAGE, ROOT, modules
from gainline.engine.records import TABLES

BANNED = {
    "manager": "say what it does",
    "helper": "say what it does",
    "handler": "say what it does",
    "processor": "say what it does",
    "info": "say which",
    "util": "say what it does",
    "utils": "say what it does",
    "misc": "say what it is",
    "pupil": "student",
    "pupils": "student",
    "experiment": "pilot",
    "trial": "pilot",
}
GLOSSARY = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")


def identifiers() -> Iterator[tuple[str, str]]:
    """Every name that this project chose: where, and the name."""
    for path, tree in modules().items():
        for part in path.removesuffix(".py").split("/"):
            yield path, part
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield path, node.name
            elif isinstance(node, ast.arg):
                yield path, node.arg
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield path, node.id


def words(name: str) -> list[str]:
    """The words of a snake_case or CamelCase name, folded."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def test_words_are_split_as_people_read_them():
    assert words("file_manager") == words("FileManager") == ["file", "manager"]
    assert words("information") == ["information"]
    assert words("SPCChart") == ["spc", "chart"]


def test_no_identifier_holds_a_banned_word():
    found = {(path, name): BANNED[word] for path, name in identifiers() for word in words(name) if word in BANNED}
    assert found == {}


def test_no_identifier_ends_in_the_noise_word_data():
    found = {(path, name) for path, name in identifiers() if len(words(name)) > 1 and words(name)[-1] == "data"}
    assert found == set()


def has_entry(word: str) -> bool:
    return re.search(rf"^- \*\*`?{re.escape(word)}`?\*\*", GLOSSARY, flags=re.MULTILINE) is not None


def test_every_room_has_an_entry_in_the_glossary():
    rooms = {path.split("/")[1] for path in modules() if path.startswith("engine/") and path.count("/") > 1}
    floors = {entry.name for entry in PACKAGE.iterdir() if (entry / "__init__.py").exists()}
    assert {word for word in rooms | floors if not has_entry(word)} == set()


def test_every_table_has_an_entry_in_the_glossary():
    assert {name for name in TABLES if not has_entry(name)} == set()


def test_the_glossary_says_what_to_write_instead_of_each_banned_word():
    assert {word for word in BANNED if not re.search(rf"\b{word}\b", GLOSSARY)} == set()


def test_no_entry_of_the_glossary_stands_twice():
    entries = re.findall(r"^- \*\*`?([^*`]+)`?\*\*", GLOSSARY, flags=re.MULTILINE)
    assert sorted(entries) == sorted(set(entries))
