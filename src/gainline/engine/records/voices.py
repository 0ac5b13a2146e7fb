"""What people said, what observers saw, and what it cost them: the tables beside rosters, use and scores."""

from __future__ import annotations

from gainline.engine.records.fields import Field, Retention, Sensitivity
from gainline.engine.records.table import Table

_PUBLIC, _STAFF, _STUDENT, _SPECIAL = Sensitivity.PUBLIC, Sensitivity.STAFF, Sensitivity.STUDENT, Sensitivity.SPECIAL
_CONTRACT, _CYCLE, _ROSTER, _RECORD = Retention.CONTRACT, Retention.CYCLE, Retention.ROSTER, Retention.RECORD
_SURVEY, _CONDUCT, _TECHNOLOGY = "student survey responses", "conduct", "application technology metadata"
_NOT_STUDENTS = "not student data"

_MATCHED = Field("matched", "flag", "True when the person was found in the roster", _STAFF, _CYCLE, _NOT_STUDENTS)
_SCHOOL = Field("school_id", "text", "School that it is about", _STAFF, _CYCLE, "enrollment", "not tied to a school")
_SECTION = Field("section_id", "text", "Section that it is about", _STAFF, _CYCLE, "schedule", "not tied to a section")


def _person(means: str) -> Field:
    return Field("person_key", "integer", means, _STUDENT, _CYCLE, "student identifiers")


def _item(name: str, type_: str, means: str, null: str | None = None) -> Field:
    return Field(name, type_, means, _PUBLIC, _RECORD, _NOT_STUDENTS, null)


def _answer(name: str, type_: str, means: str, null: str | None = None) -> Field:
    return Field(name, type_, means, _STUDENT, _CYCLE, _SURVEY, null)


def _seen(name: str, type_: str, means: str, null: str | None = None) -> Field:
    return Field(name, type_, means, _STAFF, _CYCLE, _NOT_STUDENTS, null)


def _service(name: str, type_: str, means: str, null: str | None = None) -> Field:
    return Field(name, type_, means, _STAFF, _CONTRACT, _TECHNOLOGY, null)


def _own(name: str, type_: str, means: str, ndpa: str, null: str | None = None) -> Field:
    return Field(name, type_, means, _SPECIAL, _ROSTER, ndpa, null)


