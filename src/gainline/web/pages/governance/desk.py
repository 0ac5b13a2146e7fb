"""The release desk: what one person asked for, and what a second one says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from gainline.engine.core.errors import GainlineError
from gainline.engine.privacy import Audience
from gainline.engine.reports.readers import Reader
from gainline.services import cycles, governance, letters, notes
from gainline.services import release_desk as service
from gainline.services.letters import Envelope
from gainline.store.words import RequestKind, RequestState
from gainline.web.gate import actor_of, needs, standing_of
from gainline.web.pages.governance.views import tabs
from gainline.web.parts import Cell, Column, Table
from gainline.web.parts.days import day_words
from gainline.web.parts.said import in_sentences

HERE = "governance:desk"
Row = Any  # a row of the store
KINDS = {
    RequestState.PENDING: "watch",
    RequestState.APPROVED: "done",
    RequestState.REJECTED: "risk",
    RequestState.RELEASED: "settled",
    RequestState.WITHDRAWN: "neutral",
}
FOR_WHOM = {
    "public": gettext_lazy("Everybody"),
    "board": gettext_lazy("The board"),
    "families": gettext_lazy("Families"),
}


@needs("district.read")
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Every request, latest first."""
    found = service.requests(by=actor_of(request))
    labels = (_("What"), _("About"), _("Requested by"), _("Stands"), _("Reviewed by"))
    rows = tuple(map(_row, found))
    context = {"table": Table(_("Requests"), tuple(map(Column, labels)), rows), "is_empty": not found}
    return render(request, "governance/desk.html", context | {"tabs": tabs(request, HERE)})


def _row(one: Row) -> tuple[Cell | str, ...]:
    state = RequestState(one.state)
    return (
        Cell(str(RequestKind(one.kind).label), reverse("governance:request", args=[one.public_id])),
        one.cycle.title,
        Cell(one.asked_by.name, under=day_words(one.asked_on)),
        Cell(str(state.label), kind=KINDS[state]),
        one.reviewed_by.name if one.reviewed_by else "–",
    )


@needs("district.read")
@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: HttpRequest, request_id: str) -> HttpResponse:
    """One request: read what would go out, then approve, reject, take back or carry out."""
    me = actor_of(request)
    one = service.request_of(by=me, public_id=request_id)
    error = ""
    if request.method == "POST":
        try:
            says = _DOES.get(request.POST.get("does", ""), _nothing)(request, me, one)
        except GainlineError as fault:
            error = in_sentences(fault)
        else:
            messages.success(request, says)
            return redirect("governance:request", request_id)
    context = _shown(request, me, one) | {"error": error}
    return render(request, "governance/request.html", context, status=422 if error else 200)


def _shown(request: HttpRequest, me: Any, one: Row) -> dict[str, Any]:  # noqa: ANN401 - an account
    now = service.digest_now(by=me, request=one)
    state, is_mine = RequestState(one.state), one.asked_by_id == me.pk
    is_stale = state is RequestState.APPROVED and one.digest != now
    may_send = standing_of(request).may(service.ASKS_WITH[RequestKind(one.kind)], one.cycle)
    waits = state is RequestState.PENDING or is_stale
    return {
        "one": one, "now": now, "state": state, "kind": KINDS[state], "is_mine": is_mine, "is_stale": is_stale,
        "title": RequestKind(one.kind).label, "pairs": _pairs(one),
        "preview": _preview(one) if standing_of(request).may("evidence.read", one.cycle) else "",
        "may_review": waits and not is_mine and standing_of(request).may("release.send", one.cycle),
        "may_send": state is RequestState.APPROVED and not is_stale and may_send,
        "may_withdraw": is_mine and state in service.OPEN,
        "crumbs": [(_("Release desk"), reverse(HERE)), (one.cycle.title, "")],
    }  # fmt: skip


def _pairs(one: Row) -> list[tuple[str, str]]:
    asks = one.asks
    pairs = [(_("About"), one.cycle.title), (_("Requested by"), f"{one.asked_by}, {day_words(one.asked_on)}")]
    if one.kind == RequestKind.STOP:
        pairs.append((_("Why it stops"), asks["because"]))
    else:
        audience = asks["for_whom"]
        language = dict(settings.LANGUAGES).get(asks["language"], asks["language"])
        pairs += [(_("For whom"), str(FOR_WHOM.get(audience, audience))), (_("Language"), language)]
        pairs += [(_("Who gets it"), asks["recipient"]), (_("Notes that go along"), str(len(asks["notes"])))]
    if one.reviewed_by:
        pairs.append((_("Reviewed by"), f"{one.reviewed_by}, {day_words(one.reviewed_on)}"))
    if one.because:
        pairs.append((_("Why it was rejected"), one.because))
    return pairs


def _preview(one: Row) -> str:
    """Where the reviewer reads what would go out; only for those who may see it before it does."""
    if one.kind == RequestKind.LETTER:
        at = reverse("reports:preview", args=[one.cycle.public_id])
        return f"{at}?for={one.asks['for_whom']}&in={one.asks['language']}"
    if one.kind == RequestKind.BRIEF:
        return reverse("cycles:evidence", args=[one.cycle.public_id])
    return reverse("cycles:cycle", args=[one.cycle.public_id])


def _approve(request: HttpRequest, me: Any, one: Row) -> str:  # noqa: ANN401
    service.approve(by=me, request=one, seen=request.POST.get("seen", ""))
    return _("It is approved. Now it can be carried out, as long as nothing of it changes.")


def _reject(request: HttpRequest, me: Any, one: Row) -> str:  # noqa: ANN401
    service.reject(by=me, request=one, because=request.POST.get("because", ""))
    return _("It is rejected, with your reason.")


def _withdraw(_request: HttpRequest, me: Any, one: Row) -> str:  # noqa: ANN401
    service.withdraw(by=me, request=one)
    return _("It is taken back.")


def _carry_out(_request: HttpRequest, me: Any, one: Row) -> str:  # noqa: ANN401
    asks = one.asks
    if one.kind == RequestKind.STOP:
        cycles.stop_cycle(by=me, cycle=one.cycle, because=asks["because"])
        return _("The cycle is stopped. It stays readable with its reason.")
    along = [note for note in notes.notes(by=me, cycle=one.cycle) if note.public_id in asks["notes"]]
    if one.kind == RequestKind.BRIEF:
        governance.release_brief(
            by=me, cycle=one.cycle, audience=Audience(asks["for_whom"]), recipient=asks["recipient"],
            language=asks["language"], notes=along,
        )  # fmt: skip
    else:
        site = settings.CSRF_TRUSTED_ORIGINS[0]
        envelope = Envelope(Reader(asks["for_whom"]), asks["recipient"], asks["language"], along, site)
        letters.send(by=me, cycle=one.cycle, envelope=envelope)
    return _("It went out, and is entered among the releases.")


def _nothing(_request: HttpRequest, _me: Any, _one: Row) -> str:  # noqa: ANN401
    return _("Nothing was changed.")


_DOES: dict[str, Callable[[HttpRequest, Any, Row], str]] = {
    "approve": _approve,
    "reject": _reject,
    "withdraw": _withdraw,
    "carry-out": _carry_out,
}
