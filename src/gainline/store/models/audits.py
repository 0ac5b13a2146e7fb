"""Audits of evidence: what could mislead whoever reads it, kept beside it as it was found."""

from __future__ import annotations

from django.db import models

from gainline.store.tenancy import Immutable, public_ids


class Audit(Immutable):
    """The audit of one evaluation; another one only where more looks were made since."""

    public_id = public_ids("aud")
    cycle = models.ForeignKey("store.Cycle", on_delete=models.PROTECT, related_name="audits")
    evidence = models.ForeignKey("store.Evidence", on_delete=models.PROTECT, related_name="audits")
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    flags = models.PositiveSmallIntegerField()  # checks that need a person
    made_on = models.DateField()

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["evidence", "sha256"], name="audit_stands_once")]


class DistrictAudit(Immutable):
    """What the weekly audit found over all cycles of a district."""

    public_id = public_ids("dau")
    document = models.JSONField()
    made_on = models.DateField()

    class Meta:
        ordering = ["-pk"]
