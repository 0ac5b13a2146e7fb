"""How many small faults, put into the rooms that guard people, the tests of these rooms find.

Run it with: python benchmarks/mutation.py [ROOM|all] [MUTANTS] [SECONDS] [SEED]
A mutant exchanges one comparison, boolean, constant or returned value. Chance with a seed draws MUTANTS of each room,
or takes all there are; each runs the room's tests in a process of its own, stopped after SECONDS, which counts as
found: a test run that does not end is noticed. Survivors are listed. 85 % found is wanted for each room.
"""

from __future__ import annotations

import ast
import copy
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import cryptography.x509
import django.test
import hypothesis
import numpy as np
import pyarrow
import pytest
import scipy.optimize

# before the forks: loading them takes most of the time of a mutant
LOADED_WARN = ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # what is loaded once is not rewritten
LOADED_ONCE = (cryptography.x509, django.test, hypothesis, pyarrow, scipy.optimize)
ROOT = Path(__file__).resolve().parents[1]
SEED = 20261122
SOURCE = ROOT / "src"
SUPPRESSION = ("attack", "suppress", "release", "history", "percent", "policy", "tables", "kept", "moves", "noisy")
ROOMS = {
    "suppression": (
        [f"gainline/engine/privacy/{name}.py" for name in SUPPRESSION],
        ["tests/unit/privacy/test_shown.py", "tests/unit/privacy/test_attack.py", "tests/unit/privacy",
         "tests/reference/test_agency_rules.py", "tests/unit/road/test_noisy.py",
         "tests/property/test_privacy_attack.py"],
    ),
    "consent": (
        ["gainline/engine/privacy/consent/*.py"],
        ["tests/unit/privacy/test_consent_standing.py", "tests/unit/privacy/test_consent_register.py",
         "tests/unit/privacy/test_edges.py", "tests/unit/privacy/test_surveys.py", "tests/unit/privacy/test_values.py",
         "tests/property/test_consent_machine.py"],
    ),
    "ledger": (["gainline/engine/ledger/*.py"], ["tests/unit/ledger", "tests/property/test_ledger_tamper.py"]),
    "permissions": (["gainline/services/permissions.py"], ["tests/services/test_permissions.py"]),
}  # fmt: skip
OTHER = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change in one file."""

    path: Path
    line: int
    says: str
    tree: ast.Module


def mutants(path: Path) -> Iterator[Mutant]:
    """Every mutant of a file, in the order of its nodes."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    held = {id(inner) for node in ast.walk(tree) for part in _left_alone(node) for inner in ast.walk(part)}
    for place, node in enumerate(ast.walk(tree)):
        if id(node) in held:
            continue
        for way in range(_ways(node)):
            changed = copy.deepcopy(tree)
            at = next(one for number, one in enumerate(ast.walk(changed)) if number == place)
            says = _change(at, way)
            yield Mutant(path, getattr(node, "lineno", 0), says, ast.fix_missing_locations(changed))


def _left_alone(node: ast.AST) -> list[ast.AST]:
    """Annotations, and the `strict` of a zip, which tells our own mistakes and never runs without one."""
    if isinstance(node, ast.keyword):
        return [node.value] if node.arg == "strict" else []
    return [part for name in ("annotation", "returns") if (part := getattr(node, name, None)) is not None]


def _ways(node: ast.AST) -> int:
    if isinstance(node, ast.Compare):
        return len(node.ops)
    if isinstance(node, ast.Constant):
        return int(isinstance(node.value, bool | int | float))
    if isinstance(node, ast.Return):
        return int(node.value is not None and not isinstance(node.value, ast.Constant))
    if isinstance(node, ast.UnaryOp):
        return int(isinstance(node.op, ast.Not))
    return int(isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in OTHER)


def _change(node: ast.AST, way: int) -> str:
    before = ast.unparse(node)[:80]
    if isinstance(node, ast.Compare):
        node.ops[way] = OTHER[type(node.ops[way])]()
    elif isinstance(node, ast.BoolOp | ast.BinOp):
        node.op = OTHER[type(node.op)]()
    elif isinstance(node, ast.Constant):
        node.value = (not node.value) if isinstance(node.value, bool) else node.value + 1
    elif isinstance(node, ast.Return):
        node.value = ast.Constant(None)
    elif isinstance(node, ast.UnaryOp):
        node.operand = ast.UnaryOp(ast.Not(), node.operand)
    return f"{before} -> {ast.unparse(node)[:80]}"


class Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the mutant where its module is imported."""

    def __init__(self, mutant: Mutant) -> None:
        parts = mutant.path.relative_to(SOURCE).with_suffix("").parts
        self.is_package = parts[-1] == "__init__"
        self.name, self.mutant = ".".join(parts[:-1] if self.is_package else parts), mutant

    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """The mutant's place, for its own name."""
        if name != self.name:
            return None
        where = [str(self.mutant.path.parent)] if self.is_package else None
        return importlib.util.spec_from_file_location(
            name, self.mutant.path, loader=self, submodule_search_locations=where
        )

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutant's code as the module's."""
        exec(compile(self.mutant.tree, str(self.mutant.path), "exec"), module.__dict__)


def is_found(mutant: Mutant | None, tests: list[str], seconds: int) -> bool:
    """Run the room's tests with the mutant, or with the code as it is, in a process of its own."""
    child = os.fork()
    if child == 0:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        if mutant is not None:
            sys.meta_path.insert(0, Instead(mutant))
        words = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:schemathesis", *LOADED_WARN]
        words += ["-m", "not slow and not shared_data"]
        os._exit(int(pytest.main([*words, *tests]) != 0))
    return _ended(child, seconds) != 0


def _ended(child: int, seconds: int) -> int:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return 1


def score(room: str, many: int, seconds: int, seed: int) -> None:
    """Print how many of a room's mutants its tests find, and which they do not."""
    globs, tests = ROOMS[room]
    all_of_them = [one for glob in globs for path in sorted(SOURCE.glob(glob)) for one in mutants(path)]
    drawn = np.random.default_rng(seed).permutation(len(all_of_them))[:many]
    if is_found(None, tests, seconds):
        sys.exit(f"{room}: its tests fail without any fault, so that they would find every one")
    found = 0
    for tried, number in enumerate(drawn.tolist(), start=1):
        one = all_of_them[number]
        killed = is_found(one, tests, seconds)
        found += killed
        if not killed:
            print(f"  survived: {one.path.relative_to(SOURCE)}:{one.line} {one.says}", flush=True)
        if tried % 5 == 0:
            print(f"  {room}: {found} of {tried} so far", flush=True)
    print(f"{room}: {found} of {len(drawn)} found ({found / len(drawn):.0%}); {len(all_of_them)} there are", flush=True)


def main() -> None:
    """Score the rooms that were asked for."""
    words = [*sys.argv[1:], *("all", "100", "120", str(SEED))[len(sys.argv) - 1 :]]
    sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(SOURCE)]
    os.chdir(ROOT)
    for room in ROOMS if words[0] == "all" else [words[0]]:
        score(room, *map(int, words[1:4]))


if __name__ == "__main__":
    main()
