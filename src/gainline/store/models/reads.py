"""Reads of named data, and the broken glass under which somebody without the right to names saw some."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gainline.store.tenancy import Immutable, Tenant, public_ids
from gainline.store.words import ReadKind


class BrokenGlass(Tenant):
    """An hour in which somebody reads the roster's rows of named students; somebody else reviews it."""

    public_id = public_ids("gls")
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    reference = models.CharField(max_length=120)  # of the case outside, such as a ticket's number
    students = models.JSONField()  # pseudonyms, never names or numbers
    opened_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    review_by = models.DateField()
    reviewed_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_on = models.DateField(null=True)
    found = models.TextField(blank=True)  # what the review says

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("opened_at")), name="glass_is_broken_for_a_while"),
            models.CheckConstraint(
                condition=Q(reviewed_by=None) | ~Q(account=F("reviewed_by")), name="glass_is_reviewed_by_another"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by=None, reviewed_on=None) | (Q(reviewed_by__isnull=False) & ~Q(found="")),
                name="glass_review_says_something",
            ),
        ]


class Read(Immutable):
    """One showing of named data: who saw the rows of whom, by ids and pseudonyms that name nobody."""

    account = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=ReadKind.choices)
    about = models.JSONField()  # ids of identities that wait, or students' pseudonyms
    at = models.DateTimeField()
    glass = models.ForeignKey(BrokenGlass, on_delete=models.PROTECT, null=True, related_name="reads")

    class Meta:
        ordering = ["-pk"]
