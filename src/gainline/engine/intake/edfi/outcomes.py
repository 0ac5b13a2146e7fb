"""Outcomes: assessments and results, gradebooks, attendance, surveys, interventions and programs."""

from __future__ import annotations

import math
from datetime import date

from gainline.engine.core.calendar import week_start
from gainline.engine.core.ids import person_key
from gainline.engine.intake.edfi.desk import SYSTEM, Desk, day, need, number, section_of, the_day
from gainline.engine.intake.edfi.nodes import Node

FORM = "once"  # of an assessment that names no period
_SCORES = ("scale score", "raw score", "number score", "composite score", "standard score", "percentile", "percentage")
_STATUS = {
    "graded": "scored",
    "completed": "banked",
    "not submitted": "missing",
    "missing": "missing",
    "exempt": "exempt",
}
_ABSENT = {"in attendance": "present", "tardy": "late", "early departure": "late", "excused absence": "excused"}
_PROGRAMS = {
    "studentlanguageinstructionprogramassociation": "english_learner",
    "studentspecialeducationprogramassociation": "disability",
    "studentsection504programassociation": "disability",
}


def assessment(node: Node, desk: Desk) -> None:
    """An assessment and its scale."""
    score = node.find("assessmentscore")
    low, high = (number(score, name) for name in ("minimumscore", "maximumscore")) if score else (None, None)
    desk.lay("assessments", node.line, assessment=need(node, "assessmentidentifier"), form=_form(node),
             title=node.said("assessmenttitle") or None, domain=node.word("academicsubject") or None, scale_min=low,
             scale_max=high if high is not None else number(node, "maxrawscore"))  # fmt: skip


def _form(node: Node) -> str:
    return node.word("assessmentperiod") or node.word("period") or FORM


def result(node: Node, desk: Desk) -> None:
    """A student's result: the first of scale score, raw score and so on that is a number."""
    need(node, "studentassessmentidentifier")
    assessment = need(node, "assessmentreference", "assessmentidentifier")
    key, matched = desk.named(node)
    score = _score(node)
    if score is None:
        desk.tally.book.add("IN040", [node.line], column="scoreresult")
    desk.lay("results", node.line, person_key=key, assessment=assessment, form=_form(node), score=score,
             taken_on=day(node, "administrationdate"), status="scored" if score is not None else None,
             matched=matched)  # fmt: skip


def _score(node: Node) -> float | None:
    told: dict[str, float] = {}
    for one in node.all("scoreresult"):
        try:
            value = float(one.said("result"))
        except ValueError:
            continue
        if math.isfinite(value):
            told.setdefault(one.word("assessmentreportingmethod").casefold(), value)
    return next((told[name] for name in (*_SCORES, *told) if name in told), None)


def gradebook_entry(node: Node, desk: Desk) -> None:
    """An assignment of a section."""
    section = section_of(node) if node.find("sectionreference") else None
    desk.lay("assessments", node.line, assessment=need(node, "gradebookentryidentifier"), form=FORM,
             title=node.said("title") or None, assign_date=day(node, "dateassigned"), due_date=day(node, "duedate"),
             section_id=section)  # fmt: skip
    if section:
        desk.names["entry"][need(node, "gradebookentryidentifier")] = section


def gradebook_result(node: Node, desk: Desk) -> None:
    """What a student got for an assignment."""
    entry = need(node, "gradebookentryidentifier")
    key, matched = desk.named(node)
    score, said = number(node, "numericgradeearned"), node.word("submissionstatus").casefold()
    status = _STATUS.get(said) or ("scored" if score is not None else None)
    desk.lay("results", node.line, person_key=key, assessment=entry, form=FORM, score=score,
             taken_on=day(node, "datefulfilled"), section_id=desk.names["entry"].get(entry), status=status,
             matched=matched)  # fmt: skip


def attendance(node: Node, desk: Desk) -> None:
    """A day on which a student was not where they should be; Ed-Fi has exceptions only."""
    on, said = the_day(node, "eventdate"), node.word("attendanceeventcategory")
    key, matched = desk.named(node)
    section = section_of(node) if node.find("sectionreference") else None
    status = _ABSENT.get(said.casefold()) or ("absent" if "absence" in said.casefold() else said or "absent")
    desk.lay("attendance", node.line, person_key=key, school_id=node.said("schoolid") or None, section_id=section,
             day=on, status=status, matched=matched)  # fmt: skip


