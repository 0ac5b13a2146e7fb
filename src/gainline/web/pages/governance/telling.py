"""What families are told: grounds with every version of their notices, and surveys of students before they open."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gainline.engine.core.errors import GainlineError
from gainline.engine.privacy.consent.surveys import Mode, Survey, Topic
from gainline.services import consents
from gainline.web.gate import actor_of, needs
from gainline.web.pages.governance.consent import BASES
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.days import day_words
from gainline.web.parts.papers import language
from gainline.web.parts.said import in_sentences

LANGUAGES = [("en", "English"), ("es", "Español")]
TOPICS = {
    Topic.POLITICS: gettext_lazy("political affiliations or beliefs"),
    Topic.MIND: gettext_lazy("mental or psychological problems"),
    Topic.SEX: gettext_lazy("sex behavior or attitudes"),
    Topic.CONDUCT: gettext_lazy("illegal, anti-social, self-incriminating or demeaning behavior"),
    Topic.RELATIVES: gettext_lazy("critical appraisals of close family"),
    Topic.PRIVILEGE: gettext_lazy("legally privileged relationships"),
    Topic.RELIGION: gettext_lazy("religious practices, affiliations or beliefs"),
    Topic.INCOME: gettext_lazy("income"),
}
MODES = {
    Mode.NOTHING: gettext_lazy("Nothing: no question is protected"),
    Mode.WINDOW: gettext_lazy("Families were told and may opt out"),
    Mode.CONSENT: gettext_lazy("Each family's consent before"),
}


class NoticeForm(forms.Form):
    """A new version of what families read about a ground."""

    ground = forms.ChoiceField(label=gettext_lazy("About what"))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=LANGUAGES)
    text = forms.CharField(
        label=gettext_lazy("The exact words"), widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Short words and sentences, up to grade 8. Another word makes another version."),
    )  # fmt: skip
    reviewed_by = forms.CharField(
        label=gettext_lazy("Which office checked them"), max_length=120, required=False,
        help_text=gettext_lazy("Nobody's consent counts under words that nobody checked."),
    )  # fmt: skip

    def __init__(self, data: Any, *, known: list[str]) -> None:  # noqa: ANN401 - what a browser posts
        super().__init__(data)
        self.fields["ground"].choices = [(key, key) for key in known]  # type: ignore[attr-defined]


class SurveyForm(forms.Form):
    """A survey of students: its protected topics, how families were told, and from which day it is open."""

    key = forms.SlugField(
        label=gettext_lazy("Key of the instrument"), max_length=60,
        help_text=gettext_lazy("As the files with its answers name it: lower case, digits and hyphens."),
    )  # fmt: skip
    topics = forms.MultipleChoiceField(
        label=gettext_lazy("Protected topics of its questions"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(str(key), label) for key, label in TOPICS.items()],
    )  # fmt: skip
    is_required = forms.BooleanField(label=gettext_lazy("Students must answer it"), required=False)
    is_federal = forms.BooleanField(label=gettext_lazy("Federal education money pays for it"), required=False)
    told_on = forms.DateField(
        label=gettext_lazy("Families told on"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip
    opens_on = forms.DateField(
        label=gettext_lazy("Opens on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("With a protected topic, at least 14 days after families were told."),
    )  # fmt: skip
    text_en = forms.CharField(
        label=gettext_lazy("What families read, in English"), widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    text_es = forms.CharField(
        label=gettext_lazy("What families read, in Spanish"), widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    reviewed_by = forms.CharField(label=gettext_lazy("Which office checked them"), max_length=120, required=False)

    def opening(self) -> consents.Opening:
        """The survey as the desk takes it."""
        said = self.cleaned_data
        topics = tuple(Topic(one) for one in said["topics"]) or (None,)
        survey = Survey(said["key"], topics, said["is_required"], said["is_federal"], said["told_on"], said["opens_on"])
        return consents.Opening(survey, {"en": said["text_en"], "es": said["text_es"]}, said["reviewed_by"])


@needs("agreement.write")
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """Every ground with the versions of what families read, and the form for a new one."""
    me = actor_of(request)
    found = consents.grounds(by=me)
    form = NoticeForm(request.POST or None, known=[one.ground.key for one in found])
    if request.method == "POST" and form.is_valid():
        try:
            consents.tell(by=me, **form.cleaned_data)
            messages.success(request, _("The words are kept; families read them from now on."))
            return redirect("governance:notices")
        except GainlineError as error:
            form.add_error("text", in_sentences(error))
    context = {
        "grounds": [(one, _ground(one), _versions(one)) for one in found],
        "form": form,
        "crumbs": _crumbs(_("Notices")),
    }
    return render(request, "governance/notices.html", context, status=422 if form.errors else 200)


@needs("agreement.write")
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest) -> HttpResponse:
    """Open a survey of students, and see those that were announced."""
    me = actor_of(request)
    form = SurveyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            consents.open_survey(by=me, opening=form.opening())
            messages.success(request, _("The survey is announced. Until its day nobody's answers are taken."))
            return redirect("governance:survey")
        except GainlineError as error:
            form.add_error(None, in_sentences(error))
    context = {"table": _surveys(consents.surveys(by=me)), "form": form, "crumbs": _crumbs(_("Surveys of students"))}
    return render(request, "governance/survey.html", context, status=422 if form.errors else 200)


def _ground(one: consents.Told) -> str:
    name = one.purpose.get(language(), one.purpose["en"])
    return _("%(purpose)s, on %(basis)s") % {"purpose": name, "basis": BASES[one.ground.basis]}


def _versions(one: consents.Told) -> Table:
    labels = (_("Language"), _("The exact words"), _("Grade"), _("Checked by"), _("Stands"))
    now, before = Cell(_("Now"), kind="settled"), Cell(_("Before"), kind="neutral")
    last = {notice.language: notice.hash for notice in one.notices}
    rows = tuple(
        (
            notice.language, Cell(notice.text, under=notice.hash[:12]),
            f"{notice.grade:.1f}" if notice.grade is not None else "–",
            f"{notice.reviewed_by}, {day_words(notice.reviewed_on)}" if notice.reviewed_on else _("nobody yet"),
            now if last[notice.language] == notice.hash else before,
        )
        for notice in reversed(one.notices)
    )  # fmt: skip
    return Table(_("What families read: %(key)s") % {"key": one.ground.key}, tuple(map(Column, labels)), rows)


def _surveys(found: list[tuple[Survey, bool]]) -> Table:
    labels = (_("Survey"), _("Protected topics"), _("Needs"), _("Families told on"), _("Opens on"), _("Stands"))
    rows = tuple(
        (
            one.key, ", ".join(str(TOPICS[topic]) for topic in one.topics if topic) or "–", str(MODES[one.mode]),
            day_words(one.told_on) if one.told_on else "–", day_words(one.opens_on) if one.opens_on else "–",
            Cell(_("Waits"), kind="watch") if waits else Cell(_("Open"), kind="settled"),
        )
        for one, waits in found
    )  # fmt: skip
    return Table(_("Surveys of students"), tuple(map(Column, labels)), rows)


def _crumbs(here: str) -> list[tuple[str, str]]:
    return [
        (_("Governance"), reverse("governance:agreements")),
        (_("Consent"), reverse("governance:consent")),
        (here, ""),
    ]
