#!/usr/bin/env python3
"""Set up and run Gainline on a bare machine: `python3 run.py demo`, `python3 run.py test`.

Only the standard library is used here, because this file runs before anything is installed. It makes `.venv`
beside itself from the hash-locked files in `lock/` (with `uv` when it is on the path, else with pip), then hands over.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
SPARK = ROOT / ".venv-spark"  # apart, because Spark weighs 456 MB and its client hides the whole of it
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
CHECKS = {
    "ruff": ["ruff", "check", "."],
    "mypy": ["mypy", "--strict"],
    "import-linter": ["lint-imports"],
}
USAGE = """usage: python3 run.py COMMAND

  demo [DIR]      set up, build the demo district, decide two cycles, write two briefs
  test [ARGS]     set up, then run ruff, mypy, import-linter and pytest (ARGS go to pytest; --slow adds the slow tests)
  gainline ARGS   set up, then run the gainline command line
  bench NAME      set up, then run benchmarks/NAME.py
  picture         set up, then take the docs' pictures of the demo: its brief and its pages
  docs            set up, then rewrite the reference pages that are made from the code
  cluster [CMD]   set up, then run a Spark cluster on loopback, or CMD on one (needs Java 17; makes .venv-spark beside)
  sbom [FILE]     write what Gainline is made of, as CycloneDX 1.6 JSON (to FILE, or to the terminal)
  audit           look every locked package up among known vulnerabilities; says "NOT RUN" where that was impossible
  lock            rewrite lock/*.txt from lock/*.in (needs uv)
"""


def lock_digest(lock: Path) -> str:
    """Fingerprint of what must be installed: the lock and this project's metadata."""
    return hashlib.sha256(lock.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()


def is_ready(name: str) -> bool:
    """Tell whether `.venv` already holds this lock; the test set includes the core set."""
    stamps = {"core": ("core", "test"), "test": ("test",)}[name]
    return any(
        (VENV / f"{stamp}.stamp").exists()
        and (VENV / f"{stamp}.stamp").read_text() == lock_digest(ROOT / "lock" / f"{stamp}.txt")
        for stamp in stamps
    )


def set_up(name: str) -> None:
    """Create `.venv` and install exactly what `lock/<name>.txt` pins, then Gainline itself."""
    if is_ready(name):
        return
    lock = ROOT / "lock" / f"{name}.txt"
    print(f"Setting up .venv from lock/{name}.txt (first run only, a minute or two) ...", file=sys.stderr)
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    for stale in VENV.glob("*.stamp"):
        stale.unlink()
    uv = shutil.which("uv")
    with_uv = [str(uv), "pip", "sync", "-q", "--python", str(PYTHON), "--require-hashes", str(lock)]
    with_pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    with_pip += ["--require-hashes", "-r", str(lock)]
    install = with_uv if uv else with_pip
    subprocess.run(install, check=True)
    link_source()
    (VENV / f"{name}.stamp").write_text(lock_digest(lock))


def link_source() -> None:
    """Make `src/` importable and write the `gainline` command without a build back end, so nothing else is fetched."""
    [packages] = list((VENV / "lib").glob("python*/site-packages")) or [VENV / "Lib" / "site-packages"]
    (packages / "gainline.pth").write_text(str(ROOT / "src") + "\n")
    command = BIN / "gainline"
    command.write_text(f"#!{PYTHON}\nimport sys\nfrom gainline.cli.app import main\nsys.exit(main())\n")
    command.chmod(0o755)


def set_up_spark() -> tuple[Path, Path]:
    """Make the two environments of `cluster`: Spark itself, and Gainline with Spark's client; their Pythons."""
    pythons = []
    for name in ("cluster", "spark"):
        home, lock = SPARK / name, ROOT / "lock" / f"{name}.txt"
        python = home / BIN.name / PYTHON.name
        stamp = SPARK / f"{name}.stamp"
        pythons.append(python)
        if stamp.exists() and stamp.read_text() == lock_digest(lock):
            continue
        print(f"Setting up {home.relative_to(ROOT)} from {lock.name} (first run only) ...", file=sys.stderr)
        venv.create(home, with_pip=True, clear=home.exists())
        words = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*words, "-r", str(lock)], check=True)
        [packages] = list((home / "lib").glob("python*/site-packages")) or [home / "Lib" / "site-packages"]
        (packages / "gainline.pth").write_text(str(ROOT / "src") + "\n")
        stamp.write_text(lock_digest(lock))
    return pythons[0], pythons[1]


