"""Every address of ours, by walking the resolver: a new one is found by itself, with rows of the right kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from builders.family import family_link
from gainline.services.letters import _token_of
from gainline.store.tenancy import within
from gainline.store.words import JobKind
from gainline.web.gate import NOT_OURS, Rule, rule_of

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
# What stands before a parameter in an address says of which table the row is.
ROWS = {
    "aims": "Aim",
    "aim-measures": "AimMeasure",
    "aim-drivers": "Driver",
    "tools": "Tool",
    "contracts": "Contract",
    "cycles": "Cycle",
    "playbooks/new": "Cycle",
    "stories": "Cycle",
    "reports/preview": "Cycle",
    "notes": "Note",
    "imports": "Import",
    "measurements": "Job",
    "jobs": "Job",
    "playbooks": "Playbook",
    "reports": "Release",
    "desk": "ReleaseRequest",
    "glass": "BrokenGlass",
    "feedback": "Release",
    "people": "Account",
    "grants": "Grant",
    "tokens": "ApiToken",
    "agreements": "Agreement",
    "handovers": "Handover",
    "privacy": "District",
}
KEYS = {
    "indicators": ["license_utilization"],
    "profiles": ["lumen_reading"],
    "family": ["none"],
    "oidc": ["none"],
    "access": ["sessions", "factor", "close", "open"],
    "sessions": ["none"],
}
# Rows that are named by a question rather than within the address: parameter and table.
ASKED = {
    "/reports/new/": ("cycle", "Cycle"),
    "/cycles/new/": ("aim", "Aim"),
    "/data/profiles/new/": ("import", "Import"),
    "/notes/pin/": ("cycle", "Cycle"),
    "/cycles/<str:public_id>/monitor/": ("measured", "Job"),
    "/cycles/<str:public_id>/evidence/": ("job", "Job"),
}
NEEDS_ASKED = {"/reports/new/"}  # no page without it
DEMO_ONLY = "/parts/"
# What `KEYS` has nothing real for: reached by the tests of their own pages.
REACHED_ELSEWHERE = {
    "/demo/": "no demo district stands here; tests/journeys/test_demo_as_a_site.py comes in by it",
    "/data/worklist/choose/": "an entry has to be named; tests/pages/test_data.py names one",
    "/data/worklist/undo/": "the same",
    "/people/<str:public_id>/identity/": "no provider is set up; tests/pages/test_identity_provider.py ties one",
    "/family/<str:token>/": "the link is signed for one family; tests/pages/test_family.py makes one",
    "/me/sessions/<str:public_id>/end/": "a browser that is signed in; tests/pages/test_me.py signs two in",
    "/accounts/oidc/<str:provider_id>/login/": "no provider is set up; the sign-in's own tests set one up",
    "/accounts/oidc/<str:provider_id>/login/callback/": "the same",
}
OF_KIND = {"measurements": JobKind.MEASURE, "roadmap/jobs": JobKind.ROADMAP}


def addresses(within: Any = None, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    for pattern in (within or get_resolver()).url_patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, here)
        else:
            yield here, pattern


def ours() -> list[tuple[str, Any, Rule | None]]:
    found = [(route, pattern.callback) for route, pattern in addresses()]
    return [(route, view, rule_of(view)) for route, view in found if not view.__module__.startswith(NOT_OURS)]


def pages() -> list[tuple[str, Rule]]:
    """Addresses for people: their route and rule; programs' addresses are walked with tokens."""
    return [(route, rule) for route, _, rule in ours() if rule and not route.startswith("/api/")]


def filled(route: str, public_id: str) -> str:
    return re.sub(r"<[^>]+>", public_id, route)


def leads_to(route: str, district: Any) -> list[str]:
    """The address of every row of a district that a route leads to, likeliest first.

    A parameter of which `ROWS` knows nothing leads nowhere, and the walk that meets it fails.
    """
    found = [route]
    for match in PARAMETER.finditer(route):
        ids = ids_for(route[: match.start()], district)
        found = [one.replace(match[0], value, 1) for value in ids for one in found]
    return asking(route, found, district) if route in NEEDS_ASKED else found


def asking(route: str, found: list[str], district: Any) -> list[str]:
    """Addresses of a route with each row of a district that its question may name."""
    name, table = ASKED[route]
    return [f"{one}?{name}={row.public_id}" for row in rows_of(table, None, district) for one in found]


def ids_for(before: str, district: Any) -> list[str]:
    """What may stand after the beginning of an address."""
    parts = [part for part in before.split("/") if part]
    for ends in ("/".join(parts[-2:]), parts[-1]):
        if ends in KEYS:
            return KEYS[ends]
        if ends == "family":
            return [family_link(district)]
        if ends in ROWS or ends in OF_KIND:
            rows = rows_of(ROWS.get(ends, "Job"), OF_KIND.get(ends), district)
            return [_token_of(row) if ends == "feedback" else row.public_id for row in rows]
    return []


def rows_of(table: str, kind: JobKind | None, district: Any) -> list[Any]:
    model: Any = apps.get_model("store", table)
    if isinstance(district, model):
        return [district]
    with within(district.pk):
        door = getattr(model, "colleagues", None) or model.objects
        rows = door.order_by("pk")
        return list(rows.filter(kind=kind) if kind else rows)
