"""What an aim, a measure and a driver ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gainline.store.words import Direction, DriverKind, DriverStatus, MeasureKind
from gainline.web.parts.suggested import Suggested

DAY = {"type": "date"}


def day_field(**rest: Any) -> forms.DateField:  # noqa: ANN401 - Django's own options
    """A day as browsers send it."""
    return forms.DateField(widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"), **rest)


class AimForm(forms.Form):
    """What should change, for whom, by when, and why."""

    title = forms.CharField(
        label=_("What should change, for whom, by when"),
        help_text=_("One sentence with a number in it, such as: from 46 to 55 of 100 readers by June."),
        max_length=300,
    )
    by_when = day_field(label=_("By"))
    because = forms.CharField(label=_("Why it matters to families"), widget=forms.Textarea, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


class MeasureForm(forms.Form):
    """One measure of success: from where to where, by when."""

    kind = forms.ChoiceField(
        label=_("What it is for"),
        help_text=_("An outcome is the aim itself; a process leads there; a balancing measure must not get worse."),
        choices=MeasureKind.choices,
    )
    label = forms.CharField(label=_("What is measured"), max_length=200)
    indicator = forms.SlugField(
        label=_("Indicator"), max_length=100, widget=Suggested,
        help_text=_("Its key in the catalog, such as license_utilization; or one of your own."),
    )  # fmt: skip
    unit_of_measure = forms.CharField(label=_("Unit"), max_length=60)
    starts_at = forms.FloatField(label=_("From"), help_text=_("Leave empty while it is not known."), required=False)
    goal = forms.FloatField(label=_("To"))
    direction = forms.ChoiceField(label=_("Which way is better"), choices=Direction.choices)
    by_when = day_field(label=_("By"), required=False)

    def __init__(self, *args: Any, known: Sequence[str] = (), **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["indicator"].widget.suggestions = known


class DriverForm(forms.Form):
    """One more box of the driver diagram."""

    label = forms.CharField(label=_("What drives it"), max_length=300)
    kind = forms.ChoiceField(label=_("Kind"), choices=DriverKind.choices)
    parent = forms.ChoiceField(label=_("Hangs on"), required=False)

    def __init__(self, *args: Any, drivers: Iterable[Any] = (), **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        above = [(one.public_id, one.label) for one in drivers if one.kind != DriverKind.CHANGE]
        self.fields["parent"].choices = [("", _("The aim itself")), *above]  # type: ignore[attr-defined]


class StatusForm(forms.Form):
    """What has become of a driver."""

    status = forms.ChoiceField(choices=DriverStatus.choices)
