"""Every address of ours, by walking the resolver: a new one is found by itself, with rows of the right kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from gainline.web.gate import NOT_OURS, Rule, rule_of

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
MOST_TRIES = 8


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
    """Addresses for people: their route and rule; programs' addresses are walked by the tests of the API."""
    return [(route, rule) for route, _, rule in ours() if rule and not route.startswith("/api/")]


def filled(route: str, public_id: str) -> str:
    return re.sub(r"<[^>]+>", public_id, route)


def guesses(route: str, rows: dict[str, str], keys: list[str]) -> Iterator[dict[str, str]]:
    """Values for a route's parameters, likeliest first: `rows` holds ids by their prefix."""
    lists = []
    for match in PARAMETER.finditer(route):
        name = match[1]
        near = name.removesuffix("_id") if name not in {"public_id", "key"} else route[: match.start()].split("/")[-2]
        wanted = sorted(rows.values(), key=lambda one: not one.startswith(near.rsplit("-", 1)[-1][:3]))
        lists.append((name, [*keys, *wanted] if name == "key" else wanted))
    values = product(*(found for _, found in lists))
    for chosen in islice(values, MOST_TRIES):
        yield dict(zip((name for name, _ in lists), chosen, strict=True))


def put_in(route: str, values: dict[str, str]) -> str:
    return PARAMETER.sub(lambda match: values[match[1]], route)
