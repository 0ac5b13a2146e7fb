"""Closed lists of words that rows may hold; pages and forms may import these, tables they may not."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a person does in the district; a stable key, never a class path."""

    EDTECH_LEAD = "edtech_lead", _("EdTech lead")
    ANALYST = "analyst", _("Analyst")
    PRIVACY_LEAD = "privacy_lead", _("Privacy lead")
    PRINCIPAL = "principal", _("Principal")
    COACH = "coach", _("Coach")
    TEACHER = "teacher", _("Teacher")
    BOARD_MEMBER = "board_member", _("Board member")
    AUDITOR = "auditor", _("Auditor")


class Purpose(TextChoices):
    """What a grant may be used for."""

    TEACH = "teach", _("Teaching and support")
    EVALUATE = "evaluate", _("Judging what tools do")
    GOVERN = "govern", _("Governing and deciding")
    AUDIT = "audit", _("Checking the others")


class AgreementKind(TextChoices):
    """The exception of law under which records leave; the keys are those of `engine.privacy.purposes.Basis`."""

    SCHOOL_OFFICIAL = "school-official", _("Works for the district")
    STUDIES = "studies", _("Studies for the district")
    AUDIT = "audit-evaluation", _("Audits or evaluates programs")


class ExitStep(TextChoices):
    """What is settled when a vendor goes, each by somebody on a day."""

    ACCESS_CLOSED = "access-closed", _("Sign-in and connections are closed")
    DATA_RETURNED = "data-returned", _("Students' data came back in an open format")
    DATA_DELETED = "data-deleted", _("The vendor deleted its copies and says so in writing")
    SUBCONTRACTORS = "subcontractors", _("Its subcontractors deleted theirs")
    OUR_COPIES = "our-copies", _("Our copies of what was handed over are destroyed")
    FAMILIES_TOLD = "families-told", _("The page for families says that the agreement is over")


class Right(TextChoices):
    """The six decisions that are taken on a cycle."""

    START = "start", _("Start a cycle")
    REGISTER = "register", _("Lock the plan")
    LOOK = "look", _("Look at results")
    RELEASE = "release", _("Send figures out")
    DECIDE = "decide", _("Decide")
    SCALE = "scale", _("Scale or replicate")


class RequestKind(TextChoices):
    """What takes two people."""

    BRIEF = "brief", _("Release a brief")
    LETTER = "letter", _("Send a letter")
    STOP = "stop", _("Stop a registered cycle")


class RequestState(TextChoices):
    """What has become of a request."""

    PENDING = "pending", _("Waits for a second person")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    RELEASED = "released", _("Done")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ReadKind(TextChoices):
    """Where named data was shown."""

    WORKLIST = "worklist", _("Who is who")
    EMERGENCY = "emergency", _("Broken glass")


class UnitKind(TextChoices):
    """What a unit of the organization is."""

    DISTRICT = "district", _("District")
    OFFICE = "office", _("Office")
    SCHOOL = "school", _("School")


class MeasureKind(TextChoices):
    """What a measure of an aim is for."""

    OUTCOME = "outcome", _("Outcome")
    PROCESS = "process", _("Process")
    BALANCING = "balancing", _("Balancing")


class Direction(TextChoices):
    """Which way is better."""

    HIGHER = "higher", _("Higher is better")
    LOWER = "lower", _("Lower is better")


class DriverKind(TextChoices):
    """How far a driver is from the aim."""

    PRIMARY = "primary", _("Primary driver")
    SECONDARY = "secondary", _("Secondary driver")
    CHANGE = "change", _("Change idea")


class DriverStatus(TextChoices):
    """What has become of a driver."""

    OPEN = "open", _("Open")
    TESTING = "testing", _("Being tested")
    KEPT = "kept", _("Kept")
    DROPPED = "dropped", _("Dropped")


class Choice(TextChoices):
    """What people may decide; the registered rule speaks in the same words."""

    ADOPT = "adopt", _("Adopt")
    ADAPT = "adapt", _("Adapt")
    STOP = "stop", _("Stop")
    EXTEND = "extend", _("Extend")
    UNKNOWN = "not enough evidence", _("Not enough evidence")


class DrawKind(TextChoices):
    """What was drawn by lot."""

    SAMPLE = "sample", _("Sample")
    ASSIGNMENT = "assignment", _("Assignment")


class JobKind(TextChoices):
    """What runs in the background."""

    IMPORT = "import", _("Import")
    MEASURE = "measure", _("Measure")
    EVALUATE = "evaluate", _("Evaluate")
    ROADMAP = "roadmap", _("Roadmap")


class JobState(TextChoices):
    """How far a job has come."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")
    FAILED = "failed", _("Failed")
