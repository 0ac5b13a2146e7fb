"""Evidence and what people make of it: reviews with voices, decisions, learnings, playbooks."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gainline.store.tenancy import Immutable, Tenant, public_ids
from gainline.store.words import Choice, Right


class Evidence(Immutable):
    """The evidence document of one evaluation, as it was written."""

    public_id = public_ids("evi")
    cycle = models.ForeignKey("store.Cycle", on_delete=models.PROTECT, related_name="evidence")
    registration = models.ForeignKey("store.Registration", on_delete=models.PROTECT, related_name="evidence")
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    snapshot = models.CharField(max_length=64)
    ruled = models.CharField(max_length=30)  # the verdict's word
    evaluated_on = models.DateField()
    evaluated_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["cycle", "sha256"], name="evidence_stands_once")]


class Review(Tenant):
    """People look at evidence together and say what they make of it."""

    public_id = public_ids("rev")
    cycle = models.ForeignKey("store.Cycle", on_delete=models.PROTECT, related_name="reviews")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="reviews")
    held_on = models.DateField()
    opened_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")
    summary = models.TextField(blank=True)

    class Meta:
        ordering = ["-held_on"]


class Voice(Immutable):
    """What one person says in a review."""

    public_id = public_ids("voi")
    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="voices")
    by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20)
    says = models.TextField()
    leans = models.CharField(max_length=30, choices=Choice.choices, blank=True)

    class Meta:
        ordering = ["pk"]


class Decision(Immutable):
    """What was decided, beside what the registered rule said; a difference needs its reason."""

    public_id = public_ids("dec")
    cycle = models.ForeignKey("store.Cycle", on_delete=models.PROTECT, related_name="decisions")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="decisions")
    ruled = models.CharField(max_length=30)
    chosen = models.CharField(max_length=30, choices=Choice.choices)
    right = models.CharField(max_length=10, choices=Right.choices, default=Right.DECIDE)
    decided_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField()
    reasons = models.TextField()
    deviation = models.TextField(blank=True)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reasons=""), name="decision_has_reasons"),
            models.CheckConstraint(
                condition=Q(chosen=F("ruled")) | ~Q(deviation=""), name="decision_explains_its_deviation"
            ),
        ]


class Learning(Tenant):
    """What the district learned from a cycle, for those who were not there."""

    public_id = public_ids("lrn")
    cycle = models.ForeignKey("store.Cycle", on_delete=models.PROTECT, related_name="learnings")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="learnings")
    says = models.TextField()
    holds_for = models.TextField(blank=True)
    not_tested = models.TextField(blank=True)
    written_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]


class Playbook(Tenant):
    """How others can repeat what worked."""

    public_id = public_ids("ply")
    cycle = models.ForeignKey("store.Cycle", on_delete=models.PROTECT, related_name="playbooks")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="playbooks")
    title = models.CharField(max_length=300)
    document = models.JSONField(default=dict)
    written_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title
