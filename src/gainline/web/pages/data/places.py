"""The tabs of the data pages, each for whom it is for."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gainline.web.gate import standing_of
from gainline.web.parts import Tab

PLACES: tuple[tuple[str, str | Promise, str], ...] = (
    ("data:imports", _("Imports"), "record.read"),
    ("data:worklist", _("Who is who"), "identity.settle"),
    ("data:quality", _("Quality"), "record.read"),
    ("data:indicators", _("Indicators"), "district.read"),
    ("data:profiles", _("Profiles"), "record.read"),
)


def tabs(request: HttpRequest, here: str) -> list[Tab]:
    """The neighbors of a data page that this account may open."""
    standing = standing_of(request)
    return [
        Tab(str(label), reverse(name), is_current=name == here)
        for name, label, permission in PLACES
        if standing.may(permission)
    ]
