"""Grants and decision rights: who may do what, for which purpose, where and until when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gainline.store.tenancy import Tenant, public_ids
from gainline.store.words import Purpose, Right, Role


class Grant(Tenant):
    """A role that an account holds over a unit and everything below it, for one purpose and a time."""

    public_id = public_ids("gra")
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=Role.choices)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    unit = models.ForeignKey("store.Organization", on_delete=models.PROTECT, related_name="+")
    starts = models.DateField()
    ends = models.DateField(null=True, blank=True)  # the last day; empty: until it is withdrawn
    granted_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(account=F("granted_by")), name="grant_is_never_to_oneself"),
            models.CheckConstraint(condition=Q(ends=None) | Q(ends__gte=F("starts")), name="grant_ends_after_start"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="grant_withdrawn_by_somebody",
            ),
        ]


class DecisionRight(Tenant):
    """One cell of the district's table of who may take which decision."""

    right = models.CharField(max_length=10, choices=Right.choices)
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        ordering = ["right", "role"]
        constraints = [models.UniqueConstraint(fields=["district", "right", "role"], name="right_stands_once")]
