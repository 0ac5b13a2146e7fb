"""The model plans of the tests, and how a test changes one line of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from gainline.engine.pilots import check_plan, parse_plan

FOLDER = Path(__file__).parent / "unit" / "pilots" / "plans"
BEFORE = date(2013, 9, 1)  # a day before every window of the model plans


def plan_text(name: str, *edits: tuple[str, str]) -> str:
    """A model plan's TOML with the edits applied; each must hit exactly one place."""
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    for old, new in edits:
        if text.count(old) != 1:
            raise ValueError(f"{old!r} stands {text.count(old)} times in {name}")
        text = text.replace(old, new)
    return text


def plan_of(name: str, *edits: tuple[str, str]):
    """The model plan itself, with the edits applied."""
    plan, issues = parse_plan(plan_text(name, *edits), file=f"{name}.toml")
    if plan is None:
        raise ValueError("\n".join(map(str, issues)))
    return plan


def checked(name: str, *edits: tuple[str, str], as_of: date = BEFORE, indicators=None):
    """What the plan check finds in a model plan with the edits applied."""
    text = plan_text(name, *edits)
    plan, issues = parse_plan(text, file=f"{name}.toml")
    if plan is None:
        raise ValueError("\n".join(map(str, issues)))
    return check_plan(plan, file=f"{name}.toml", text=text, as_of=as_of, indicators=indicators)


def line_of(name: str, needle: str, *edits: tuple[str, str]) -> int:
    """The line on which the needle stands first."""
    text = plan_text(name, *edits)
    return text[: text.index(needle)].count("\n") + 1
