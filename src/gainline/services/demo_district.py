"""The demo district: Riverbend Unified with its cast, its aim, its tools and two cycles, on its made-up records."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import transaction

from gainline.engine.audit import read_audit
from gainline.engine.core.progress import Progress, silent
from gainline.engine.pilots.plan import Plan
from gainline.engine.worlds.names import school_name
from gainline.engine.worlds.templates import demo_roadmap, demo_teaching
from gainline.road.auditing import marked
from gainline.road.importing import ImportReport
from gainline.road.showing import Shown, show_riverbend
from gainline.road.showing.riverbend import AUTUMN, REGISTERED, SUMMER
from gainline.road.workspace import read_plan
from gainline.services import (
    agreements,
    aims,
    audits,
    clock,
    cycles,
    decisions,
    desk,
    evidence,
    imports,
    notes,
    people,
    registrations,
    roadmaps,
    teaching,
    tools,
    training,
)
from gainline.services.workspaces import folder_of
from gainline.store.models.accounts import Account
from gainline.store.models.aims import Aim
from gainline.store.models.cycles import Cycle
from gainline.store.models.districts import District, Organization
from gainline.store.models.tools import Tool
from gainline.store.tenancy import across_districts, within
from gainline.store.words import Choice, Direction, DriverKind, DriverStatus, MeasureKind, Role, UnitKind

NAME, DOMAIN = "Riverbend Unified", "riverbend.example"
LEAD = ("Dana Whitfield", "Director of learning technology")
COLLEAGUES = (
    (Role.ANALYST, "Andre Okafor", "Research analyst"),
    (Role.PRIVACY_LEAD, "Petra Lindqvist", "Privacy officer"),
    (Role.PRINCIPAL, "Priya Raman", "Principal"),
    (Role.COACH, "Cora Jimenez", "Instructional coach"),
    (Role.TEACHER, "Tariq Haddad", "Teacher, grade 4"),
    (Role.BOARD_MEMBER, "Bo Andersen", "Board member"),
    (Role.AUDITOR, "Audra Klein", "Internal auditor"),
)
SCHOOL = school_name(0, "elementary")
AT_SCHOOL = {Role.PRINCIPAL, Role.TEACHER}
YEAR, BY_SPRING = (date(2025, 8, 1), date(2026, 7, 31)), date(2027, 5, 28)
MEASURES = (
    aims.Measured(MeasureKind.OUTCOME, "score_level", "Reading scale score in May", "scale points", 214.0),
    aims.Measured(
        MeasureKind.BALANCING, "teacher_workload", "Hours that teachers spend on it", "hours a week", 1.0,
        Direction.LOWER,
    ),
)  # fmt: skip
VENDORS = {"lumen-reading": ("Lumen Learning", "73100", 2150), "math-quest": ("Questable", "39750", 1500)}
AGREED_FOR = ("operating-the-tool", "evaluating-tools")
AGREED_ON = {
    "lumen-reading": ("pseudonym", "username", "grade-level", "class", "use", "in-app-performance"),
    "math-quest": ("pseudonym", "username", "grade-level", "use"),
}


@desk.founding
def make_demo(*, shown: Shown | None = None, progress: Progress = silent) -> Account:
    """The demo district with everything on its thread; its EdTech lead is given back. A second call changes nothing.

    The records come from the world of `gainline demo`; no figure on the pages is made up beside them. One cycle is
    decided; the other waits for its review and its decision.

    Parameters
    ----------
    shown
        The main job as it was just done in a workspace of its own, of which the district gets a copy; done anew
        when none is given.
    progress
        Told how far the main job is.
    """
    with across_districts(why="the demo is looked for before anybody has signed in"):
        standing = District.objects.filter(is_demo=True).first()
    if standing is not None:
        return Account.objects.get(district=standing, email=_email(LEAD[0]))
    with transaction.atomic():
        founding = people.Founding(NAME, is_demo=True)
        with clock.stopped_at(YEAR[0]):
            lead = people.found_district(
                founding=founding, lead_name=LEAD[0], lead_email=_email(LEAD[0]), brings_workspace=True
            )
            _hire(lead)
        folder = folder_of(lead.district)
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shown is None:
            shown = show_riverbend(folder, progress=progress)
        else:
            shutil.copytree(shown.workspace, folder)
        with within(lead.district_id):
            _lay_thread(lead, shown, folder)
    return lead


@desk.founding
def demo_cast() -> list[Account]:
    """Everybody of the demo district, for the sign-in-as list; nobody unless the application runs as a demo."""
    if not settings.GAINLINE_IS_DEMO:
        return []
    with across_districts(why="nobody has signed in yet"):
        return list(Account.colleagues.filter(district__is_demo=True, is_active=True).order_by("pk"))


def _email(name: str) -> str:
    return f"{name.split()[0].lower()}@{DOMAIN}"


def _hire(lead: Account) -> None:
    root = people.root(by=lead)
    school = people.add_unit(by=lead, kind=UnitKind.SCHOOL, name=SCHOOL, parent=root)
    for role, name, title in COLLEAGUES:
        account = people.invite(by=lead, name=name, email=_email(name), title=title)
        people.grant(by=lead, account=account, role=role, unit=school if role in AT_SCHOOL else root)
        training.take(by=account, answers=training.ANSWERS)
    training.take(by=lead, answers=training.ANSWERS)
    lead.title = LEAD[1]
    lead.save()


def _lay_thread(lead: Account, shown: Shown, folder: Path) -> None:
    cast = {role: Account.colleagues.get(email=_email(name)) for role, name, _ in COLLEAGUES}
    with clock.stopped_at(AUTUMN):
        root = people.root(by=lead)
        aim = _aim(lead, root)
        _enter(shown.imports[0], cast[Role.ANALYST], "Roster and last year's tests", on=AUTUMN)
        begun = [_begun(lead, aim, path) for path in sorted((folder / "plans").glob("*.toml"))]
        for cycle in begun:
            _agree(cast[Role.PRIVACY_LEAD], cycle.tool)
    with clock.stopped_at(REGISTERED):
        for cycle in begun:
            registrations.register(by=lead, cycle=cycle)
    with clock.stopped_at(SUMMER):
        _enter(shown.imports[1], cast[Role.ANALYST], "Usage, lessons and spring tests", on=SUMMER)
        by_key = {done.evidence["plan"]["key"]: done for done in shown.evaluations}
        for cycle in begun:
            done = by_key[cycle.key]
            document = marked(done.evidence, read_audit(done.audit))
            kept = evidence.keep(cycle, document, done.sha256, by=cast[Role.ANALYST])
            audits.keep(kept, done.audit)
        _decide(begun[0], lead, cast)
        teaching.save(by=lead, document=demo_teaching())
        roadmaps.save(by=lead, document=demo_roadmap())  # without dates: finding them is the visitor's first click


def _aim(lead: Account, root: Organization) -> Aim:
    aim = aims.set_aim(
        by=lead, unit=root, title="More students read and calculate at their grade by spring 2027", by_when=BY_SPRING,
        because="One district, one aim: tools are kept for what they do for students.",
    )  # fmt: skip
    measured = aims.Measured(
        MeasureKind.PROCESS, "license_utilization", "Students who use their license", "% of licensed", 60.0
    )
    aims.add_measure(by=lead, aim=aim, measured=measured)
    for measured in MEASURES:
        aims.add_measure(by=lead, aim=aim, measured=measured)
    primary = aims.add_driver(by=lead, aim=aim, kind=DriverKind.PRIMARY, label="Practice that fits each student")
    aims.add_driver(by=lead, aim=aim, kind=DriverKind.CHANGE, label="Three short sessions a week", parent=primary)
    coached = aims.add_driver(by=lead, aim=aim, kind=DriverKind.PRIMARY, label="Teachers who feel at home with it")
    visits = aims.add_driver(by=lead, aim=aim, kind=DriverKind.SECONDARY, label="Coaching in the room", parent=coached)
    idea = aims.add_driver(by=lead, aim=aim, kind=DriverKind.CHANGE, label="Two visits a month", parent=visits)
    aims.set_driver_status(by=lead, driver=idea, status=DriverStatus.TESTING)
    return aim


def _begun(lead: Account, aim: Aim, path: Path) -> Cycle:
    """A tool with its contract, and the cycle that its plan belongs to."""
    plan = read_plan(path)
    tool = _tool(lead, plan)
    said = cycles.Asked(
        title=plan.title, question=plan.question, decide_by=plan.deadline.decide_by,
        decide_because=plan.deadline.because, hypothesis=plan.hypothesis.because or "", key=plan.key,
    )  # fmt: skip
    cycle = cycles.start_cycle(by=lead, aim=aim, tool=tool, asked=said)
    cycles.save_draft(by=lead, cycle=cycle, text=path.read_text(encoding="utf-8"))
    return cycle


def _tool(lead: Account, plan: Plan) -> Tool:
    vendor, price, seats = VENDORS[plan.tool.key]
    tool = tools.add_tool(by=lead, key=plan.tool.key, name=plan.tool.name, vendor=vendor)
    terms = tools.Terms(*YEAR, date(2026, 6, 30), renews_itself=True, price=Decimal(price), seats=seats)
    tools.add_contract(by=lead, tool=tool, terms=terms)
    return tool


def _agree(petra: Account, tool: Tool) -> None:
    """What the vendor may do with which fields."""
    terms = agreements.DataTerms(
        purposes=AGREED_FOR, fields=AGREED_ON[tool.key], recipients=(), signed_on=YEAR[0], ends=YEAR[1],
        destroy_by=date(2026, 10, 31),
    )  # fmt: skip
    agreements.add_agreement(by=petra, tool=tool, terms=terms)


def _enter(report: ImportReport, by: Account, source: str, *, on: date) -> None:
    """An import with its true account, at noon of its day."""
    imports.enter(by=by, source=source, report=report, at=datetime.combine(on, time(12), UTC))


def _decide(cycle: Cycle, lead: Account, cast: dict[Role, Account]) -> None:
    """Review and decide one cycle as its registered rule says."""
    review = decisions.open_review(by=lead, cycle=cycle)
    decisions.speak(
        by=cast[Role.COACH], review=review, says="Teachers kept it up where somebody visited twice a month."
    )
    latest = evidence.latest(by=lead, cycle=cycle)
    ruled = Choice(latest.ruled) if latest else Choice.UNKNOWN
    reasoned = decisions.Reasoned(ruled, "We said beforehand what we would do, and do it.")
    decisions.decide(by=lead, cycle=cycle, reasoned=reasoned)
    says = "It helps where students reach their minutes; the visits of a coach kept them up."
    decisions.learn(by=lead, cycle=cycle, says=says, holds_for="Grades 3 to 5", not_tested="Other grades; other tests")
    notes.pin(by=cast[Role.COACH], says="Two schools were closed by ice for a week.", cycle=cycle, on=date(2026, 1, 26))
