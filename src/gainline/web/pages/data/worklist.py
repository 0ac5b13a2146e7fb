"""Who is who: identities that wait, each with an answer by keyboard; names stand on the page and nowhere else."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from gainline.services import worklist as desk
from gainline.web.gate import actor_of, needs
from gainline.web.pages.data.places import tabs
from gainline.web.pages.data.telling import counted
from gainline.web.parts import Pages

SIZE = 25
YES, NO = "yes", "no"


@needs("identity.settle")
@require_http_methods(["GET", "HEAD", "POST"])
def worklist(request: HttpRequest) -> HttpResponse:
    """The list; all answers of a page are saved at once, by Enter in any of them."""
    me = actor_of(request)
    if request.method == "POST":
        said = {key.removeprefix("answer_"): value for key, value in request.POST.items() if key.startswith("answer_")}
        done = desk.settle(
            by=me,
            confirmed=[entry for entry, answer in said.items() if answer == YES],
            rejected=[entry for entry, answer in said.items() if answer == NO],
        )
        _tell(request, done)
        return redirect("data:worklist")
    found = desk.waiting(by=me)
    page = request.GET.get("page", "1")
    pages = Pages(int(page) if page.isdecimal() else 1, len(found), SIZE, request.GET.urlencode())
    shown = desk.shown(by=me, found=found[pages.start : pages.start + SIZE])
    context = {
        "suggested": [one for one in shown if one.person_key is not None],
        "open": [one for one in shown if one.person_key is None],
        "total": len(found),
        "sure": sum(one.is_sure for one in found),
        "settled": [row for row in desk.settled(by=me, at_most=20) if row["decision"] == "confirmed"],
        "pages": pages,
        "tabs": tabs(request, "data:worklist"),
    }
    answer = render(request, "data/worklist.html", context)
    answer["Cache-Control"] = "no-store"  # names of children stay in no browser's cache
    return answer


@needs("identity.settle")
@require_POST
def sure(request: HttpRequest) -> HttpResponse:
    """Confirm every suggestion that is sure."""
    done = desk.settle_sure(by=actor_of(request))
    _tell(request, done)
    return redirect("data:worklist")


@needs("identity.settle")
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Say whose an identity is, by the student's number in the roster."""
    entry, number = request.POST.get("entry", ""), request.POST.get("number", "").strip()
    desk.choose(by=actor_of(request), entry=entry, number=number)
    messages.success(request, _("The identity is linked."))
    return redirect("data:worklist")


@needs("identity.settle")
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take a link back."""
    desk.undo(by=actor_of(request), entry=request.POST.get("entry", ""))
    messages.success(request, _("The link is taken back; the identity waits again."))
    return redirect("data:worklist")


def _tell(request: HttpRequest, done: int) -> None:
    says = ngettext("%(n)s decision was saved.", "%(n)s decisions were saved.", done)
    messages.success(request, says % {"n": counted(done)})
