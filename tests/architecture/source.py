"""The project's own files, as the architecture tests read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
PACKAGE = SRC / "gainline"

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the package: path below ``src/gainline`` -> its syntax tree."""
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.parent.name != "migrations" or path.name == "__init__.py"  # written by Django, one whole state each
    }


def functions() -> Iterator[tuple[str, FunctionNode]]:
    """Every function and method: ``path::name`` and its node."""
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, FunctionNode):
                yield f"{path}::{node.name}", node


def classes() -> Iterator[tuple[str, ast.ClassDef]]:
    """Every class: ``path::name`` and its node."""
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield f"{path}::{node.name}", node


def lines_of(node: FunctionNode | ast.ClassDef) -> int:
    """Lines of a definition without its own docstring."""
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    if not ast.get_docstring(node):
        return whole
    first = node.body[0]
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1)


def docstrings(tree: ast.Module) -> set[int]:
    """Identities of the constants that are docstrings."""
    owners = [n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | FunctionNode)]
    firsts = [owner.body[0] for owner in owners if owner.body]
    return {id(first.value) for first in firsts if isinstance(first, ast.Expr)}


@cache
def committed() -> tuple[Path, ...]:
    """Every file that is, or would be, committed."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0:
        names = [name for name in listed.stdout.decode().split("\0") if name]
        return tuple(path for name in names if (path := ROOT / name).is_file())
    return tuple(path for path in ROOT.rglob("*") if path.is_file() and not _is_hidden(path))  # an unpacked archive


def _is_hidden(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return any(part == "__pycache__" or (part.startswith(".") and part not in {".ci", ".gitignore"}) for part in parts)


def text_of(path: Path) -> str | None:
    """A file's text; None when it is not text."""
    content = path.read_bytes()
    if b"\0" in content:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None