def run_cluster(arguments: list[str]) -> int:
    """Start Spark; a command runs with the client's Python first on its path, and without Java's help."""
    spark, client = set_up_spark()
    environment = {**os.environ, "GAINLINE_CLIENT_BIN": str(client.parent)}
    words = [str(spark), str(ROOT / "benchmarks" / "spark_cluster.py"), *arguments]
    return subprocess.run(words, env=environment).returncode


def call(*words: str, folder: Path = ROOT) -> int:
    """Run a command of the environment in a folder, the project's root by default, and give its exit code."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}", "PYTHONUTF8": "1"}
    return subprocess.run([str(BIN / words[0]), *words[1:]], cwd=folder, env=environment).returncode


def run_tests(arguments: list[str]) -> int:
    """Run every static check and the test suite; the exit code is the first failure's."""
    slow = "--slow" in arguments
    arguments = [a for a in arguments if a != "--slow"]
    failures = []
    for name, words in CHECKS.items():
        print(f"== {name}", flush=True)
        failures.append(call(*words))
    print("== pytest", flush=True)
    marks = [] if slow else ["-m", "not slow"]
    failures.append(call("python", "-m", "pytest", "-n", "2", "--dist", "worksteal", *marks, *arguments))
    return next((code for code in failures if code), 0)


def relock() -> int:
    """Resolve lock/*.in again; the result names no registry host (checked by a test)."""
    for name, pins in (
        ("core", []),
        ("test", ["-c", "lock/core.txt"]),
        ("spark", ["-c", "lock/core.txt"]),
        ("cluster", []),
        ("audit", []),
    ):
        words = ["uv", "pip", "compile", "-q", "--universal", "--python-version", "3.11", "--generate-hashes"]
        words += ["--no-emit-index-url", "--no-annotate", "--custom-compile-command", "python3 run.py lock"]
        code = subprocess.run([*words, *pins, f"lock/{name}.in", "-o", f"lock/{name}.txt"], cwd=ROOT).returncode
        if code:
            return code
    return 0


def supply() -> ModuleType:
    """The part that reads the lock files; it lies beside them."""
    sys.path.insert(0, str(ROOT / "lock"))
    return importlib.import_module("supply")


def write_bill(arguments: list[str]) -> int:
    """Write the bill of materials."""
    text = supply().bill_text(ROOT)
    if arguments:
        Path(arguments[0]).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


def run_audit() -> int:
    """Set pip-audit up apart from everything else, and let it look every locked package up."""
    home, lock = ROOT / ".venv-audit", ROOT / "lock" / "audit.txt"
    python, stamp = home / BIN.name / PYTHON.name, home / "audit.stamp"
    if not stamp.exists() or stamp.read_text() != lock_digest(lock):
        venv.create(home, with_pip=True, clear=home.exists())
        words = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check", "--require-hashes"]
        if subprocess.run([*words, "-r", str(lock)]).returncode:
            print("NOT RUN: pip-audit could not be installed; nothing is known about any package", file=sys.stderr)
            return 2
        stamp.write_text(lock_digest(lock))
    code, said = supply().audit(ROOT, [str(python), "-m", "pip_audit"])
    print("\n".join(said))
    return int(code)


def main(arguments: list[str]) -> int:
    """Dispatch on the first word."""
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(USAGE)
        return 0 if arguments else 2
    command, rest = arguments[0], arguments[1:]
    alone = {"lock": relock, "audit": run_audit, "sbom": lambda: write_bill(rest)}
    if command in alone:
        return alone[command]()
    if command == "test":
        set_up("test")
        return run_tests(rest)
    if command == "bench" and rest:
        set_up("test")
        return call("python", f"benchmarks/{rest[0]}.py", *rest[1:])
    if command == "cluster":
        return run_cluster(rest)
    if command == "picture":
        set_up("test")
        return call("python", "docs/picture.py")
    if command == "docs":
        set_up("core")
        return call("python", "docs/generate.py")
    if command in {"demo", "gainline"}:
        set_up("core")
        return call("gainline", *(["demo", *rest] if command == "demo" else rest), folder=Path.cwd())
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
