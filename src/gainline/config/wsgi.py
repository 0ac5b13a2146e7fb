"""The door for the server: `gainline serve` gives this to granian."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from gainline.lake.choosing import load_engine

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gainline.config.settings")
application = get_wsgi_application()
# Every page with what it needs is loaded before the first request: each server process listens only after this.
get_resolver().reverse_dict  # noqa: B018 - reading it walks all addresses, which imports their pages
load_engine()
