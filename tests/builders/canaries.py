"""Canaries: a district whose every text holds a mark, so that a byte of it in another district's answer is seen."""

from __future__ import annotations

from contextlib import contextmanager

from django.apps import apps
from django.db import models
from django.db.models.signals import pre_save

from gainline.store.models.sessions import SignIn

SHORT = 60  # columns below hold keys, digests and words of closed lists
KEYS = {"path", "seed", "indicator", "key", "email", "public_id", "password"}


@contextmanager
def marked(mark):
    """While it lasts, every text that is written into a table of ours begins with the mark."""

    def begin_with_it(sender, instance, **_):
        if sender._meta.app_label != "store":
            return
        for field in sender._meta.concrete_fields:
            if holds_text(field) and not str(getattr(instance, field.name)).startswith(mark):
                setattr(instance, field.name, f"{mark} {getattr(instance, field.name)}")

    pre_save.connect(begin_with_it)
    try:
        yield
    finally:
        pre_save.disconnect(begin_with_it)


def holds_text(field):
    if field.choices or field.name in KEYS or isinstance(field, models.ForeignKey):
        return False
    is_long = isinstance(field, models.CharField) and (field.max_length or 0) > SHORT and field.max_length != 64
    return is_long or isinstance(field, models.TextField)


def bare_tables(mark):
    """The tables with a column for words of which no row bears the mark."""
    found = {model: [field.name for field in model._meta.concrete_fields if holds_text(field)] for model in tables()}
    return {model.__name__ for model, names in found.items() if names and not bears(model, names, mark)}


def tables():
    """Every table but that of sessions: what stands there is sealed, and its address shows nothing of it."""
    return [model for model in apps.get_app_config("store").get_models() if model is not SignIn]


def bears(model, names, mark):
    held = models.Q()
    for name in names:
        held |= models.Q(**{f"{name}__contains": mark})
    return model._base_manager.filter(held).exists()
