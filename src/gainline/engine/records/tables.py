"""The canonical tables. Every fact in the lake has exactly one of these shapes."""

from __future__ import annotations

import pyarrow as pa

from gainline.engine.records.declared import DECLARATIONS
from gainline.engine.records.fields import TYPES, Field, Retention, Sensitivity
from gainline.engine.records.frameworks import FRAMEWORKS
from gainline.engine.records.identities import IDENTIFIERS, LINKS, UNMATCHED
from gainline.engine.records.running import RUNNING
from gainline.engine.records.table import Table
from gainline.engine.records.voices import VOICES

_PUBLIC, _STAFF, _STUDENT, _SPECIAL = Sensitivity.PUBLIC, Sensitivity.STAFF, Sensitivity.STUDENT, Sensitivity.SPECIAL
_CONTRACT, _CYCLE, _ROSTER, _RECORD = Retention.CONTRACT, Retention.CYCLE, Retention.ROSTER, Retention.RECORD

PROVENANCE = (
    Field("import_id", "text", "Import that brought the row", _STAFF, _RECORD, "not student data"),
    Field(
        "source_line",
        "integer",
        "Line in the source file, header = 1",
        _STAFF,
        _CYCLE,
        "not student data",
        "the row was made by a rule, not read",
    ),
)
"""Fields at the end of every table: where a row came from."""

_PERSON = Field("person_key", "integer", "Pseudonym of the person", _STUDENT, _ROSTER, "student identifiers")
_SECTION = Field(
    "section_id", "text", "Section (OneRoster class)", _STAFF, _ROSTER, "schedule", "not tied to a section"
)
_SCHOOL = Field("school_id", "text", "School", _STAFF, _ROSTER, "enrollment", "school not known")


def _public(name: str, type_: str, means: str, null: str | None = None) -> Field:
    return Field(name, type_, means, _PUBLIC, _RECORD, "not student data", null)


def _student(name: str, type_: str, means: str, ndpa: str, null: str | None = None) -> Field:
    return Field(name, type_, means, _STUDENT, _ROSTER, ndpa, null)


