"""Who is who: identifiers of people, identities that nobody knows yet, and what people decided about them."""

from __future__ import annotations

from gainline.engine.records.fields import Field, Retention, Sensitivity
from gainline.engine.records.table import Table

_STAFF, _STUDENT = Sensitivity.STAFF, Sensitivity.STUDENT
_CYCLE, _ROSTER = Retention.CYCLE, Retention.ROSTER
_IDENTIFIERS, _NOT_STUDENTS, _ENROLLMENT = "student identifiers", "not student data", "enrollment"

_PERSON = Field("person_key", "integer", "Pseudonym of the person", _STUDENT, _ROSTER, _IDENTIFIERS)


def _told(name: str, means: str, null: str | None = None, *, ndpa: str = _IDENTIFIERS) -> Field:
    return Field(name, "text", means, _STUDENT, _ROSTER, ndpa, null)


def _worklist(name: str, means: str, null: str | None = None, *, ndpa: str = _NOT_STUDENTS) -> Field:
    return Field(name, "text", means, _STAFF, _CYCLE, ndpa, null)


IDENTIFIERS = Table(
    "identifiers",
    "One identifier by which a source system knows a person",
    ("source", "kind", "value"),
    (
        _PERSON,
        _told("source", "System that uses the identifier, e.g. oneroster, iready"),
        _told("kind", "Caliper identifier kind: SisSourcedId, OneRosterSourcedId, EmailAddress, ..."),
        _told("value", "The identifier itself"),
        _told("how", "roster, exact, or the rule that matched it; disputed: several people have it, so it is nobody's"),
        Field("valid_from", "date", "First day on record", _STUDENT, _ROSTER, _IDENTIFIERS, "before this was kept"),
        Field("valid_to", "date", "Day since which it no longer holds", _STUDENT, _ROSTER, _IDENTIFIERS, "it holds"),
        _worklist("confirmed_by", "Who confirmed the match", "a rule matched it"),
    ),
)

LINKS = Table(
    "links",
    "What somebody decided about an identity that no rule knew: whose it is, or whose it is not",
    ("source", "kind", "value", "person_key"),
    (
        _PERSON,
        _told("source", "System that uses the identifier"),
        _told("kind", "Identifier kind"),
        _told("value", "The identifier as the file has it"),
        Field(
            "alias_key",
            "integer",
            "Pseudonym under which the identity's rows lie; they are read as the person's while the link is confirmed",
            _STUDENT,
            _ROSTER,
            _IDENTIFIERS,
        ),
        _worklist("decision", "confirmed, rejected, undone"),
        _worklist("how", "What suggested it: likely, a rule, chosen by hand, or adopted where there is no roster"),
        Field("probability", "number", "How likely it was, 0 to 1", _STAFF, _CYCLE, _NOT_STUDENTS, "chosen by hand"),
        _worklist("decided_by", "Who decided"),
        Field("decided_on", "date", "Day of the decision", _STAFF, _CYCLE, _NOT_STUDENTS),
    ),
)

UNMATCHED = Table(
    "unmatched",
    "An identity in a vendor's file that the roster does not know",
    (),
    (
        _worklist("source", "Profile that read the file"),
        _worklist("kind", "Identifier kind"),
        _told("value", "The identifier as the file has it"),
        _worklist("school", "School as the file names it", "not given", ndpa=_ENROLLMENT),
        _worklist("grade", "Grade as the file names it", "not given", ndpa=_ENROLLMENT),
        Field("rows", "integer", "Rows of the file that hang on this identity", _STAFF, _CYCLE, _NOT_STUDENTS),
        _worklist("because", "Why no rule matched it"),
        _worklist("suggestion", "What a person could do", "no suggestion"),
        _told("given_name", "Given name as the file has it", "not given", ndpa="student name"),
        _told("family_name", "Family name as the file has it", "not given", ndpa="student name"),
        _worklist("system", "System that uses the identifier", "written before this was kept"),
    ),
)
