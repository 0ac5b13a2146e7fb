"""Tools to write: a tool, its contracts, its agreements about data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gainline.engine.core.errors import GainlineError
from gainline.services import agreements, indicators, portfolio, tools
from gainline.web.gate import actor_of, needs
from gainline.web.pages.tools import given
from gainline.web.pages.tools.forms import AgreementForm, ContractForm, NewToolForm, ToolForm
from gainline.web.parts.said import in_sentences

BOTH = ["GET", "HEAD", "POST"]


@needs("tool.write")
@require_http_methods(BOTH)
def new(request: HttpRequest) -> HttpResponse:
    """Add a tool."""
    form = NewToolForm(request.POST or None, known=_unnamed(request))
    if request.method == "POST" and form.is_valid():
        try:
            return _to(tools.add_tool(by=actor_of(request), **form.cleaned_data))
        except GainlineError as error:
            form.add_error("key", in_sentences(error))
    words = {"title": _("A new tool"), "verb": _("Add the tool")}
    return _form(request, form, words | {"crumbs": [(_("Tools"), reverse("tools:tools")), (_("A new tool"), "")]})


def _unnamed(request: HttpRequest) -> list[str]:
    """Tools that the records hold rows of and the portfolio does not know yet."""
    mine = {one.key for one in tools.tools(by=actor_of(request))}
    return [key for key in indicators.tools_with_rows(by=actor_of(request)) if key not in mine]


@needs("tool.write")
@require_http_methods(BOTH)
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Describe a tool better."""
    me = actor_of(request)
    tool = tools.tool(by=me, public_id=public_id)
    form = ToolForm(
        request.POST or None, initial={name: getattr(tool, name) for name in ("name", "vendor", "what_for")}
    )
    if request.method == "POST" and form.is_valid():
        return _to(tools.change_tool(by=me, tool=tool, **form.cleaned_data))
    return _form(request, form, {"title": _("Describe the tool"), "verb": _("Save"), "crumbs": _crumbs(tool)})


@needs("tool.write")
@require_http_methods(BOTH)
def retire(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a tool out of the portfolio after asking, or bring it back."""
    me = actor_of(request)
    tool = tools.tool(by=me, public_id=public_id)
    if request.method == "POST":
        (tools.restore_tool if tool.retired_on else tools.retire_tool)(by=me, tool=tool)
        return _to(tool)
    says = _("Its cycles, contracts and agreements stay. You can bring it back.")
    words = {"title": _("Take %(tool)s out of the portfolio?") % {"tool": tool.name}, "verb": _("Take it out")}
    if tool.retired_on:
        words = {"title": _("Bring %(tool)s back?") % {"tool": tool.name}, "verb": _("Bring it back")}
    where = {"action": request.path, "back": reverse("tools:tool", args=[public_id]), "kind": "", "locked": ""}
    return render(request, "confirm.html", words | where | {"says": says})


@needs("tool.write")
@require_http_methods(BOTH)
def add_contract(request: HttpRequest, public_id: str) -> HttpResponse:
    """Enter a contract."""
    me = actor_of(request)
    tool = tools.tool(by=me, public_id=public_id)
    form = ContractForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            tools.add_contract(by=me, tool=tool, terms=tools.Terms(**form.cleaned_data))
            return _to(tool)
        except GainlineError as error:
            form.add_error("ends", in_sentences(error))
    return _form(request, form, {"title": _("A contract"), "verb": _("Enter the contract"), "crumbs": _crumbs(tool)})


@needs("tool.write")
@require_http_methods(BOTH)
def change_contract(request: HttpRequest, public_id: str) -> HttpResponse:
    """Mend what a contract says."""
    me = actor_of(request)
    contract = tools.contract(by=me, public_id=public_id)
    initial = {name: getattr(contract, name) for name in tools.Terms.__slots__}
    form = ContractForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            tools.change_contract(by=me, contract=contract, terms=tools.Terms(**form.cleaned_data))
            return _to(contract.tool)
        except GainlineError as error:
            form.add_error("ends", in_sentences(error))
    words = {"title": _("Mend the contract"), "verb": _("Save the contract")}
    return _form(request, form, words | {"crumbs": _crumbs(contract.tool)})


@needs("agreement.write")
@require_http_methods(BOTH)
def add_agreement(request: HttpRequest, public_id: str) -> HttpResponse:
    """Enter an agreement about data; it is never changed afterwards, a later one takes its place."""
    me = actor_of(request)
    tool = tools.tool(by=me, public_id=public_id)
    asked = request.GET.get("start")
    form = AgreementForm(request.POST or None, request.FILES or None, initial=given.started(asked))
    if request.method == "POST" and form.is_valid():
        try:
            agreements.add_agreement(by=me, tool=tool, terms=form.terms())
            return _to(tool)
        except GainlineError as error:
            form.add_error(_at_fault(error), in_sentences(error))
    sentence = _("An agreement that was entered is never changed; a later one takes its place.")
    words = {"title": _("An agreement about data"), "verb": _("Enter the agreement"), "sentence": sentence}
    starts = given.starts(request.path, asked)
    return _form(request, form, words | {"crumbs": _crumbs(tool), "starts": starts}, page="tools/agreement.html")


@needs("evidence.read")
@require_POST
def count(request: HttpRequest, public_id: str) -> HttpResponse:
    """Have a tool's use counted in the records, in the background."""
    me = actor_of(request)
    tool = tools.tool(by=me, public_id=public_id)
    portfolio.count_use(by=me, tool=tool)
    messages.success(request, _("The records are being counted. Open this page again in a minute."))
    return _to(tool)


def _to(tool: Any) -> HttpResponse:  # noqa: ANN401 - a row
    return redirect("tools:tool", tool.public_id)


def _crumbs(tool: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - a row
    return [(_("Tools"), reverse("tools:tools")), (tool.name, reverse("tools:tool", args=[tool.public_id]))]


def _at_fault(error: GainlineError) -> str:
    """The field that a refused agreement is about."""
    fields = {"PR073": "purposes", "PR074": "fields_given", "PR075": "representative", "PR077": "fields_given"}
    return fields.get(error.code, "ends")


def _form(
    request: HttpRequest, form: forms.Form, context: dict[str, Any], *, page: str = "tools/form.html"
) -> HttpResponse:
    return render(request, page, context | {"form": form}, status=422 if form.errors else 200)
