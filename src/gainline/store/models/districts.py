"""The district: the tenant itself, behind the same fence as its rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django_scopes import ScopedManager

from gainline.store.tenancy import Tenant, Timed, public_ids
from gainline.store.words import UnitKind


class District(Timed):
    """Who the records belong to."""

    public_id = public_ids("dst")
    name = models.CharField(max_length=200)
    time_zone = models.CharField(max_length=60, default="America/Chicago")
    is_demo = models.BooleanField(default=False)
    training_days = models.PositiveSmallIntegerField(default=365)  # for which a training counts

    objects = ScopedManager(district="pk")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="district_has_a_name"),
            models.CheckConstraint(
                condition=Q(training_days__gte=30, training_days__lte=365), name="district_trains_every_year"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Organization(Tenant):
    """A unit of the district: itself, an office or a school; its path holds every unit above it."""

    public_id = public_ids("org")
    kind = models.CharField(max_length=10, choices=UnitKind.choices)
    name = models.CharField(max_length=200)
    code = models.CharField(max_length=100, blank=True)  # the roster's own id of a school
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    path = models.CharField(max_length=500, editable=False, db_index=True)

    class Meta:
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["district", "name"], name="organization_is_named_once"),
            models.UniqueConstraint(
                fields=["district"], condition=Q(parent=None), name="organization_has_one_root_per_district"
            ),
            models.CheckConstraint(
                condition=Q(parent=None, kind="district") | Q(parent__isnull=False), name="organization_root_is_it"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Write the unit with its path."""
        above = self.parent.path if self.parent else "/"
        self.path = f"{above}{self.public_id}/"
        super().save(*args, **kwargs)
