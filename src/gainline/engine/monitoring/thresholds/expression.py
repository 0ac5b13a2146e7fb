"""A free condition over indicators: compiled when it is saved, so that a misspelt name or a wrong type is found then.

The language is CEL. Only names, numbers, comparisons, arithmetic and logic are let through to it: without calls, lists,
texts and members nothing can loop, reach out, or grow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cel_expr_python import cel

from gainline.engine.core.refusals import Refusal

_TOKEN = re.compile(
    r"(?P<blank>\s+)|(?P<number>\d+(?:\.\d+)?)|(?P<name>[a-z_][a-z0-9_]*)"
    r"|(?P<sign><=|>=|==|!=|&&|\|\||[<>!+\-*/?:()])"
)
_PLACE = re.compile(r"<input>:\d+:(\d+): ([^\n]*)")
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Malformed:
    """Why an expression cannot be saved: the column, from 1, and a sentence; `allowed` where CEL itself refused it."""

    column: int
    says: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled expression over the indicators that it may name."""

    text: str
    compiled: cel.Expression

    def holds(self, values: Mapping[str, float]) -> bool | Refusal:
        """Tell whether the condition is true of these values, one for every declared name.

        Refuses
        -------
        RK016 the condition has no value here, as after a division of whole numbers by zero.
        """
        try:
            found = self.compiled.eval(data=dict(values)).value()
        except RuntimeError:
            found = None
        if isinstance(found, bool):
            return found
        because = f"the expression {self.text!r} has no value for what was measured"
        return Refusal("RK016", because, "guard the division: write a comparison before it with &&")


@lru_cache(maxsize=256)
def compile_condition(text: str, names: Sequence[str]) -> Condition | Malformed:
    """Compile an expression that may name these indicators, each a decimal number, and must be true or false.

    Parameters
    ----------
    text
        Such as ``adoption < 0.4 && support_burden > 2.0``.
    names
        The declared indicators; any other name is refused, with its column.

    Source
    ------
    Common Expression Language, language definition (github.com/google/cel-spec), as `cel-expr-python` implements it.
    """
    if fault := _forbidden(text):
        return fault
    environment = cel.NewEnv(variables=dict.fromkeys(names, cel.Type.DOUBLE))
    try:
        compiled = environment.compile(text)
    except RuntimeError as fault_of_cel:
        place = _PLACE.search(str(fault_of_cel))
        says = re.split(r" \(in container| expecting \{", place[2])[0] if place else "it cannot be compiled"
        return Malformed(int(place[1]) if place else 1, says, allowed=True)
    if compiled.return_type() != cel.Type.BOOL:
        given = compiled.return_type().name().lower()
        return Malformed(1, f"it gives a {given}, where true or false is needed", allowed=True)
    return Condition(text, compiled)


def _forbidden(text: str) -> Malformed | None:
    at, depth, before = 0, 0, ""
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return Malformed(at + 1, f"{text[at]!r} is not allowed in an expression", allowed=False)
        if token[0] == "(" and before == "name":
            return Malformed(at + 1, "functions are not allowed in an expression", allowed=False)
        depth += (token[0] in "(!-?") - (token[0] == ")")
        if depth > DEEPEST:
            return Malformed(at + 1, "the expression is nested too deeply", allowed=False)
        before = before if token.lastgroup == "blank" else str(token.lastgroup)
        at = token.end()
    return None
