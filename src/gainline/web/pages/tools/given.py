"""What an agreement may give away, laid out to be read: groups of the schedule of data, and where to start from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gainline.engine.privacy.catalog import Element, catalogue
from gainline.engine.privacy.purposes import Purpose
from gainline.store.words import AgreementKind
from gainline.web.parts import Tab
from gainline.web.parts.papers import language

GROUPS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (gettext_lazy("Who a student is"), ("student name", "student identifiers", "student contact")),
    (gettext_lazy("School, grade and classes"), ("enrollment", "schedule", "programme membership")),
    (
        gettext_lazy("Use of the tool"),
        ("application use statistics", "in-app performance", "application technology metadata"),
    ),
    (gettext_lazy("Results and school work"), ("assessment", "transcript", "attendance", "student work")),
    (gettext_lazy("What people say"), ("student survey responses", "communications")),
    (gettext_lazy("Background and special help"), ("demographics", "special indicator", "other")),
    (
        gettext_lazy("Parents, conduct and transport"),
        (
            "parent or guardian name", "parent or guardian contact", "parent or guardian id", "conduct",
            "transportation",
        ),
    ),
)  # fmt: skip
"""Every category of the schedule of data that may be given, in the order in which people think of them."""
WHOLE: Mapping[str, str | Promise] = {
    "application technology metadata": gettext_lazy("All about computers and calls for help"),
    "assessment": gettext_lazy("All about assessment"),
    "demographics": gettext_lazy("All demographics"),
    "enrollment": gettext_lazy("All about enrollment"),
    "special indicator": gettext_lazy("All about special help"),
    "student identifiers": gettext_lazy("All that identifies a student"),
}
"""What ticks a category that has several elements, as a whole."""


@dataclass(frozen=True, slots=True)
class Start:
    """What an agreement about a tool of one sort usually needs.

    Parameters
    ----------
    label
        What such a tool is for.
    kind, purposes, elements
        What is ticked then; everything can be changed.
    """

    label: str | Promise
    kind: AgreementKind
    purposes: tuple[Purpose, ...]
    elements: tuple[str, ...]


_CLASSES = ("school", "grade-level", "class")
STARTS: Mapping[str, Start] = {
    "lessons": Start(
        gettext_lazy("Lessons and practice"),
        AgreementKind.SCHOOL_OFFICIAL,
        (Purpose.OPERATION, Purpose.EVALUATION),
        ("name", "username", *_CLASSES, "use", "in-app-performance"),
    ),
    "tests": Start(
        gettext_lazy("Tests"),
        AgreementKind.SCHOOL_OFFICIAL,
        (Purpose.OPERATION, Purpose.SUPPORT),
        ("name", "district-number", *_CLASSES, "test-score"),
    ),
    "lists": Start(
        gettext_lazy("Signing in and class lists"),
        AgreementKind.SCHOOL_OFFICIAL,
        (Purpose.OPERATION,),
        ("name", "username", "student-contact", *_CLASSES),
    ),
    "study": Start(
        gettext_lazy("A study without names"),
        AgreementKind.STUDIES,
        (Purpose.EVALUATION, Purpose.RESEARCH),
        ("pseudonym", *_CLASSES, "program", "use", "test-score", "daily-attendance"),
    ),
}
"""Where one may start from, by what a tool is for: no more than its purposes need."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One box: the field it belongs to, what it sends, what it says and whether it is ticked."""

    name: str
    value: str
    label: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Group:
    """One group of boxes; each of its rows is a category: all of it first where it has several elements."""

    label: str
    ticks: tuple[Tick, ...]


def category_key(category: str) -> str:
    """A category as forms send it: without spaces, as it is part of an id."""
    return category.replace(" ", "-")


def held_by_category() -> dict[str, list[Element]]:
    """The elements that may be given, by category."""
    found: dict[str, list[Element]] = {}
    for one in catalogue().elements.values():
        if one.key != "none":
            found.setdefault(one.category, []).append(one)
    return found


def groups(elements: Collection[str], categories: Collection[str]) -> list[Group]:
    """The groups with what was ticked: single elements, and categories as a whole."""
    held = held_by_category()
    return [
        Group(str(label), tuple(tick for key in keys for tick in _ticks(key, held[key], elements, categories)))
        for label, keys in GROUPS
    ]


def _ticks(
    category: str, held: Sequence[Element], elements: Collection[str], categories: Collection[str]
) -> Iterable[Tick]:
    if category in WHOLE:
        key = category_key(category)
        yield Tick("categories", key, str(WHOLE[category]), key in categories)
    for one in held:
        yield Tick("fields_given", one.key, one.lay[language()], one.key in elements)


def together(elements: Collection[str], categories: Collection[str]) -> list[str]:
    """Every element that was ticked alone or with its category, in the order of the schedule."""
    return [
        one.key
        for category, found in held_by_category().items()
        for one in found
        if one.key in elements or category_key(category) in categories
    ]


def started(asked: str | None) -> dict[str, Any]:
    """What stands in the form at first; nothing, where it is not asked to start from something."""
    start = STARTS.get(asked or "")
    if start is None:
        return {}
    return {
        "kind": start.kind,
        "purposes": [str(one) for one in start.purposes],
        "fields_given": list(start.elements),
    }


def starts(path: str, asked: str | None) -> list[Tab]:
    """The links from one start to another."""
    chosen = asked if asked in STARTS else ""
    offered = [Tab(str(start.label), f"{path}?start={key}", key == chosen) for key, start in STARTS.items()]
    return [Tab(_("Start with nothing ticked"), path, not chosen), *offered]