_ALL = (
    Table(
        "schools",
        "A school, district or other organization",
        ("school_id",),
        (
            _public("school_id", "text", "OneRoster org sourcedId"),
            _public("name", "text", "Name"),
            _public("kind", "text", "school, district, department, local, state, national"),
            _public("identifier", "text", "Local or state number", "none given"),
            _public("parent_id", "text", "Organization above", "top of the tree, or not given"),
        ),
    ),
    Table(
        "terms",
        "An academic session",
        ("term_id",),
        (
            _public("term_id", "text", "OneRoster academicSession sourcedId"),
            _public("title", "text", "Title"),
            _public("kind", "text", "gradingPeriod, semester, schoolYear, term"),
            _public("start_date", "date", "First day"),
            _public("end_date", "date", "Last day"),
            _public("school_year", "text", "Year in which the school year ends", "not given"),
            _public("parent_id", "text", "Academic session that holds it", "top of the tree, or not given"),
        ),
    ),
    Table(
        "sections",
        "A class that meets: OneRoster class",
        ("section_id",),
        (
            _public("section_id", "text", "OneRoster class sourcedId"),
            _public("title", "text", "Title"),
            _public("school_id", "text", "School", "school not known"),
            _public("course_title", "text", "Course", "course not given"),
            _public("subject", "text", "Subject", "not given"),
            _public("grades", "text", "Grades, comma-separated CEDS codes", "not given"),
            _public("term_ids", "text", "Terms, comma-separated", "not given"),
            _public("course_id", "text", "Course it teaches", "not given"),
            _public("kind", "text", "homeroom, scheduled", "not given"),
            _public("code", "text", "Number that people know it by", "not given"),
        ),
    ),
    Table(
        "courses",
        "What sections teach: OneRoster course",
        ("course_id",),
        (
            _public("course_id", "text", "OneRoster course sourcedId"),
            _public("title", "text", "Title"),
            _public("code", "text", "Number that people know it by", "not given"),
            _public("grades", "text", "Grades, comma-separated CEDS codes", "not given"),
            _public("subjects", "text", "Subjects, comma-separated", "not given"),
            _public("subject_codes", "text", "Codes of the subjects, in the same order", "not given"),
            _public("org_id", "text", "School or district that offers it", "not given"),
            _public("term_id", "text", "School year that it belongs to", "not given"),
        ),
    ),
    Table(
        "resources",
        "A tool, book or lesson that sections or people are given: OneRoster resource",
        ("resource_id",),
        (
            _public("resource_id", "text", "OneRoster resource sourcedId"),
            _public("vendor_resource_id", "text", "Key by which the vendor knows it"),
            _public("title", "text", "Title", "not given"),
            _public("roles", "text", "Roles that may use it, comma-separated", "everybody"),
            _public("importance", "text", "primary, secondary", "not given"),
            _public("vendor_id", "text", "Vendor", "not given"),
            _public("application_id", "text", "Tool that it opens in", "not given"),
        ),
    ),
    Table(
        "resource_links",
        "A resource that a section or a course is given",
        ("link_id",),
        (
            _public("link_id", "text", "OneRoster sourcedId of the link"),
            _public("resource_id", "text", "Resource"),
            _public("section_id", "text", "Section that is given it", "given to a whole course"),
            _public("course_id", "text", "Course that is given it", "given to one section"),
            _public("title", "text", "Title", "not given"),
        ),
    ),
    Table(
        "people",
        "A person as the roster names them; read only to link and to answer the person's own questions",
        ("person_key",),
        (
            _PERSON,
            _student("role", "text", "student, teacher, administrator, aide, guardian, ...", "enrollment"),
            _student("given_name", "text", "Given name", "student name", "not given"),
            _student("family_name", "text", "Family name", "student name", "not given"),
            _student("username", "text", "User name", "student identifiers", "not given"),
            _student("email", "text", "E-mail, folded to lower case", "student contact", "not given"),
            _student(
                "enabled", "flag", "The roster lets them sign in; nobody is left out for it", "enrollment", "not given"
            ),
            _student(
                "end_date", "date", "Day on which the roster no longer held them", "enrollment", "still in the roster"
            ),
        ),
    ),
    Table(
        "roles",
        "What a person is in a school or office, and for how long",
        ("person_key", "school_id", "role", "begin_date"),
        (
            _PERSON,
            _SCHOOL,
            _student("role", "text", "student, teacher, principal, guardian, ...", "enrollment"),
            _student("rank", "text", "primary, secondary", "enrollment"),
            _student("begin_date", "date", "First day in the role", "enrollment", "since before the records start"),
            _student("end_date", "date", "Last day in the role", "enrollment", "still in it"),
        ),
    ),
    IDENTIFIERS,
    LINKS,
    Table(
        "students",
        "A student as the roster describes them now",
        ("person_key",),
        (
            _PERSON,
            _SCHOOL,
            _student("grade", "text", "CEDS grade code, e.g. 03", "enrollment", "not given"),
            _student("sex", "text", "female, male, other, unspecified", "demographics", "not given"),
            Field(
                "race_ethnicity",
                "text",
                "Race and ethnicity, one folded label",
                _SPECIAL,
                _ROSTER,
                "demographics",
                "not given",
            ),
            Field(
                "economically_disadvantaged",
                "flag",
                "Free or reduced-price lunch, or the district's own marker",
                _SPECIAL,
                _ROSTER,
                "special indicator",
                "not given",
            ),
            Field("english_learner", "flag", "English learner", _SPECIAL, _ROSTER, "special indicator", "not given"),
            Field(
                "disability",
                "flag",
                "Has an IEP, 504 plan or declared disability",
                _SPECIAL,
                _ROSTER,
                "special indicator",
                "not given",
            ),
        ),
    ),
    Table(
        "attributes",
        "A further declared fact about a student, as of a section or overall",
        ("person_key", "section_id", "attribute"),
        (
            _PERSON,
            _SECTION,
            _student("attribute", "text", "Name declared by the profile", "demographics"),
            _student("text", "text", "Value as text", "demographics", "the attribute is a number or missing"),
            _student(
                "number",
                "number",
                "Value as a number, unit declared by the profile",
                "demographics",
                "the attribute is text or missing",
            ),
        ),
    ),
    Table(
        "enrollments",
        "A person in a section",
        ("person_key", "section_id", "begin_date"),
        (
            _PERSON,
            _SECTION,
            _SCHOOL,
            _student("role", "text", "student, teacher, administrator, proctor", "schedule"),
            _student("begin_date", "date", "First day in the section", "schedule", "since before the records start"),
            _student("end_date", "date", "Last day in the section", "schedule", "still in it"),
            _student("is_primary", "flag", "The teacher who answers for the section", "schedule", "not given"),
        ),
    ),
    Table(
        "usage",
        "What one person did in one tool over a span of days, as the vendor counts it",
        (),
        (
            _PERSON,
            Field("tool", "text", "Tool key", _STAFF, _CONTRACT, "application use statistics"),
            Field(
                "metric",
                "text",
                "minutes_active, minutes_logged_in, clicks, logins, items_passed, ...",
                _STAFF,
                _CONTRACT,
                "application use statistics",
            ),
            Field("value", "number", "Amount in the metric's unit", _STUDENT, _CONTRACT, "application use statistics"),
            Field(
                "first_day",
                "date",
                "First day that the amount covers",
                _STUDENT,
                _CONTRACT,
                "application use statistics",
            ),
            Field(
                "last_day", "date", "Last day that the amount covers", _STUDENT, _CONTRACT, "application use statistics"
            ),
            Field(
                "week_start", "date", "Monday of the last day's week", _STUDENT, _CONTRACT, "application use statistics"
            ),
            _SECTION,
            Field(
                "resource",
                "text",
                "What was used inside the tool: lesson, page, activity kind",
                _STUDENT,
                _CONTRACT,
                "application use statistics",
                "the tool as a whole",
            ),
            Field(
                "matched", "flag", "True when the person was found in the roster", _STAFF, _CONTRACT, "not student data"
            ),
        ),
    ),
    Table(
        "events",
        "One thing one person did in one tool at one moment",
        (),
        (
            _PERSON,
            Field("tool", "text", "Tool key", _STAFF, _CONTRACT, "application use statistics"),
            Field("action", "text", "What was done", _STUDENT, _CONTRACT, "application use statistics"),
            Field(
                "epoch_s", "integer", "Seconds since 1970-01-01 UTC", _STUDENT, _CONTRACT, "application use statistics"
            ),
            Field(
                "local_date",
                "date",
                "Day in the district's time zone",
                _STUDENT,
                _CONTRACT,
                "application use statistics",
            ),
            Field("week_start", "date", "Monday of that day's week", _STUDENT, _CONTRACT, "application use statistics"),
            Field(
                "event_id",
                "text",
                "The source's own id of the event",
                _STUDENT,
                _CONTRACT,
                "application use statistics",
                "the source gives none",
            ),
            Field(
                "resource",
                "text",
                "What was used inside the tool",
                _STUDENT,
                _CONTRACT,
                "application use statistics",
                "the tool as a whole",
            ),
            Field(
                "matched", "flag", "True when the person was found in the roster", _STAFF, _CONTRACT, "not student data"
            ),
        ),
    ),
    Table(
        "assessments",
        "An assessment that results refer to",
        ("assessment", "form"),
        (
            _public("assessment", "text", "Assessment key"),
            _public("form", "text", "Window or form: fall, winter, spring, TMA-1, ..."),
            _public("title", "text", "Title", "not given"),
            _public("domain", "text", "Outcome domain, e.g. reading", "not given"),
            _public("scale_min", "number", "Lowest possible score", "not given"),
            _public("scale_max", "number", "Highest possible score", "not given"),
            _public("weight", "number", "Weight in the course mark, percent", "not given"),
            _public("due_date", "date", "Due or administration date", "not given"),
            _public("assign_date", "date", "Day it was set", "not given"),
            _public("section_id", "text", "Section it belongs to", "district-wide"),
        ),
    ),
    Table(
        "results",
        "One person's result in one assessment",
        (),
        (
            _PERSON,
            _student("assessment", "text", "Assessment key", "assessment"),
            _student("form", "text", "Window or form: fall, winter, spring, TMA-1, ...", "assessment"),
            _student(
                "score",
                "number",
                "Score on the assessment's own scale",
                "assessment",
                "sat or handed in, but no score was given",
            ),
            _student("taken_on", "date", "Day it was taken or handed in", "assessment", "not given"),
            _SECTION,
            _student("status", "text", "scored, banked, missing, exempt", "assessment", "not given"),
            Field(
                "matched", "flag", "True when the person was found in the roster", _STAFF, _CYCLE, "not student data"
            ),
        ),
    ),
    Table(
        "licenses",
        "A student for whom a license of a tool was bought or assigned",
        ("person_key", "tool"),
        (
            _PERSON,
            Field("tool", "text", "Tool key", _STAFF, _CONTRACT, "programme membership"),
            Field(
                "first_day",
                "date",
                "First licensed day",
                _STAFF,
                _CONTRACT,
                "programme membership",
                "from the contract's start",
            ),
            Field(
                "last_day",
                "date",
                "Last licensed day",
                _STAFF,
                _CONTRACT,
                "programme membership",
                "to the contract's end",
            ),
            Field(
                "matched", "flag", "True when the person was found in the roster", _STAFF, _CONTRACT, "not student data"
            ),
        ),
    ),
    Table(
        "contracts",
        "What was bought from a vendor, for how much, and when notice is due",
        ("tool", "start_date"),
        (
            _public("tool", "text", "Tool key"),
            _public("tool_name", "text", "Tool name for people"),
            _public("vendor", "text", "Vendor", "not given"),
            _public("licenses", "integer", "Licenses bought", "not counted by license"),
            _public("cost", "number", "Total cost of the contract period, in its currency", "not given"),
            _public("currency", "text", "ISO 4217 code", "not given"),
            _public("start_date", "date", "First day"),
            _public("end_date", "date", "Last day"),
            _public("notice_date", "date", "Last day to give notice", "no notice clause"),
        ),
    ),
    Table(
        "assignments",
        "Which arm of a pilot a school, section or student is in",
        ("pilot", "unit_id"),
        (
            _public("pilot", "text", "Pilot key"),
            _public("unit", "text", "school, section or student"),
            Field(
                "unit_id",
                "text",
                "School or section id; for a student the decimal person key",
                _STUDENT,
                _CYCLE,
                "programme membership",
            ),
            Field("arm", "text", "tool or usual", _STAFF, _CYCLE, "programme membership"),
            Field(
                "block",
                "text",
                "Block within which chance decided",
                _STAFF,
                _CYCLE,
                "programme membership",
                "one block",
            ),
            Field("how", "text", "randomized, volunteered, chosen, score", _STAFF, _CYCLE, "programme membership"),
            Field(
                "assigned_on",
                "date",
                "Day the assignment was known",
                _STAFF,
                _CYCLE,
                "programme membership",
                "not given",
            ),
        ),
    ),
    *VOICES,
    *RUNNING,
    DECLARATIONS,
    *FRAMEWORKS,
    UNMATCHED,
    Table(
        "imports",
        "One file that was imported, with its account",
        ("import_id",),
        (
            Field("file_name", "text", "File name without its folder", _STAFF, _RECORD, "not student data"),
            Field("file_sha256", "text", "Content hash", _STAFF, _RECORD, "not student data"),
            Field("profile", "text", "Profile or standard that read it", _STAFF, _RECORD, "not student data"),
            Field("imported_on", "date", "Day of the import (as_of)", _STAFF, _RECORD, "not student data"),
            Field("read", "integer", "Rows in the file", _STAFF, _RECORD, "not student data"),
            Field("loaded", "integer", "Rows loaded as they are", _STAFF, _RECORD, "not student data"),
            Field("repaired", "integer", "Rows loaded after a reported repair", _STAFF, _RECORD, "not student data"),
            Field("rejected", "integer", "Rows kept out, each with its line", _STAFF, _RECORD, "not student data"),
            Field("account", "text", "The readable account as JSON", _STAFF, _RECORD, "not student data"),
        ),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _ALL}
"""Every canonical table by name."""


def arrow_schema(name: str) -> pa.Schema:
    """The Arrow schema of a canonical table, provenance included.

    Raises
    ------
    KeyError
        When no canonical table has this name.
    """
    return pa.schema([field.arrow() for field in (*TABLES[name].fields, *PROVENANCE)])


def empty_table(name: str) -> pa.Table:
    """A canonical table without rows."""
    return arrow_schema(name).empty_table()


assert all(field.type in TYPES for table in _ALL for field in table.fields), "a declared type is unknown"  # noqa: S101
