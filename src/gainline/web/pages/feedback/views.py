"""A reader of a brief answers it."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from gainline.services import letters
from gainline.web.gate import open_to_all
from gainline.web.paces import paced


class AnswerForm(forms.Form):
    """What a reader wants to say, and as whom, in the reader's own words."""

    says = forms.CharField(
        label=_("What do you think?"),
        help_text=_("Please do not name a child. What you write is read in the next review."),
        max_length=letters.MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    voice = forms.CharField(
        label=_("As whom do you answer?"),
        help_text=_("Such as: parent, teacher, student."),
        max_length=60,
        required=False,
    )


@open_to_all(why="readers of a brief have no account; the link is signed, and shows nothing but the brief's title")
@paced(reads=60, writes=10)
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Answer a brief without an account; nothing is kept but the words."""
    asked = letters.asked(token=token)
    form = AnswerForm(request.POST or None)
    with translation.override(asked.release.language):
        context = {"asked": asked, "form": form, "is_kept": False}
        if request.method == "POST" and form.is_valid():
            letters.answer(token=token, **form.cleaned_data)
            return render(request, "feedback/answer.html", context | {"is_kept": True})
        return render(request, "feedback/answer.html", context, status=422 if form.errors else 200)
