"""The pages as one Django app without tables."""

from __future__ import annotations

from django.apps import AppConfig


class Web(AppConfig):
    """The web face, as Django sees it."""

    name = "gainline.web"
    label = "web"
