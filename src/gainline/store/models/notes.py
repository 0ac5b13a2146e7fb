"""Notes that travel with a point in time or a figure, what was sent to whom, and what came back."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gainline.store.tenancy import Immutable, Tenant, public_ids


class Note(Tenant):
    """A narrative pinned to a day or a figure."""

    public_id = public_ids("not")
    cycle = models.ForeignKey("store.Cycle", on_delete=models.CASCADE, null=True, blank=True, related_name="notes")
    tool = models.ForeignKey("store.Tool", on_delete=models.CASCADE, null=True, blank=True, related_name="notes")
    on = models.DateField(null=True, blank=True)
    figure = models.CharField(max_length=200, blank=True)  # such as estimates/reading or indicator:weekly_use
    says = models.TextField()
    written_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(on__isnull=False) | ~Q(figure=""), name="note_is_pinned_to_a_day_or_figure"
            ),
            models.CheckConstraint(condition=~Q(says=""), name="note_says_something"),
        ]


class Release(Immutable):
    """What left the house: which document, for which audience, to whom, by whom."""

    public_id = public_ids("rel")
    cycle = models.ForeignKey("store.Cycle", on_delete=models.PROTECT, null=True, blank=True, related_name="releases")
    evidence = models.ForeignKey("store.Evidence", on_delete=models.PROTECT, null=True, related_name="releases")
    audience = models.CharField(max_length=20)
    language = models.CharField(max_length=5, default="en")
    recipient = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)  # of the bytes that were sent
    released_on = models.DateField()
    released_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]


class Feedback(Tenant):
    """What a reader of a brief answered; it lands in the next review."""

    public_id = public_ids("fbk")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="feedback")
    says = models.TextField()
    voice = models.CharField(max_length=60, blank=True)  # as whom the reader answers, in the reader's words
    review = models.ForeignKey(
        "store.Review", on_delete=models.SET_NULL, null=True, blank=True, related_name="feedback"
    )

    class Meta:
        ordering = ["pk"]
