"""Aims: what the district wants to improve, in several measures, and what is thought to drive it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gainline.store.tenancy import Tenant, public_ids
from gainline.store.words import Direction, DriverKind, DriverStatus, MeasureKind


class Aim(Tenant):
    """What is to get better, for whom, by when."""

    public_id = public_ids("aim")
    title = models.CharField(max_length=300)
    because = models.TextField(blank=True)
    by_when = models.DateField()
    owner = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("store.Organization", on_delete=models.PROTECT, related_name="+")
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["by_when", "title"]
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="aim_has_a_title")]

    def __str__(self) -> str:
        return self.title


class AimMeasure(Tenant):
    """One measure of an aim's success: an outcome, a process that leads there, or what must not get worse."""

    public_id = public_ids("msr")
    aim = models.ForeignKey(Aim, on_delete=models.CASCADE, related_name="measures")
    kind = models.CharField(max_length=10, choices=MeasureKind.choices)
    indicator = models.CharField(max_length=100)
    label = models.CharField(max_length=200)
    unit_of_measure = models.CharField(max_length=60)
    direction = models.CharField(max_length=10, choices=Direction.choices)
    starts_at = models.FloatField(null=True, blank=True)  # null: not known yet
    goal = models.FloatField()
    by_when = models.DateField()

    class Meta:
        ordering = ["kind", "label"]
        constraints = [models.UniqueConstraint(fields=["aim", "indicator", "kind"], name="measure_stands_once")]

    def __str__(self) -> str:
        return self.label


class Driver(Tenant):
    """What is thought to move an aim: a primary driver, a secondary one under it, or an idea for a change."""

    public_id = public_ids("drv")
    aim = models.ForeignKey(Aim, on_delete=models.CASCADE, related_name="drivers")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="drivers")
    kind = models.CharField(max_length=10, choices=DriverKind.choices)
    label = models.CharField(max_length=300)
    status = models.CharField(max_length=10, choices=DriverStatus.choices, default=DriverStatus.OPEN)
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["place", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="primary", parent=None) | (~Q(kind="primary") & Q(parent__isnull=False)),
                name="driver_hangs_on_its_parent",
            )
        ]

    def __str__(self) -> str:
        return self.label
