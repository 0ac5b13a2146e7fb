"""Imports, and the jobs that run in the background."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gainline.store.tenancy import Tenant, public_ids
from gainline.store.words import JobKind, JobState


class Job(Tenant):
    """Work in the background, with how far it has come."""

    public_id = public_ids("job")
    kind = models.CharField(max_length=10, choices=JobKind.choices)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.WAITING)
    stage = models.CharField(max_length=60, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    asked_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")
    words = models.JSONField(default=dict)  # what it needs to start: ids, never people
    result = models.JSONField(default=dict)  # what a measurement gave, as the exit for numbers let it out
    code = models.CharField(max_length=10, blank=True)  # of a refusal or an error
    says = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at=None)
                | Q(state__in=["done", "refused", "failed"], finished_at__isnull=False),
                name="job_is_finished_at_a_time",
            )
        ]


class Import(Tenant):
    """One arrival of files: what they were and what became of every row."""

    public_id = public_ids("imp")
    source = models.CharField(max_length=200)  # whom or what the files come from
    files = models.JSONField(default=list)  # per file: name, sha256, bytes
    is_preview = models.BooleanField(default=False)
    job = models.OneToOneField(Job, on_delete=models.PROTECT, null=True, related_name="brought")
    asked_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")
    rows = models.JSONField(default=dict)  # read, loaded, repaired, rejected
    account = models.JSONField(default=list)  # per file
    issues = models.PositiveIntegerField(default=0)
    snapshot = models.CharField(max_length=64, blank=True)  # empty until it is done
    imported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(snapshot="", imported_at=None) | (~Q(snapshot="") & Q(imported_at__isnull=False)),
                name="import_done_at_a_time",
            )
        ]


class Heartbeat(models.Model):
    """When a clockwork last showed life; it belongs to the machine, not to a district."""

    name = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()
