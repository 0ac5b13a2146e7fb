"""What left the district under an agreement, about whom, and the proof that it was destroyed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gainline.store.tenancy import Immutable, Tenant, public_ids
from gainline.store.words import ExitStep


class Handover(Immutable):
    """One file of rows that was handed to somebody outside; the file is there as far as this row is."""

    public_id = public_ids("han")
    agreement = models.ForeignKey("store.Agreement", on_delete=models.PROTECT, related_name="handovers")
    recipient = models.CharField(max_length=300)
    purpose = models.CharField(max_length=40)
    elements = models.JSONField(default=list)
    students = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)  # of the file's bytes
    people_sha256 = models.CharField(max_length=64)  # of the sorted pseudonyms, one a line
    snapshot = models.CharField(max_length=64)
    handed_on = models.DateField()
    handed_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=Q(students__gt=0), name="handover_is_about_somebody")]


class Disclosure(Tenant):
    """That one student's records were in a handover; kept with the records, for families to ask (34 CFR 99.32)."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="disclosures")
    person_key = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handover", "person_key"], name="disclosure_stands_once")]


class Destruction(Immutable):
    """The certificate of what was destroyed under an agreement, with counts and digests and without names."""

    public_id = public_ids("des")
    agreement = models.OneToOneField("store.Agreement", on_delete=models.PROTECT, related_name="destruction")
    certificate = models.JSONField()
    sha256 = models.CharField(max_length=64)
    destroyed_on = models.DateField()

    class Meta:
        ordering = ["-pk"]


class ExitProof(Immutable):
    """One line of a vendor's exit checklist: who said on which day that it is done, and what proves it."""

    public_id = public_ids("exi")
    agreement = models.ForeignKey("store.Agreement", on_delete=models.PROTECT, related_name="proofs")
    step = models.CharField(max_length=20, choices=ExitStep.choices)
    proof = models.CharField(max_length=500)
    document_sha256 = models.CharField(max_length=64, blank=True)
    said_on = models.DateField()
    said_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "step"], name="exit_step_is_proven_once"),
            models.CheckConstraint(condition=~Q(proof=""), name="exit_step_has_a_proof"),
        ]


class Breach(Tenant):
    """A breach as families are told of it, in plain words and without any name."""

    public_id = public_ids("brc")
    found_on = models.DateField()
    told_on = models.DateField(null=True, blank=True)  # empty: families are not told yet
    says = models.TextField()
    says_es = models.TextField(blank=True)
    written_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-found_on", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(says=""), name="breach_is_told_in_words")]


class Refresh(Immutable):
    """Somebody went through the page for families and says that it is right."""

    public_id = public_ids("rfr")
    refreshed_on = models.DateField()
    refreshed_by = models.ForeignKey("store.Account", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-pk"]
