"""The one Django app that owns tables."""

from __future__ import annotations

from django.apps import AppConfig


class Store(AppConfig):
    """The store, as Django sees it."""

    name = "gainline.store"
    label = "store"
    verbose_name = "Gainline"
