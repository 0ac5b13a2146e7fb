"""Registration: what will be locked, who may, the exact text, and later changes with their reasons."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from gainline.engine.core.errors import GainlineError
from gainline.services import cycles, registrations
from gainline.services.stages import Stage
from gainline.store.words import Right, Role
from gainline.web.gate import actor_of, needs, signed_in, standing_of
from gainline.web.pages.cycles import shown
from gainline.web.pages.cycles.forms import AmendForm
from gainline.web.pages.cycles.views import WRITE


@signed_in
@require_safe
def register(request: HttpRequest, public_id: str) -> HttpResponse:
    """What stands before the lock, or what was locked with all its amendments."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    draft = cycles.draft(by=me, cycle=one)
    kept = registrations.registrations(by=me, cycle=one)
    context = {
        "kept": kept,
        "draft": draft,
        "checked": cycles.check_text(by=me, text=draft.text) if draft and not kept else None,
        "refusal": shown.why_not(one, Stage.REGISTERED),
        "who_may": _who_may(request),
        "here": gettext("Registration"),
    }
    return shown.page(request, one, "register", context)


@needs("cycle.register")
@require_http_methods(WRITE)
def lock(request: HttpRequest, public_id: str) -> HttpResponse:
    """The second step: the exact text, and the button that locks it."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    if request.method == "POST":
        made = registrations.register(by=me, cycle=one, seen=request.POST.get("seen", ""))
        messages.success(request, gettext("The plan is locked: %(sha)s…") % {"sha": made.sha256[:12]})
        return redirect("cycles:register", public_id)
    draft, text = cycles.draft(by=me, cycle=one), registrations.to_lock(by=me, cycle=one)
    if draft is None or text is None or one.registrations.exists():
        return redirect("cycles:register", public_id)
    context = {"draft": draft, "canonical": text[0], "sha256": text[1], "here": gettext("Lock the plan")}
    return shown.page(request, one, "lock", context)


@needs("cycle.register")
@require_http_methods(WRITE)
def amend(request: HttpRequest, public_id: str) -> HttpResponse:
    """Change a locked plan, with a reason that every report shows."""
    one, me = shown.one_of(request, public_id), actor_of(request)
    draft = cycles.draft(by=me, cycle=one)
    form = AmendForm(request.POST or None, initial={"text": draft.text if draft else ""})
    if request.method == "POST" and form.is_valid():
        try:
            registrations.amend(by=me, cycle=one, **form.cleaned_data)
        except GainlineError as error:
            shown.refuse(form, error)
        else:
            messages.success(request, gettext("The amendment is entered with its reason."))
            return redirect("cycles:register", public_id)
    context = {"form": form, "here": gettext("Amend the plan")}
    return shown.page(request, one, "amend", context, status=422 if form.errors else 200)


def _who_may(request: HttpRequest) -> str:
    """The roles that lock plans by the district's table of decision rights, in words."""
    roles = standing_of(request).rights.get(Right.REGISTER, frozenset())
    return ", ".join(sorted(str(Role(role).label) for role in roles))
