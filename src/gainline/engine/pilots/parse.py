"""From a plan's TOML text to a plan, or to what keeps it from being one, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from gainline.engine.core.issues import Issue, Level
from gainline.engine.core.toml_lines import LineIndex, nearest_line, toml_lines
from gainline.engine.core.toml_reading import NotToml, dotted, read_toml
from gainline.engine.pilots.plan import FORMAT, Plan

_WRONG_KIND = frozenset({"int_from_float", "date_from_datetime_inexact"})
LARGEST = 1_000_000  # characters; a plan is a few thousand, so a larger text is another file
_MISSING = {
    "hypothesis": "add [hypothesis] with change, population, measure, size, by and because",
    "format": f'begin the plan with format = "{FORMAT}"',
}


def parse_plan(text: str, *, file: str) -> tuple[Plan | None, list[Issue]]:
    """Read a plan, or say what is wrong with its text.

    What a plan *says* is judged by `check_plan`; here only whether it can be read: TOML syntax, keys that a plan does
    not have, values of the wrong kind, parts that contradict each other.

    Parameters
    ----------
    text
        The TOML document.
    file
        Its name, for the issues.

    Returns
    -------
    plan, issues
        The plan is ``None`` exactly when there are issues, and every one of them is an error (PL001 to PL006).
    """
    raw = read_toml(text, at_most=LARGEST, than="plan")
    if isinstance(raw, NotToml):
        remedy = 'write text in double quotes, dates as 2026-05-01 and tables as [name]; see "How to write a plan"'
        return None, [Issue("PL001", Level.ERROR, f"this is not TOML: {raw.says}", remedy, file=file, line=raw.line)]
    try:
        return Plan.model_validate(raw), []
    except ValidationError as error:
        index = toml_lines(text)
        details = error.errors(include_url=False, include_input=False)
        return None, sorted((_issue(d, index, file) for d in details), key=lambda issue: issue.line or 0)


def _issue(detail: ErrorDetails, index: LineIndex, file: str) -> Issue:
    context = detail.get("ctx") or {}
    place = tuple(context.get("at", detail["loc"]))
    code, says, remedy = _words(detail, place)
    return Issue(
        code, Level.ERROR, says, remedy, file=file, line=nearest_line(index, place), column=dotted(place) or None
    )


def _words(detail: ErrorDetails, place: tuple[str | int, ...]) -> tuple[str, str, str]:
    """Code, sentence and remedy for one of pydantic's findings."""
    kind, name, message = detail["type"], dotted(place), detail["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return "PL002", f"a plan has no key {name}", _nearest(place)
    if kind == "missing":
        return "PL003", f"{name} is missing", _MISSING.get(name, f"add {name}; the page on the plan says what it means")
    if kind in _WRONG_KIND or kind.endswith(("_type", "_parsing")):
        return "PL004", f"{name}: {_plainly(message)}", "write a value of the kind that the key takes"
    if kind in {"value_error", "plan_contradicts"}:
        where = f"{name}: " if name else ""
        return "PL006", f"{where}{message}", "make the parts agree"
    return "PL005", f"{name}: {_plainly(message)}", "write a value that the key allows"


def _plainly(message: str) -> str:
    """Pydantic's sentence in the words of somebody who writes TOML."""
    message = message.replace("Input should be", "should be").replace("a valid tuple", "a list in square brackets")
    message = message.replace("a valid dictionary or instance of", "a table, the plan's").replace("Tuple", "the list")
    message = message.replace("a valid dictionary", "a table").replace("a valid string", 'text in "quotes"')
    return message[:1].lower() + message[1:]


def _nearest(place: tuple[str | int, ...]) -> str:
    """What the unknown key may have been meant to be."""
    known = sorted(_keys_at(Plan, place[:-1]))
    close = get_close_matches(str(place[-1]), known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]}?"
    return f"take it out, or use one of: {', '.join(known)}" if known else "take it out"


def _keys_at(model: type[BaseModel], place: tuple[str | int, ...]) -> set[str]:
    """The keys, by alias, of the part of the plan that a path leads to."""
    for step in place:
        if isinstance(step, int):
            continue
        inside = [f.annotation for n, f in model.model_fields.items() if (f.alias or n) == step]
        models = [part for annotation in inside for part in _models_in(annotation)]
        if not models:
            return set()
        model = models[0]
    return {field.alias or name for name, field in model.model_fields.items()}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401 - a type annotation has no type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    if get_origin(annotation) in {tuple, Union, UnionType}:
        for part in get_args(annotation):
            yield from _models_in(part)
