"""Days as people say them: the date, and how far it is from today."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext


def in_days(day: date, today: date) -> str:
    """How far a day is from today, in words: ``in 12 days``, ``tomorrow``, ``3 days ago``."""
    away = (day - today).days
    near = {0: gettext("today"), 1: gettext("tomorrow"), -1: gettext("yesterday")}
    if away in near:
        return near[away]
    if away > 0:
        return ngettext("in %(days)d day", "in %(days)d days", away) % {"days": away}
    return ngettext("%(days)d day ago", "%(days)d days ago", -away) % {"days": -away}


def day_words(day: date) -> str:
    """A day with its year in the language of the page, such as ``Nov. 6, 2026``."""
    return date_format(day, "DATE_FORMAT", use_l10n=True)
