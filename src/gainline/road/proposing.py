"""Proposing: a first profile for a file that nobody has described yet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gainline.engine.core.errors import Missing, UserFixable
from gainline.engine.intake.glimpse import glimpse
from gainline.engine.intake.propose import propose


def propose_profile(path: Path) -> str:
    """The TOML text of a profile for this file; each guess is explained in it, and no value of the file stands in it.

    Raises
    ------
    Missing
        When there is no such file.
    UserFixable
        When no table can be read from it.
    """
    if not path.is_file():
        raise Missing(f"there is no file {path}", "name one file whose layout should be described")
    proposal = propose(path)
    if proposal.text is None:
        said = "; ".join(str(issue) for issue in proposal.issues)
        raise UserFixable(f"no table can be read: {said}", "name a file with one header line above its rows")
    return proposal.text


def glimpses(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Name, headings and the first rows of each file that is a table, as plain values; every cell is masked."""
    looks = [(path.name, glimpse(path)) for path in paths]
    return [{"name": name, "headings": one.headings, "rows": one.rows} for name, one in looks if one is not None]
