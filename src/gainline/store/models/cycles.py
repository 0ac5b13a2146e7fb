"""Cycles: one question about one tool under one aim; the stage is computed from what stands on it, never stored."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gainline.store.tenancy import Immutable, Tenant, public_ids
from gainline.store.words import DrawKind


class Cycle(Tenant):
    """A question that will be answered in time for a decision."""

    public_id = public_ids("cyc")
    aim = models.ForeignKey("store.Aim", on_delete=models.PROTECT, related_name="cycles")
    tool = models.ForeignKey("store.Tool", on_delete=models.PROTECT, related_name="cycles")
    driver = models.ForeignKey("store.Driver", on_delete=models.SET_NULL, null=True, blank=True, related_name="cycles")
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by")
    key = models.SlugField(max_length=80)  # the plan's key, in the workspace and the ledger
    title = models.CharField(max_length=300)
    question = models.TextField()
    hypothesis = models.TextField(blank=True)
    decide_by = models.DateField()
    decide_because = models.CharField(max_length=300, blank=True)
    owner = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("store.Organization", on_delete=models.PROTECT, related_name="+")
    stopped_on = models.DateField(null=True, blank=True)
    stopped_because = models.TextField(blank=True)

    class Meta:
        ordering = ["decide_by", "title"]
        constraints = [
            models.UniqueConstraint(fields=["district", "key"], name="cycle_key_stands_once"),
            models.CheckConstraint(condition=~Q(question=""), name="cycle_has_a_question"),
            models.CheckConstraint(
                condition=Q(stopped_on=None) | ~Q(stopped_because=""), name="cycle_stopped_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PlanDraft(Tenant):
    """The plan's text while it is being written; what counts later is the registration."""

    cycle = models.OneToOneField(Cycle, on_delete=models.CASCADE, related_name="draft")
    text = models.TextField()
    written_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)  # raised by every save: two writers notice each other


class Registration(Immutable):
    """A locked plan, or an amendment of it with its reason: canonical JSON and its digest."""

    public_id = public_ids("reg")
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="registrations")
    number = models.PositiveSmallIntegerField(default=0)  # 0 the registration, then its amendments
    canonical = models.TextField()
    sha256 = models.CharField(max_length=64)
    snapshot = models.CharField(max_length=64)
    registered_on = models.DateField()
    registered_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["cycle", "number"]
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="registration_number_stands_once"),
            models.CheckConstraint(condition=Q(number=0) | ~Q(reason=""), name="registration_amended_with_a_reason"),
        ]


class Draw(Immutable):
    """A lot that was drawn: its seed, what it drew from, and what came out, as the workspace's record has it."""

    public_id = public_ids("lot")
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="draws")
    kind = models.CharField(max_length=12, choices=DrawKind.choices)
    seed = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)  # units per arm or stratum: numbers of sections and schools only
    drawn_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
