"""Read a register with the roadmap that it names and the catalogue that its rules watch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gainline.engine.core.errors import DataIssues, Missing, UserFixable
from gainline.engine.core.issues import Issue, Level
from gainline.engine.indicators import load_catalogue
from gainline.engine.monitoring.thresholds import Watchable
from gainline.engine.roadmap import Roadmap, read_roadmap
from gainline.engine.roadmap.risk import Register, Risk, read_register


@dataclass(frozen=True, slots=True)
class Opened:
    """A register that can be worked with, and its roadmap."""

    path: Path
    register: Register
    roadmap: Roadmap
    roadmap_path: Path

    def risk(self, key: str) -> Risk:
        """The risk of this key.

        Raises
        ------
        Missing
            When there is none.
        """
        for risk in self.register.risks:
            if risk.key == key:
                return risk
        known = ", ".join(risk.key for risk in self.register.risks)
        raise Missing(f"there is no risk {key} in {self.path.name}", f"it has: {known}")


def check_file(path: Path, *, workspace_root: Path) -> tuple[Opened | None, list[Issue]]:
    """Read a register and say what is wrong with it, its roadmap's errors included (RK028).

    Raises
    ------
    Missing
        When there is no such file.
    UserFixable
        When it is no text in UTF-8.
    """
    text = _text(path, "name the register's TOML file")
    own = workspace_root / "indicators"
    catalogue, faults = load_catalogue([own] if own.is_dir() else [])
    known = {key: Watchable(one.grain_columns, one.direction) for key, one in catalogue.items()}
    register, _ = read_register(text, file=path.name, roadmap=None, known=known)
    roadmap_path = path.parent / (register.roadmap if register else "")
    roadmap, trouble = _roadmap(roadmap_path) if register else (None, [])
    register, issues = read_register(text, file=path.name, roadmap=roadmap, known=known)
    issues = [*issues, *faults, *trouble]
    if register is None or roadmap is None:
        return None, issues
    return Opened(path, register, roadmap, roadmap_path), issues


def open_file(path: Path, *, workspace_root: Path) -> Opened:
    """A register without errors.

    Raises
    ------
    DataIssues
        When it has some; `gainline risk check` says them.
    """
    opened, _ = check_file(path, workspace_root=workspace_root)
    if opened is None:
        raise DataIssues("the register has errors", f"see them with: gainline risk check {path}")
    return opened


def _roadmap(path: Path) -> tuple[Roadmap | None, list[Issue]]:
    remedy = f"see: gainline roadmap check {path}"
    if not path.is_file():
        says = f"there is no roadmap {path.name} beside the register"
        return None, [Issue("RK028", Level.ERROR, says, "mend roadmap = ..., relative to the register")]
    roadmap, issues = read_roadmap(_text(path, remedy), file=path.name)
    if roadmap is None:
        says = f"the roadmap {path.name} has {len(issues)} errors"
        return None, [Issue("RK028", Level.ERROR, says, remedy, file=path.name)]
    return roadmap, []


def _text(path: Path, remedy: str) -> str:
    if not path.is_file():
        raise Missing(f"there is no file {path}", remedy)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        raise UserFixable(f"{path} is no text in UTF-8", "save it as UTF-8") from fault