def question(node: Node, desk: Desk) -> None:
    """A question and the numbers of its choices."""
    numbers = [value for one in node.all("responsechoice") if (value := number(one, "numericvalue")) is not None]
    desk.lay("survey_items", node.line, instrument=need(node, "surveyidentifier"), item=need(node, "questioncode"),
             wording=node.said("questiontext") or None, lowest=min(numbers, default=None),
             highest=max(numbers, default=None), reverse=False)  # fmt: skip


def survey_response(node: Node, desk: Desk) -> None:
    """Who filled in a questionnaire, and when; the answers of the same file look it up. Names are left out."""
    response = f"{need(node, 'surveyidentifier')}/{need(node, 'surveyresponseidentifier')}"
    desk.names["day"][response] = str(day(node, "responsedate") or "")
    if node.said("studentuniqueid"):
        key, matched = desk.named(node)
        desk.names["who"][response] = f"student {key} {int(matched)}"
    elif node.said("staffuniqueid"):
        desk.names["who"][response] = f"staff {desk.staff(node)} 1"
    elif node.find("contactreference") or node.find("parentreference"):
        desk.names["who"][response] = f"family {person_key(desk.task.identity.salt, SYSTEM, response)} 0"


def answer(node: Node, desk: Desk) -> None:
    """One answer; without a number it counts as left out."""
    survey, questionnaire = need(node, "surveyidentifier"), need(node, "surveyresponseidentifier")
    response = f"{survey}/{questionnaire}"
    unnamed = f"student {person_key(desk.task.identity.salt, SYSTEM, response)} 0"
    kind, key, matched = desk.names["who"].get(response, unnamed).split()
    on = desk.names["day"].get(response)
    desk.lay("responses", node.line, person_key=int(key), respondent=kind, instrument=survey, response_id=questionnaire,
             item=need(node, "questioncode"), answer=number(node, "numericresponse"),
             answered_on=date.fromisoformat(on) if on else None, matched=matched == "1")  # fmt: skip


def content(node: Node, desk: Desk) -> None:
    """A tool or program as Ed-Fi registers it."""
    own = need(node, "contentidentifier")
    title = node.said("shortdescription") or node.said("description") or None
    desk.lay("resources", node.line, resource_id=own, vendor_resource_id=own, title=title,
             vendor_id=node.said("publisher") or None)  # fmt: skip


def intervention(node: Node, desk: Desk) -> None:
    """An intervention, or a prescription of one, under the code by which students' parts in it name it."""
    own = need(node, f"{node.name}identificationcode")
    content = node.said("contentidentifier") or None
    title = node.word("interventionclass") or None
    desk.lay("resources", node.line, resource_id=own, vendor_resource_id=content or own, title=title)


def intervened(node: Node, desk: Desk) -> None:
    """A student's part in an intervention, with its dosage in minutes."""
    code = need(node, "interventionidentificationcode")
    dosage = number(node, "dosage")
    key, _ = desk.named(node)
    desk.lay("attributes", node.line, person_key=key, section_id=None, attribute=f"intervention {code}", number=dosage,
             text=None if dosage is not None else "yes")  # fmt: skip


def intervention_minutes(node: Node, desk: Desk) -> None:
    """How long a student took part in an intervention on a day."""
    on, code = the_day(node, "eventdate"), need(node, "interventionidentificationcode")
    minutes = number(node, "interventionduration")
    key, matched = desk.named(node)
    if minutes is not None:
        desk.lay("usage", node.line, person_key=key, tool=code, metric="minutes_active", value=minutes, first_day=on,
                 last_day=on, week_start=week_start(on), matched=matched)  # fmt: skip


def program(node: Node, desk: Desk) -> None:
    """A student's part in a program; those for learners of English and for disabilities are markers, too."""
    name = need(node, "programname")
    key, _ = desk.named(node)
    desk.lay("attributes", node.line, person_key=key, section_id=None, attribute=f"program {name}",
             text=node.word("programtype") or "yes")  # fmt: skip
    end = day(node, "enddate")
    if node.name in _PROGRAMS and (end is None or end > desk.task.as_of):
        desk.names[_PROGRAMS[node.name]][str(key)] = str(node.line)
