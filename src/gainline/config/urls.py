"""The addresses: every slice of pages brings its own, so that deleting its folder deletes them."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from django.urls import URLPattern, URLResolver, include, path

from gainline.web import pages


def slices() -> list[str]:
    """The slices that have addresses, by name."""
    folders = [found.name for found in iter_modules(pages.__path__) if found.ispkg]
    names = [f"{pages.__name__}.{name}.urls" for name in sorted(folders)]
    return [name for name in names if _has_addresses(name)]


def _has_addresses(name: str) -> bool:
    try:
        import_module(name)
    except ModuleNotFoundError as fault:
        if fault.name == name:  # a slice of parts only; any other missing module is a fault of its own
            return False
        raise
    return True


urlpatterns: list[URLPattern | URLResolver] = [
    *(path("", include(name)) for name in slices()),
    path("api/v1/", include("gainline.web.api.urls")),
    path("accounts/", include("allauth.urls")),
]
