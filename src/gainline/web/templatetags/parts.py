"""What the components' templates ask Python for."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from gainline.engine.core.issues import Issue, Level
from gainline.web.parts import days, said

register = template.Library()

_KINDS = {Level.ERROR: "risk", Level.WARNING: "watch", Level.FUTURE: "watch", Level.NOTE: "neutral"}


@register.filter
def in_days(day: date, today: date) -> str:
    """How far a day is from today, in words."""
    return days.in_days(day, today)


@register.filter
def day_words(day: date) -> str:
    """A day in the language of the page."""
    return days.day_words(day)


@register.filter
def count(number: int) -> str:
    """A count with its thousands set apart, in the language of the page."""
    return number_format(number, force_grouping=True)


@register.filter
def sentence(text: object) -> str:
    """What an issue or a refusal says, as a sentence."""
    return said.sentence(str(text)) if text else ""


@register.simple_tag
def described(name: str, hint: str, error: str, *, group: bool = False) -> SafeString:
    """The attributes that tie a control to its hint and its error; a group of controls cannot be invalid itself."""
    ids = [f"id_{name}_hint"] * bool(hint) + [f"id_{name}-error"] * bool(error)
    described_by = format_html(' aria-describedby="{}"', " ".join(ids)) if ids else SafeString("")
    return described_by + (SafeString(' aria-invalid="true"') if error and not group else SafeString(""))


@register.inclusion_tag("parts/issue_status.html")
def issue_status(issue: Issue) -> dict[str, str]:
    """An issue's level as a status with a word."""
    words = {
        Level.ERROR: gettext("Left out"),
        Level.WARNING: gettext("Check this"),
        Level.FUTURE: gettext("Soon an error"),
        Level.NOTE: gettext("Note"),
    }
    return {"kind": _KINDS[issue.level], "word": words[issue.level]}
