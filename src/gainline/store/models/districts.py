"""The district: the tenant itself, behind the same fence as its rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django_scopes import ScopedManager

from gainline.store.tenancy import Timed, id_of


class District(Timed):
    """Who the records belong to."""

    public_id = models.CharField(max_length=40, unique=True, default=id_of("dst"), editable=False)
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=60, default="America/Chicago")
    is_demo = models.BooleanField(default=False)

    objects = ScopedManager(district="pk")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="district_has_a_name")]

    def __str__(self) -> str:
        return self.name
