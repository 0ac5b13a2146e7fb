"""The style guide's form, in the words of an aim; like every sample it speaks English only."""

from __future__ import annotations

from django import forms


class AimForm(forms.Form):
    """What an aim asks for."""

    sentence = forms.CharField(
        label="What should change, for whom, by when",
        help_text="One sentence with a number in it, such as: from 46 to 55 of 100 readers by June.",
        max_length=200,
    )
    owner = forms.ChoiceField(
        label="Who answers for it",
        choices=[("", "–"), ("literacy", "Literacy coordinator"), ("edtech", "EdTech lead")],
    )
    due = forms.DateField(label="By", widget=forms.DateInput(attrs={"type": "date"}))
    why = forms.CharField(label="Why it matters to families", widget=forms.Textarea, required=False)