VOICES = (
    Table(
        "survey_items",
        "A question of a survey or an element of a rubric, with the order of its choices",
        ("instrument", "item"),
        (
            _item("instrument", "text", "Survey, e.g. sus, spring-voice"),
            _item("item", "text", "Question within it, e.g. q1"),
            _item("construct", "text", "What it is meant to measure, e.g. teacher_efficacy", "stands for itself"),
            _item("wording", "text", "The question as it was put", "not given"),
            _item("lowest", "number", "Number of the first choice", "the answers are free text"),
            _item("highest", "number", "Number of the last choice", "the answers are free text"),
            _item(
                "reverse", "flag", "True when agreeing says less of the construct, so that answers are turned around"
            ),
        ),
    ),
    Table(
        "responses",
        "One person's answer to one question of one filled-in questionnaire",
        ("instrument", "response_id", "item"),
        (
            _person("Pseudonym of who answered; of the questionnaire itself where nobody is named"),
            _answer("respondent", "text", "student, teacher, family, staff"),
            _answer("instrument", "text", "Survey"),
            _answer("response_id", "text", "The filled-in questionnaire"),
            _answer("item", "text", "Question within the survey"),
            _answer("answer", "number", "Number of the choice, as it was ticked and not turned around", "left out"),
            _answer("answered_on", "date", "Day of the answer", "not given"),
            _SCHOOL,
            _SECTION,
            _answer("tool", "text", "Tool that it is about", "not about one tool"),
            _MATCHED,
        ),
    ),
    Table(
        "feedback",
        "What one person wrote or said in their own words; the text is shown to nobody without a purpose",
        ("feedback_id",),
        (
            _person("Pseudonym of who said it; of the note itself where nobody is named"),
            _answer("feedback_id", "text", "The note"),
            _answer("respondent", "text", "student, teacher, family, staff"),
            Field("text", "text", "Their words", _SPECIAL, _CYCLE, "communications"),
            _answer("topic", "text", "What it is about", "not given"),
            _answer("said_on", "date", "Day", "not given"),
            _SCHOOL,
            _answer("tool", "text", "Tool that it is about", "not about one tool"),
            _MATCHED,
        ),
    ),
    Table(
        "observations",
        "One rater's level for one element of a rubric in one lesson",
        ("observation_id", "element", "person_key"),
        (
            _person("Pseudonym of the rater"),
            _seen("observation_id", "text", "The lesson that was watched; raters of one lesson share it"),
            _seen("rubric", "text", "Rubric, e.g. danielson-2022"),
            _seen("element", "text", "Element of the rubric"),
            _seen("level", "number", "Level that the rater gave", "watched and not rated"),
            _seen("lowest", "number", "Lowest level of the rubric"),
            _seen("highest", "number", "Highest level of the rubric"),
            _seen("observed_on", "date", "Day of the lesson"),
            _seen("minutes", "number", "Minutes that the rater watched", "not given"),
            _SCHOOL,
            _SECTION,
            _seen("tool", "text", "Tool that was in use", "not about one tool"),
            _MATCHED,
        ),
    ),
    Table(
        "tickets",
        "One call for help with a tool; neither the caller nor the words are kept",
        ("ticket_id",),
        (
            _service("ticket_id", "text", "Number in the support system"),
            _service("tool", "text", "Tool that it is about"),
            _service("opened_on", "date", "Day on which it was opened"),
            _service("week_start", "date", "Monday of that day's week"),
            _service("closed_on", "date", "Day on which it was solved", "still open, or not given"),
            _service("hours_to_reply", "number", "Hours to the first reply", "no reply yet, or not given"),
            _service("hours_to_solve", "number", "Hours until it was solved", "still open, or not given"),
            _service("kind", "text", "access, rostering, defect, question, ...", "not given"),
            _service("caller", "text", "student, teacher, family, staff", "not given"),
            _SCHOOL,
        ),
    ),
    Table(
        "outages",
        "A time in which a tool could not be used",
        ("tool", "outage_id"),
        (
            _service("tool", "text", "Tool that was down"),
            _service("outage_id", "text", "Number in the log, else the moment it began"),
            _service("began_on", "date", "Day on which it began"),
            _service("week_start", "date", "Monday of that day's week"),
            _service("minutes", "number", "Minutes that it lasted"),
            _service("planned", "flag", "Announced maintenance"),
            _SCHOOL,
        ),
    ),
    Table(
        "training",
        "A person and a training on a tool, whether they came or not",
        ("person_key", "training", "held_on"),
        (
            _person("Pseudonym of the teacher or other staff member"),
            _seen("training", "text", "The training"),
            _seen("held_on", "date", "Day"),
            _seen("hours", "number", "Hours attended", "not given"),
            _seen("attended", "flag", "True when they came"),
            _seen("tool", "text", "Tool that it was about", "not about one tool"),
            _MATCHED,
        ),
    ),
    Table(
        "access",
        "What a student has to work with",
        ("person_key",),
        (
            _person("Pseudonym of the student"),
            _own("device", "flag", "Has a device to use in school", "other", "not asked"),
            _own("home_device", "flag", "Has a device to use at home", "other", "not asked"),
            _own(
                "home_internet", "flag", "Has internet at home that is good enough for the tools", "other", "not asked"
            ),
            _own("asked_on", "date", "Day on which this was so", "other", "not given"),
            _MATCHED,
        ),
    ),
    Table(
        "incidents",
        "A breach of digital citizenship in which a student took part",
        ("incident_id", "person_key"),
        (
            _person("Pseudonym of the student"),
            _own("incident_id", "text", "Number in the district's own log", _CONDUCT),
            _own("kind", "text", "bullying, privacy, plagiarism, misuse, ...", _CONDUCT, "not given"),
            _own("happened_on", "date", "Day", _CONDUCT),
            _own("week_start", "date", "Monday of that day's week", _CONDUCT),
            _own("tool", "text", "Tool in which it happened", _CONDUCT, "not tied to a tool"),
            _MATCHED,
        ),
    ),
)
"""People's own words and eyes, service, and access."""
