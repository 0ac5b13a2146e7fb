"""The audit trail: who did what when, each event chained to the one before it."""

from __future__ import annotations

from django.db import models

from gainline.store.tenancy import Immutable, public_ids


class AuditEvent(Immutable):
    """One verb that was carried out."""

    public_id = public_ids("evt")
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True, related_name="+")  # null: the clock
    verb = models.CharField(max_length=60)
    kind = models.CharField(max_length=40, blank=True)
    target = models.CharField(max_length=40, blank=True)  # the public id of what it was done to
    words = models.JSONField(default=dict)
    before = models.CharField(max_length=64)  # the hash of the event before; zeros for the first
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["district", "seq"], name="event_number_stands_once")]
