"""Grammar: the forms of single values in an xAPI statement, each checked once and then remembered.

Source: xAPI 1.0.3 part two (4.1 to 4.6), IEEE 9274.1.1 (xAPI 2.0), RFC 3987 (IRI), RFC 5646 (language tags), RFC 3339
(times), ISO 8601 (durations). What a value says is never part of a fault: values may name people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any

Json = Any  # whatever a JSON parser gives
Check = Callable[[Json], None]

REMEMBERED = 1 << 16  # distinct values kept per form: enough for a course catalog, and memory stays flat

MISSING, UNKNOWN, KIND, FORM, TIME, ACTOR, BOUNDS, PLACE, VOID = (
    "IN141",
    "IN142",
    "IN143",
    "IN144",
    "IN145",
    "IN146",
    "IN147",
    "IN148",
    "IN149",
)

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20\x7f-\x9f\"<>\\^`{|}]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}")
_MAILTO = re.compile(r"mailto:[^@\s:<>]+@[^@\s<>]+")
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")
_VERSION = re.compile(r"1\.0(?:\.\d+)?|2\.0\.\d+", re.ASCII)
_TAG = re.compile(
    r"(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})(?:-[a-z]{4})?(?:-(?:[a-z]{2}|\d{3}))?"
    r"(?:-(?:[a-z0-9]{5,8}|\d[a-z0-9]{3}))*(?:-[0-9a-wyz](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    r"|x(?:-[a-z0-9]{1,8})+|i-[a-z]{2,8})",
    re.IGNORECASE | re.ASCII,
)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?([Zz]|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_NO_OFFSET = frozenset({"-00", "-0000", "-00:00"})
_N = r"\d+(?:[.,]\d+)?"
_DURATION = re.compile(
    rf"P(?:({_N})W|(?=[\dT])(?:({_N})Y)?(?:({_N})M)?(?:({_N})D)?(?:T(?=\d)(?:({_N})H)?(?:({_N})M)?(?:({_N})S)?)?)",
    re.ASCII,
)
_SECONDS = (604_800.0, None, None, 86_400.0, 3_600.0, 60.0, 1.0)  # years and months have no fixed length


class Broken(Exception):
    """The first rule that a statement breaks: the code, and the property by its path, without any value."""

    def __init__(self, code: str, path: str = "", detail: str = "") -> None:
        super().__init__(code, path, detail)
        self.code, self.path, self.detail = code, path, detail

    def under(self, name: str) -> Broken:
        """The same fault, seen from one level above."""
        path = f"{name}.{self.path}" if self.path and name else name or self.path
        return Broken(self.code, path, self.detail)


@dataclass(frozen=True, slots=True)
class Form:
    """One form of value: its check, and the texts that it has let through (empty where it remembers none)."""

    check: Check
    good: set[str] = field(default_factory=set)


def _remembering(fits: Callable[[str], Any], says: str) -> Form:
    """A form of text that remembers the values it has let through."""
    good: set[str] = set()

    def check(value: Json) -> None:
        text(value)
        if not fits(value):
            raise Broken(FORM, detail=f": {says} is expected")
        if len(good) >= REMEMBERED:
            good.clear()
        good.add(value)

    return Form(check, good)


def text(value: Json) -> None:
    """Check that a value is text."""
    if type(value) is not str:
        raise Broken(KIND, detail=": text is expected")


def flag(value: Json) -> None:
    """Check that a value is true or false, not a word for it."""
    if type(value) is not bool:
        raise Broken(KIND, detail=": true or false is expected")


def _has_duration(value: str) -> bool:
    found = _DURATION.fullmatch(value)
    if found is None:
        return False
    given = [part for part in found.groups() if part]
    return bool(given) and all(part.isdigit() for part in given[:-1])  # only the smallest part may have a fraction


def one_of(*words: str) -> Form:
    """A form that allows these words only."""
    return _remembering(frozenset(words).__contains__, " or ".join(words))


IRI = _remembering(_IRI.fullmatch, "an IRI with its scheme")
MAILTO = _remembering(_MAILTO.fullmatch, "mailto: and one address")
SHA1 = _remembering(_SHA1.fullmatch, "a run of 40 hexadecimal digits")
TAG = _remembering(_TAG.fullmatch, "an RFC 5646 language tag")
VERSION = _remembering(_VERSION.fullmatch, "1.0.x or 2.0.x")
DURATION = _remembering(_has_duration, "an ISO 8601 duration such as PT16M59.14S")
TEXT, FLAG = Form(text), Form(flag)


def _uuid(value: Json) -> None:
    text(value)
    if not _UUID.fullmatch(value):
        raise Broken(FORM, detail=": a UUID is expected")


def _moment(value: Json) -> None:
    text(value)
    found = _TIME.fullmatch(value)
    if found is None or found.group(1) in _NO_OFFSET or moment_of(value) is None:
        raise Broken(TIME)


UUID, MOMENT = Form(_uuid), Form(_moment)  # hardly one comes twice: nothing to remember


def has_zone(value: str) -> bool:
    """Tell whether a sound time carries its zone."""
    found = _TIME.fullmatch(value)
    return found is not None and found.group(1) is not None


def moment_of(value: str) -> datetime | None:
    """The moment that a text names; without zone where it carries none; None where there is no such time."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if MINYEAR < found.year < MAXYEAR else None  # the calendar's ends may not exist in UTC


