"""Tokens: what a program shows to act for an account, through one of its grants and no longer than that grant."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gainline.store.tenancy import Tenant, public_ids


class ApiToken(Tenant):
    """A secret that was shown once; only its digest is kept."""

    public_id = public_ids("tok")
    name = models.CharField(max_length=120)  # of the program, so that somebody knows later what stops when it ends
    account = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")
    grant = models.ForeignKey("store.Grant", on_delete=models.PROTECT, related_name="+")
    may_write = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64, unique=True)
    ends = models.DateField()  # the last day
    last_used_on = models.DateField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="token_has_a_name"),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="token_revoked_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.name
