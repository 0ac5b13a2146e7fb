"""Requests to the release desk: what one person wants to go out or be stopped, and what a second one says of it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gainline.store.tenancy import Tenant, public_ids
from gainline.store.words import RequestKind, RequestState


class ReleaseRequest(Tenant):
    """One thing that needs two people; the approval holds for the object with this digest and for no other."""

    public_id = public_ids("rrq")
    kind = models.CharField(max_length=10, choices=RequestKind.choices)
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.PENDING)
    cycle = models.ForeignKey("store.Cycle", on_delete=models.PROTECT, related_name="requests")
    asks = models.JSONField()  # for whom, in which language, to whom, with which notes; or why it stops
    digest = models.CharField(max_length=64)  # of what was asked for, or of what was approved
    asked_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField()
    reviewed_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_on = models.DateField(null=True)
    because = models.TextField(blank=True)  # why it was rejected
    release = models.ForeignKey("store.Release", on_delete=models.PROTECT, null=True, related_name="requests")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(asked_by=F("reviewed_by")), name="request_is_reviewed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "withdrawn"]) | Q(reviewed_by__isnull=False),
                name="request_moves_on_by_a_review",
            ),
        ]
