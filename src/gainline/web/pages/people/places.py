"""The places of the people pages, as tabs."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from gainline.web.parts import Tab

PLACES: tuple[tuple[str, str | Promise], ...] = (
    ("people:people", gettext_lazy("People")),
    ("people:trainings", gettext_lazy("Trainings")),
    ("people:rights", gettext_lazy("Decision rights")),
    ("people:units", gettext_lazy("Schools and offices")),
)


def tabs(here: str) -> list[Tab]:
    """The tabs, with the place where one is."""
    return [Tab(str(label), reverse(name), is_current=name == here) for name, label in PLACES]
