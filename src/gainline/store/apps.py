"""The one Django app that owns tables."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class Store(AppConfig):
    """The store, as Django sees it."""

    name = "gainline.store"
    label = "store"
    verbose_name = "Gainline"

    def ready(self) -> None:
        """Lay the fences after every migration."""
        pre_migrate.connect(_lift_fences, sender=self)
        post_migrate.connect(_lay_fences, sender=self)


def _lay_fences(*, using: str, plan: Any = None, **_: object) -> None:  # noqa: ANN401 - Django's own
    from gainline.store import fences  # after the models are loaded, which this module must not do

    fences.lay(using=using)


def _lift_fences(*, using: str, **_: object) -> None:
    from gainline.store import fences  # after the models are loaded, which this module must not do

    fences.lift(using=using)
