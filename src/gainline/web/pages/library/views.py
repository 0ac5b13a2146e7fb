"""The library: learnings, playbooks, stories."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as later
from django.views.decorators.http import require_http_methods, require_safe

from gainline.engine.core.errors import GainlineError
from gainline.services import cycles, notes
from gainline.services import library as service
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.parts import Pages, Tab
from gainline.web.parts.papers import language
from gainline.web.parts.said import in_sentences

SIZE = 20


class PlaybookForm(forms.Form):
    """What somebody needs who was not there."""

    title = forms.CharField(label=later("What it is a playbook for"), max_length=300)
    steps = forms.CharField(
        label=later("What to do, in order"), help_text=later("One step a line."), widget=forms.Textarea
    )
    needs = forms.CharField(
        label=later("What it takes: people, hours, money"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    watch = forms.CharField(
        label=later("What to watch, and when to stop"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    not_tested = forms.CharField(
        label=later("Where it was not tested"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )


@needs("district.read")
@require_safe
def learnings(request: HttpRequest) -> HttpResponse:
    """What was learned, latest first."""
    found = service.learnings(by=actor_of(request))
    pages = _pages(request, len(found))
    context = {"tabs": _tabs("library"), "learnings": found[pages.start : pages.start + SIZE], "pages": pages}
    return render(request, "library/learnings.html", context)


@needs("district.read")
@require_safe
def playbooks(request: HttpRequest) -> HttpResponse:
    """How others can repeat what worked."""
    me = actor_of(request)
    ready = service.decided(by=me) if standing_of(request).may("cycle.scale") else []
    context = {"tabs": _tabs("playbooks"), "playbooks": service.playbooks(by=me), "ready": ready}
    return render(request, "library/playbooks.html", context)


@needs("district.read")
@require_safe
def playbook(request: HttpRequest, public_id: str) -> HttpResponse:
    """One playbook, from what to do to where it was not tested."""
    me = actor_of(request)
    row = service.playbook(by=me, public_id=public_id)
    context = {"playbook": row, "steps": row.document.get("steps", []), "notes": notes.notes(by=me, cycle=row.cycle)}
    crumbs = [(_("Library"), reverse("library:library")), (_("Playbooks"), reverse("library:playbooks"))]
    return render(request, "library/playbook.html", context | {"crumbs": [*crumbs, (row.title, "")]})


@needs("cycle.scale")
@require_http_methods(["GET", "HEAD", "POST"])
def new_playbook(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write a playbook from a decided cycle."""
    me = actor_of(request)
    cycle = cycles.cycle(by=me, public_id=public_id)
    form = PlaybookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = dict(form.cleaned_data)
        title = said.pop("title")
        said["steps"] = [line.strip() for line in said["steps"].splitlines() if line.strip()]
        try:
            made = service.write_playbook(by=me, cycle=cycle, title=title, document=said)
            return redirect("library:playbook", made.public_id)
        except GainlineError as error:
            form.add_error(None, in_sentences(error))
    crumbs = [(_("Library"), reverse("library:library")), (_("Playbooks"), reverse("library:playbooks"))]
    context = {"form": form, "cycle": cycle, "crumbs": [*crumbs, (_("A new playbook"), "")]}
    return render(request, "library/new_playbook.html", context, status=422 if form.errors else 200)


@needs("district.read")
@require_safe
def stories(request: HttpRequest) -> HttpResponse:
    """Every decided cycle has a story."""
    found = service.decided(by=actor_of(request))
    pages = _pages(request, len(found))
    context = {"tabs": _tabs("stories"), "cycles": found[pages.start : pages.start + SIZE], "pages": pages}
    return render(request, "library/stories.html", context)


@needs("district.read")
@require_safe
def story(request: HttpRequest, public_id: str) -> HttpResponse:
    """One story, with the notes that hang on it."""
    me = actor_of(request)
    cycle = cycles.cycle(by=me, public_id=public_id)
    told = service.story(by=me, cycle=cycle, language=language())
    crumbs = [(_("Library"), reverse("library:library")), (_("Stories"), reverse("library:stories"))]
    context = {"story": told, "cycle": cycle, "notes": notes.notes(by=me, cycle=cycle)}
    context |= {"crumbs": [*crumbs, (cycle.title, "")], "may_pin": standing_of(request).may("note.write")}
    return render(request, "library/story.html", context)


def _tabs(current: str) -> list[Tab]:
    named = [("library", _("Learnings")), ("playbooks", _("Playbooks")), ("stories", _("Stories"))]
    tabs = [Tab(label, reverse(f"library:{name}"), is_current=name == current) for name, label in named]
    return [*tabs, Tab(_("Notes"), reverse("notes:notes"))]


def _pages(request: HttpRequest, total: int) -> Pages:
    asked = request.GET.get("page", "")
    return Pages(int(asked) if asked.isdigit() else 1, total=total, size=SIZE, query=request.GET.urlencode())
