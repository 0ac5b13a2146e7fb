"""Roster: organizations, courses, sections, students and staff, and who is in which section."""

from __future__ import annotations

from datetime import date

from gainline.engine.core.ids import person_key
from gainline.engine.intake.edfi.desk import (
    SYSTEM,
    Desk,
    Odd,
    day,
    flag,
    grade,
    grade_of,
    need,
    offering_of,
    section_of,
    the_day,
    year_ends,
)
from gainline.engine.intake.edfi.nodes import Node

_ORGS = {
    "school": ("school", "schoolid"),
    "localeducationagency": ("district", "localeducationagencyid"),
    "stateeducationagency": ("state", "stateeducationagencyid"),
    "educationservicecenter": ("local", "educationservicecenterid"),
    "organizationdepartment": ("department", "organizationdepartmentid"),
}
_ABOVE = tuple(
    f"{name}reference" for name in ("localeducationagency", "stateeducationagency", "parenteducationorganization")
)
_ROLES = {"teacher": "teacher", "substitute teacher": "teacher", "principal": "principal", "counselor": "counselor"}
_STATE = ("state", "national")


def organization(node: Node, desk: Desk) -> None:
    """A school, agency or department."""
    kind, own = _ORGS[node.name]
    org = need(node, own)
    desk.names["@id"][node.said("@id")] = org
    above = [
        desk.names["@id"].get(one.points_to) or (one.kids and _first_id(one))
        for name in _ABOVE
        for one in node.all(name)
    ]  # fmt: skip
    parent = next((one for one in above if one), None)
    code = node.said("educationorganizationidentificationcode", "identificationcode") or org
    name = need(node, "nameofinstitution")
    desk.lay("schools", node.line, school_id=org, name=name, kind=kind, identifier=code, parent_id=parent)


def _first_id(node: Node) -> str:
    return next((kid.text.strip() for kid in _walk(node) if kid.name.endswith("id") and kid.text.strip()), "")


def _walk(node: Node) -> list[Node]:
    return [one for kid in node.kids for one in (kid, *_walk(kid))]


def session(node: Node, desk: Desk) -> None:
    """A session of a school."""
    school, year, name = (need(node, part) for part in ("schoolid", "schoolyear", "sessionname"))
    begin, end = the_day(node, "begindate"), the_day(node, "enddate")
    if end < begin:
        raise Odd("IN043", "enddate")
    kind = "semester" if "semester" in node.word("term").casefold() else "term"
    said = {"title": name, "kind": kind, "start_date": begin, "end_date": end, "school_year": year_ends(year)}
    desk.lay("terms", node.line, term_id=f"{school}/{year}/{name}", **said)


def course(node: Node, desk: Desk) -> None:
    """A course that sections teach."""
    org, code = need(node, "educationorganizationid"), need(node, "coursecode")
    desk.names["course"][f"{org}/{code}"] = title = need(node, "coursetitle")
    subject = ",".join(one.text.strip().rpartition("#")[2] for one in node.all("academicsubject") if one.text.strip())
    grades = ",".join(
        found for one in node.all("offeredgradelevel") if (found := grade_of(one.text.rpartition("#")[2]))
    )
    desk.lay("courses", node.line, course_id=f"{org}/{code}", title=title, code=code, subjects=subject or None,
             grades=grades or None, org_id=org)  # fmt: skip


def offering(node: Node, desk: Desk) -> None:
    """Which course a school offers under its own code; sections of the same file look it up."""
    need(node, "localcoursecode")
    reference = node.find("coursereference")
    if reference is None:
        raise Odd("IN030", "coursereference")
    place = "/".join(offering_of(node))
    org = reference.said("educationorganizationid") or node.said("schoolid")
    desk.names["offering"][place] = f"{org}/{need(reference, 'coursecode')}"
    desk.names["offering title"][place] = node.said("localcoursetitle")


def section(node: Node, desk: Desk) -> None:
    """A class that meets."""
    place = "/".join(offering_of(node))
    school, year, name, _ = offering_of(node)
    course_id = desk.names["offering"].get(place)
    title = desk.names["offering title"].get(place) or desk.names["course"].get(course_id or "")
    desk.lay(
        "sections",
        node.line,
        section_id=section_of(node),
        title=node.said("sectionname") or need(node, "sectionidentifier"),
        school_id=school or None,
        course_title=title or None,
        term_ids=f"{school}/{year}/{name}" if name else None,
        course_id=course_id,
        kind="scheduled",
        code=node.said("sectionidentifier"),
    )


def student(node: Node, desk: Desk) -> None:
    """A student with name and numbers."""
    key = desk.student(node)
    if _person(node, desk, key, "student", need(node, "studentuniqueid"), kind="SisSourcedId"):
        desk.lay("students", node.line, person_key=key, sex=_sex(node))


def staff(node: Node, desk: Desk) -> None:
    """A member of staff; what they do, their assignments say."""
    key = desk.staff(node)
    _person(node, desk, key, "staff", f"staff/{need(node, 'staffuniqueid')}", kind="Other")


