"""What a tool, a contract and an agreement ask for."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from gainline.engine.pilots.drafting import plan_key
from gainline.engine.privacy.purposes import PURPOSES
from gainline.services.agreements import DataTerms
from gainline.store.words import AgreementKind
from gainline.web.pages.tools import given
from gainline.web.parts.papers import language
from gainline.web.parts.suggested import Suggested

MOST_NAMED = 8  # tools that a hint names


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
        label=_("Key"), max_length=80, required=False, widget=Suggested,
        help_text=_("As the vendor's usage files name the tool. Empty: made from its name."),
    )  # fmt: skip

    def __init__(self, *args: Any, known: Sequence[str] = (), **kwargs: Any) -> None:  # noqa: ANN401
        super().__init__(*args, **kwargs)
        self.fields["key"].widget.suggestions = known
        if known:
            named = ", ".join(known[:MOST_NAMED])
            says = _(
                "As the vendor's usage files name the tool; the records know: %(named)s. Empty: made from its name."
            )
            self.fields["key"].help_text = says % {"named": named}

    def clean_key(self) -> str:
        """A key of its own, made from the name where none is given."""
        return str(self.cleaned_data["key"] or plan_key(self.cleaned_data.get("name", "")))


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
    """What an agreement about data allows, and until when; purposes and elements come from closed lists."""

    kind = forms.ChoiceField(
        label=_("Kind of agreement"),
        choices=AgreementKind.choices,
        help_text=_("A vendor works for the district; others study its teaching, or audit its programs."),
    )
    holder = forms.CharField(
        label=_("Who is bound by it"),
        help_text=_("Leave it empty for the tool's vendor."),
        max_length=200,
        required=False,
    )
    representative = forms.CharField(
        label=_("Representative"),
        help_text=_("The person whom an audit or an evaluation designates in writing."),
        max_length=200,
        required=False,
    )
    purposes = forms.MultipleChoiceField(label=_("Purposes"))
    fields_given = forms.MultipleChoiceField(label=_("Data that may be handed over"), required=False)
    categories = forms.MultipleChoiceField(required=False)
    recipients = forms.CharField(
        label=_("Who else gets them"), help_text=_("One a line."), widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
    )  # fmt: skip
    signed_on = day_field(label=_("Signed on"))
    starts = day_field(label=_("In force from"), help_text=_("Empty: from the day of signing."), required=False)
    ends = day_field(label=_("Ends"))
    destroy_by = day_field(label=_("Data destroyed by"))
    document = forms.FileField(
        label=_("The signed document"),
        help_text=_("Only its digest is kept, which shows later that it is the same document."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own
        super().__init__(*args, **kwargs)
        ticked = {name: self._ticked(name) for name in ("purposes", "fields_given", "categories")}
        by_category = given.held_by_category()
        offered = [(str(key), one.name[language()]) for key, one in PURPOSES.items()]
        self._offer("purposes", offered)
        self._offer("fields_given", [(one.key, one.key) for found in by_category.values() for one in found])
        self._offer("categories", [(key, key) for key in map(given.category_key, given.WHOLE)])
        self.purpose_ticks = [(key, label, key in ticked["purposes"]) for key, label in offered]
        self.groups = given.groups(ticked["fields_given"], ticked["categories"])

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _ticked(self, name: str) -> list[str]:
        """What was sent, or what the form starts from."""
        return self.data.getlist(name) if isinstance(self.data, QueryDict) else self.initial.get(name, [])

    def clean(self) -> None:
        """Whole categories count as each of their elements; something has to be given."""
        said = self.cleaned_data
        both = given.together(said.get("fields_given", ()), said.get("categories", ()))
        if not both and "fields_given" in said:
            self.add_error("fields_given", _("Say what may be handed over: open a group and tick what it needs."))
        said["fields_given"] = both

    def terms(self) -> DataTerms:
        """What was filled in."""
        said = self.cleaned_data
        document = said["document"]
        return DataTerms(
            purposes=tuple(said["purposes"]),
            fields=tuple(said["fields_given"]),
            recipients=lines_of(said["recipients"]),
            kind=AgreementKind(said["kind"]),
            document_sha256=sha256(document.read()).hexdigest() if document else "",
            **{name: said[name] for name in ("holder", "representative", "signed_on", "starts", "ends", "destroy_by")},
        )
