"""Tools, their contracts and the agreements about data that stand behind them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gainline.store.tenancy import Tenant, public_ids
from gainline.store.words import AgreementKind


class Tool(Tenant):
    """A piece of educational technology that the district uses or considers."""

    public_id = public_ids("tool")
    key = models.SlugField(max_length=80)  # as in plans and in the lake's usage rows
    name = models.CharField(max_length=200)
    vendor = models.CharField(max_length=200, blank=True)
    what_for = models.TextField(blank=True)
    owner = models.ForeignKey("store.Account", on_delete=models.PROTECT, null=True, related_name="+")
    retired_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["district", "key"], name="tool_key_stands_once")]

    def __str__(self) -> str:
        return self.name


class Contract(Tenant):
    """What was bought: from when until when, and by which day notice must be given."""

    public_id = public_ids("con")
    tool = models.ForeignKey(Tool, on_delete=models.PROTECT, related_name="contracts")
    starts = models.DateField()
    ends = models.DateField()
    notice_by = models.DateField(null=True, blank=True)
    renews_itself = models.BooleanField(default=False)
    price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)  # for the whole term
    currency = models.CharField(max_length=3, default="USD")
    seats = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-ends"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="contract_ends_after_start"),
            models.CheckConstraint(
                condition=Q(notice_by=None) | Q(notice_by__lte=F("ends")), name="contract_notice_before_end"
            ),
            models.CheckConstraint(condition=Q(price=None) | Q(price__gte=0), name="contract_price_not_negative"),
        ]


class Agreement(Tenant):
    """What a vendor may do with which fields for what, and when they are destroyed; without it nothing flows."""

    public_id = public_ids("agr")
    tool = models.ForeignKey(Tool, on_delete=models.PROTECT, related_name="agreements")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, null=True, blank=True, related_name="agreements")
    kind = models.CharField(max_length=20, choices=AgreementKind.choices, default=AgreementKind.SCHOOL_OFFICIAL)
    holder = models.CharField(max_length=200, blank=True)  # who is bound by it; empty: the tool's vendor
    representative = models.CharField(max_length=200, blank=True)  # named where the law asks for a name
    purposes = models.JSONField(default=list)  # keys of the closed list of purposes
    fields = models.JSONField(default=list)  # keys of elements of the schedule of data
    recipients = models.JSONField(default=list)
    document_sha256 = models.CharField(max_length=64, blank=True)  # of the signed document
    signed_on = models.DateField()
    starts = models.DateField(null=True, blank=True)  # empty: from the day of signing
    ends = models.DateField()
    destroy_by = models.DateField()

    class Meta:
        ordering = ["-signed_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("signed_on")), name="agreement_ends_after_signing"),
            models.CheckConstraint(condition=Q(destroy_by__gte=F("ends")), name="agreement_destroys_after_end"),
        ]