def _person(node: Node, desk: Desk, key: int, role: str, value: str, *, kind: str) -> bool:
    """Lay a person and what they are known by; False for somebody whom another roster describes already."""
    if key != person_key(desk.task.identity.salt, SYSTEM, value):
        _identifier(desk, node.line, key, kind, value, how="exact")
        return False
    email = next((one.text.strip().casefold() for one in node.all("electronicmailaddress") if one.text.strip()), None)
    login = node.said("loginid") or None
    desk.lay("people", node.line, person_key=key, role=role, given_name=node.said("firstname") or None,
             family_name=node.said("lastsurname") or None, email=email, username=login)  # fmt: skip
    for of_kind, text in ((kind, value), ("EmailAddress", email), ("AccountUserName", login)):
        if text:
            _identifier(desk, node.line, key, of_kind, text)
    return True


def _identifier(desk: Desk, line: int, key: int, kind: str, value: str, *, how: str = "roster") -> None:
    desk.lay("identifiers", line, person_key=key, source=SYSTEM, kind=kind, value=value, how=how,
             valid_from=desk.task.as_of)  # fmt: skip


def in_organization(node: Node, desk: Desk) -> None:
    """What a school or agency knows of a student: numbers, sex, race, language, disability."""
    key = desk.student(node)
    races = [one.text.strip().rpartition("#")[2] for one in node.all("race") if one.text.strip()]
    race = "Hispanic or Latino" if flag(node, "hispaniclatinoethnicity") else _race(races)
    limited = node.word("limitedenglishproficiency").casefold()
    disabled = True if node.find("disability") is not None else None
    desk.lay("students", node.line, person_key=key, sex=_sex(node), race_ethnicity=race, disability=disabled,
             english_learner=limited.startswith("limited") if limited else None)  # fmt: skip
    for one in node.all("studentidentificationcode"):
        value = one.said("identificationcode")
        kind = "Other" if one.word("studentidentificationsystem").casefold() in _STATE else "SisSourcedId"
        if value and value != node.said("studentuniqueid"):
            _identifier(desk, node.line, key, kind, value)
    for one in node.all("loginid"):
        if one.text.strip():
            _identifier(desk, node.line, key, "AccountUserName", one.text.strip())


def _race(races: list[str]) -> str | None:
    return "Two or more races" if len(races) > 1 else races[0] if races else None


def _sex(node: Node) -> str | None:
    return {"male": "male", "female": "female"}.get((node.word("sex") or node.word("birthsex")).casefold())


def in_school(node: Node, desk: Desk) -> None:
    """A student's enrollment in a school."""
    key, school = desk.student(node), need(node, "schoolid")
    begin, end = _stay(node, "entrydate", "exitwithdrawdate")
    desk.lay("roles", node.line, person_key=key, school_id=school, role="student", rank="primary", begin_date=begin,
             end_date=end)  # fmt: skip
    if end is None or end > desk.task.as_of:
        desk.lay("students", node.line, person_key=key, school_id=school, grade=grade(node, "entrygradelevel"))


def in_section(node: Node, desk: Desk) -> None:
    """A student in a section."""
    begin, end = _stay(node, "begindate", "enddate")
    desk.lay("enrollments", node.line, person_key=desk.student(node), section_id=section_of(node),
             school_id=node.said("schoolid") or None, role="student", begin_date=begin, end_date=end)  # fmt: skip


def teaches(node: Node, desk: Desk) -> None:
    """A member of staff in a section."""
    begin, end = _stay(node, "begindate", "enddate")
    key, position = desk.staff(node), node.word("classroomposition").casefold()
    role = "teacher" if "teacher" in position else "administrator" if "administrator" in position else "aide"
    desk.lay("enrollments", node.line, person_key=key, section_id=section_of(node),
             school_id=node.said("schoolid") or None, role=role, begin_date=begin, end_date=end,
             is_primary=position == "teacher of record")  # fmt: skip
    if role == "teacher" and (key,) in desk.rows["people"]:
        desk.rows["people"][(key,)]["role"] = "teacher"


def assigned(node: Node, desk: Desk) -> None:
    """What a member of staff does in a school or agency."""
    key, org = desk.staff(node), need(node, "educationorganizationid")
    said = node.word("staffclassification").casefold()
    role = _ROLES.get(said) or ("aide" if "aide" in said or "paraprof" in said else "administrator")
    begin, end = _stay(node, "begindate", "enddate")
    desk.lay(
        "roles", node.line, person_key=key, school_id=org, role=role, rank="primary", begin_date=begin, end_date=end
    )
    if (key,) in desk.rows["people"]:
        desk.rows["people"][(key,)]["role"] = role


def _stay(node: Node, first: str, last: str) -> tuple[date | None, date | None]:
    begin, end = day(node, first), day(node, last)
    if begin and end and end < begin:
        raise Odd("IN043", last)
    return begin, end
