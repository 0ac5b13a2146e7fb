"""Trainings: who learned the district's rules about records, which version of them, with which score and when."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gainline.store.tenancy import Immutable, public_ids


class Training(Immutable):
    """One attempt at the training; it counts when every question was answered rightly."""

    public_id = public_ids("trn")
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="trainings")
    module = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    score = models.PositiveSmallIntegerField()  # questions answered rightly
    asked = models.PositiveSmallIntegerField()  # questions
    taken_on = models.DateField()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(score__lte=F("asked")), name="training_score_is_of_what_was_asked"),
            models.CheckConstraint(condition=Q(asked__gt=0), name="training_asks_something"),
        ]
