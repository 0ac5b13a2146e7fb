"""What the people pages ask for."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from gainline.store.words import Purpose, Role, UnitKind


class InviteForm(forms.Form):
    """A colleague who gets an account."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"), help_text=_("With it one signs in."))
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    role = forms.ChoiceField(
        label=_("Role in the whole district"), choices=[("", _("None yet")), *Role.choices], required=False,
        help_text=_("A role over one school, or for a time, is granted on the next page."),
    )  # fmt: skip


class GrantForm(forms.Form):
    """A role over a unit, for a purpose and a time."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    unit = forms.ChoiceField(label=_("Over"), help_text=_("The unit and everything below it."))
    purpose = forms.ChoiceField(
        label=_("For"), choices=[("", _("What the role is for")), *Purpose.choices], required=False
    )
    ends = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty: until somebody ends it."),
    )  # fmt: skip

    def __init__(self, data: QueryDict | None = None, *, units: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["unit"] = forms.ChoiceField(
            label=_("Over"), help_text=_("The unit and everything below it."), choices=units
        )


class UnitForm(forms.Form):
    """A school or an office."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(kind.value, kind.label) for kind in (UnitKind.SCHOOL, UnitKind.OFFICE)]
    )
    name = forms.CharField(label=_("Name"), max_length=200)
    code = forms.CharField(label=_("Id in the roster"), max_length=100, required=False)
    parent = forms.ChoiceField(label=_("Part of"))

    def __init__(self, data: QueryDict | None = None, *, units: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["parent"] = forms.ChoiceField(label=_("Part of"), choices=units)