def list_of(form: Form, *, at_least: int = 0) -> Form:
    """A list whose members all have one form."""

    def check(value: Json) -> None:
        if type(value) is not list:
            raise Broken(KIND, detail=": a list is expected")
        if len(value) < at_least:
            raise Broken(FORM, detail=f": at least {at_least} is expected")
        for one in value:
            form.check(one)

    return Form(check)


Rule = Callable[[frozenset[str]], None]


def _judge_shape(given: frozenset[str], forms: Mapping[str, Form], needs: Sequence[str], rule: Rule | None) -> None:
    """Judge which properties an object has."""
    if not given <= forms.keys():
        raise Broken(UNKNOWN)
    for name in needs:
        if name not in given:
            raise Broken(MISSING, name)
    if rule is not None:
        rule(given)


def _remember(
    plans: dict[tuple[str, ...], tuple[Form, ...]], shape: tuple[str, ...], plan: tuple[Form, ...]
) -> tuple[Form, ...]:
    if len(plans) >= REMEMBERED:
        plans.clear()
    plans[shape] = plan
    return plan


def record(forms: Mapping[str, Form], *, needs: Sequence[str] = (), rule: Rule | None = None) -> Check:
    """The check of an object: known properties only, the needed ones there, each of its form.

    Which properties an object has is judged once for every combination that occurs, not once for every object.

    Parameters
    ----------
    forms
        Form of each property that may stand here.
    needs
        Properties that have to stand here.
    rule
        A further rule about which properties stand together.
    """
    plans: dict[tuple[str, ...], tuple[Form, ...]] = {}

    def check(value: Json) -> None:
        if type(value) is not dict:
            raise Broken(KIND, detail=": an object is expected")
        shape = tuple(value)
        plan = plans.get(shape)
        if plan is None:
            _judge_shape(frozenset(shape), forms, needs, rule)
            plan = _remember(plans, shape, tuple(forms[name] for name in shape))
        try:
            for item, form in zip(value.values(), plan, strict=True):
                if type(item) is not str or item not in form.good:
                    form.check(item)
        except Broken as fault:
            raise fault.under(_culprit(value, forms)) from None

    return check


def _culprit(value: dict[str, Any], forms: Mapping[str, Form]) -> str:
    """The first property that does not have its form."""
    for name, item in value.items():
        try:
            forms[name].check(item)
        except Broken:
            return name
    return ""


def map_of(keys: Form, *, texts: bool) -> Form:
    """An object with keys of one form: a language map (its values are texts) or extensions (anything, null too)."""
    good: set[tuple[str, ...]] = set()

    def check(value: Json) -> None:
        if type(value) is not dict:
            raise Broken(KIND, detail=": an object is expected")
        shape = tuple(value)
        if shape not in good:
            for key in shape:
                keys.check(key)
            if len(good) >= REMEMBERED:
                good.clear()
            good.add(shape)
        if texts:
            for said in value.values():
                text(said)

    return Form(check)


LANGUAGES, EXTENSIONS = map_of(TAG, texts=True), map_of(IRI, texts=False)


def seconds_of(value: str) -> float | None:
    """Seconds of an ISO 8601 duration; None where it counts in years or months or is no duration.

    Examples
    --------
    >>> seconds_of("PT16M59.14S"), seconds_of("P1D"), seconds_of("P1M")
    (1019.14, 86400.0, None)
    """
    found = _DURATION.fullmatch(value)
    if found is None or not _has_duration(value):
        return None
    total = 0.0
    for part, each in zip(found.groups(), _SECONDS, strict=True):
        if part:
            if each is None:
                return None
            total += float(part.replace(",", ".")) * each
    return round(total, 6)
