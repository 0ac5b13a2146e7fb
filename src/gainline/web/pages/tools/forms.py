"""What a tool, a contract and an agreement ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def day_field(**rest: Any) -> forms.DateField:  # noqa: ANN401 - Django's own options
    """A day as browsers send it."""
    return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **rest)


def lines_of(text: str) -> tuple[str, ...]:
    """One entry a line."""
    return tuple(filter(None, (line.strip() for line in text.splitlines())))


class ToolForm(forms.Form):
    """What the district calls a tool, whose it is, and what for."""

    name = forms.CharField(label=_("Name"), max_length=200)
    vendor = forms.CharField(label=_("Vendor"), max_length=200, required=False)
    what_for = forms.CharField(label=_("What it is for"), widget=forms.Textarea(attrs={"rows": 3}), required=False)


class NewToolForm(ToolForm):
    """A new tool has a key, too."""

    key = forms.SlugField(
        label=_("Key"), help_text=_("As it stands in plans and in the vendor's usage files."), max_length=80
    )


class ContractForm(forms.Form):
    """What a contract says."""

    starts = day_field(label=_("Starts"))
    ends = day_field(label=_("Ends"))
    notice_by = day_field(
        label=_("Last day for notice"),
        help_text=_("Everything is counted backwards from this day: the vote, its papers, the last records."),
        required=False,
    )
    renews_itself = forms.BooleanField(label=_("It renews itself unless notice is given"), required=False)
    price = forms.DecimalField(
        label=_("Price of the whole term, in dollars"), min_value=0, max_digits=14, decimal_places=2, required=False
    )
    seats = forms.IntegerField(label=_("Licenses"), min_value=0, required=False)


class AgreementForm(forms.Form):
    """What an agreement about data allows, and until when."""

    purposes = forms.CharField(
        label=_("Purposes"), help_text=_("One a line."), widget=forms.Textarea(attrs={"rows": 3})
    )
    fields_given = forms.CharField(
        label=_("Fields that the vendor gets"), help_text=_("One a line."), widget=forms.Textarea(attrs={"rows": 4})
    )
    recipients = forms.CharField(
        label=_("Who else gets them"), help_text=_("One a line."), widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )  # fmt: skip
    signed_on = day_field(label=_("Signed on"))
    ends = day_field(label=_("Ends"))
    destroy_by = day_field(label=_("Data destroyed by"))
