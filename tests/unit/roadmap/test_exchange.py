"""Roadmaps in other people's formats: what we write is read again by ourselves and by MPXJ, without loss."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from icalendar import Calendar

from gainline.engine.core.toml_text import toml_table
from gainline.engine.roadmap import Effort, plan_dates, read_roadmap
from gainline.engine.roadmap.exchange import (
    calendar_text,
    feeds,
    outline_of,
    project_xml,
    read_calendar,
    read_project,
    read_table,
    roadmap_text,
    table_csv,
    table_xlsx,
)
from gainline.engine.roadmap.model import Tie
from mpxj_reader import read_with_mpxj

HOW_TO = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "plan-a-roadmap.md"
FENCE = re.search(r"```toml\n(.*?)```", HOW_TO.read_text(encoding="utf-8"), flags=re.DOTALL)
TEXT = textwrap.dedent("   " + FENCE[1].lstrip())
LINKS = TEXT.replace(
    "weeks = 3\nneeds", 'weeks = 3\nowner = "lead coach"\nnot_before = 2026-08-31\nfinish_by = 2027-05-28\nneeds', 1
).replace("at_most = 1 }", 'tie = "SS", at_least = 1, at_most = 2 }', 1)
MONDAY = date(2026, 7, 6)


@pytest.fixture(scope="module")
def outline():
    roadmap, issues = read_roadmap(LINKS, file="roadmap.toml")
    assert issues == []
    plan = plan_dates(roadmap, Effort(work=0.1))
    return outline_of(roadmap, plan.dates)


def without_place(step):
    return replace(step, line=None)


def as_project(step):
    """MS Project has no place for the best and worst case, load and assessment."""
    return replace(step, line=None, low=None, high=None, load=0, assessment=False)


def test_project_xml_comes_back_as_it_was(outline):
    found = read_project(project_xml(outline), file="plan.xml")
    assert found.issues == []
    assert (found.read, found.taken, found.left) == (19, 18, 1)  # one summary
    assert [as_project(step) for step in found.outline.steps] == [as_project(step) for step in outline.steps]
    assert found.outline.resources == outline.resources
    assert found.outline.closed == outline.closed
    assert found.outline.holidays == outline.holidays
    assert found.outline.initiatives == outline.initiatives


def test_an_independent_reader_finds_every_task_date_link_resource_and_assignment(outline, tmp_path):
    path = tmp_path / "plan.xml"
    path.write_bytes(project_xml(outline))
    project = read_with_mpxj(path)
    tasks = {str(task.getText(1)): task for task in project.getTasks() if not task.getSummary()}
    assert set(tasks) == {step.key for step in outline.steps}
    for step in outline.steps:
        task = tasks[step.key]
        assert str(task.getName()) == step.title
        assert str(task.getStart()) == f"{step.start}T08:00"
        assert str(task.getFinish()) == f"{step.finish}T17:00"
        assert str(task.getDuration()) == f"{step.weeks}.0w"
        links = {(str(one.getPredecessorTask().getText(1)), str(one.getType()), str(one.getLag()))
                 for one in task.getPredecessors()}  # fmt: skip
        assert links == {(one.before, one.tie.value, f"{one.at_least}.0w") for one in step.after}
        held = {(str(one.getResource().getName()), float(one.getUnits()), str(one.getWork()))
                for one in task.getResourceAssignments()}  # fmt: skip
        assert held == {(key, 100.0 * amount, f"{40.0 * amount * step.weeks}h") for key, amount in step.needs}
        assert float(task.getFixedCost() or 0) == step.cost
        assert str(task.getContact() or "") == step.owner
        assert str(task.getBaselineStart()) == f"{step.start}T08:00"
    assert any(one.tie is Tie.START_START and one.at_least for step in outline.steps for one in step.after)
    coach = tasks["reading.coach@ash"]
    assert str(coach.getConstraintType()) == "START_NO_EARLIER_THAN"
    assert str(coach.getConstraintDate()) == "2026-08-31T08:00"
    assert str(coach.getDeadline()) == "2027-05-28T17:00"


def test_an_independent_reader_finds_the_calendar_and_what_changes_of_a_resource(outline, tmp_path):
    path = tmp_path / "plan.xml"
    path.write_bytes(project_xml(outline))
    project = read_with_mpxj(path)
    calendars = {str(one.getName()): one for one in project.getCalendars()}
    closed = [(str(one.getFromDate()), str(one.getToDate()), bool(one.getWorking()))
              for one in calendars["Working weeks"].getCalendarExceptions()]  # fmt: skip
    assert closed == [(str(one.start), str(one.end), False) for one in outline.closed]
    (coaches,) = [one for one in project.getResources() if str(one.getName() or "") == "coaches"]
    units = [(str(one.getRange().getStart() or ""), float(one.getUnits())) for one in coaches.getAvailability()]
    assert [amount for _, amount in units] == [200.0, 100.0, 200.0]
    assert units[1][0] == "2026-10-05T00:00"


@pytest.mark.parametrize("write", [lambda o: table_csv(o).encode(), table_xlsx])
def test_tables_come_back_as_they_were(outline, write):
    found = read_table(write(outline), file="plan")
    assert found.issues == []
    assert (found.read, found.taken, found.left) == (18, 18, 0)
    assert [without_place(step) for step in found.outline.steps] == list(outline.steps)
    assert write(outline) == write(outline)


def test_a_cell_that_a_spreadsheet_would_run_is_written_as_text(outline):
    risky = replace(outline, steps=(replace(outline.steps[0], title="=HYPERLINK(1)", after=()),))
    text = table_csv(risky)
    assert ",'=HYPERLINK(1)," in text
    assert read_table(text.encode(), file="plan.csv").outline.steps[0].title == "=HYPERLINK(1)"


PROJECT_TABLE = """ID,Task Name,Duration,Start,Finish,Predecessors,Resource Names,Color
1,Buy devices,10 days,7/6/2026,7/17/2026,,IT[50%],red
2,Train teachers,3 days,Mon 8/17/26,8/19/2026,1FS+5 days,"Coach,IT",
3,Roll out,1 wk,8/24/2026,8/28/2026,2;9,,
4,,1 wk,,,,,
5,Odd one,soon,31/31/2026,,1FS+10%,Coach[many],
"""


def test_a_plan_of_another_program_is_adopted_with_issues_by_line():
    found = read_table(PROJECT_TABLE.encode(), file="plan.csv")
    assert (found.read, found.taken, found.left) == (5, 4, 1)
    said = {(issue.code, issue.line) for issue in found.issues}
    assert {("RM095", 1), ("RM091", 2), ("RM091", 3), ("RM092", 4), ("RM090", 5), ("RM094", 6)} <= said
    train = found.outline.steps[1]
    assert (train.weeks, train.start) == (1, date(2026, 8, 17))
    assert train.after[0].at_least == 1
    text = roadmap_text(found, file="plan.csv")
    roadmap, issues = read_roadmap(text, file="adopted.toml")
    assert issues == []
    assert [activity.kind.value for activity in roadmap.activities] == [
        "procurement", "training", "go_live", "infrastructure",
    ]  # fmt: skip
    guesses = [issue for issue in found.issues if issue.code == "RM093"]
    assert [issue.line for issue in guesses] == [2, 3, 4, 6]


def test_our_own_plan_is_adopted_and_dated_again(outline):
    found = read_project(project_xml(outline), file="plan.xml")
    roadmap, issues = read_roadmap(roadmap_text(found, file="plan.xml"), file="adopted.toml")
    assert {issue.code for issue in issues} <= {"RM017"}  # a plan says who pays, not how much there is
    assert len(roadmap.activities) == len(outline.steps)
    assert len(roadmap.dependencies) == sum(len(step.after) for step in outline.steps)
    assert {school.wave for school in roadmap.schools} == {1, 2}


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe\x00", b"<Project/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><Project>&b;</Project>",
     b'<Project xmlns="http://schemas.microsoft.com/project"></Project>'],
)  # fmt: skip
def test_what_is_no_plan_is_refused(body):
    assert [issue.code for issue in read_project(body, file="x.xml").issues] == ["RM089"]
    assert read_table(body, file="x.csv").outline is None
    assert "RM089" in {issue.code for issue in read_table(body, file="x.csv").issues}


def test_there_is_a_feed_for_everybody_and_what_did_not_change_stays_the_same(outline):
    first = feeds(outline, on=MONDAY)
    assert set(first) == {"all", "role-lead-coach", "school-ash", "school-birch", "school-cedar", "school-dogwood"}
    assert feeds(outline, on=date(2026, 9, 1), before=first) == first
    events = Calendar.from_ical(first["school-ash"].decode()).walk("VEVENT")
    coach = next(event for event in events if str(event["SUMMARY"]).startswith("coach"))
    related = coach["RELATED-TO"]
    assert {one.params["RELTYPE"] for one in related} == {"STARTTOSTART", "DEPENDS-ON"}
    assert [one.params["GAP"] for one in related if "GAP" in one.params] == ["P7D"]
    step = next(step for step in outline.steps if step.key == "reading.coach@ash")
    assert coach.decoded("DTSTART") == step.start
    assert (coach.decoded("DTEND") - step.finish).days == 1


def test_what_moved_gets_the_next_sequence_and_what_is_gone_is_canceled(outline):
    first = feeds(outline, on=MONDAY)
    moved = replace(outline.steps[0], finish=outline.steps[0].finish.replace(day=28))
    second = feeds(replace(outline, steps=(moved, *outline.steps[2:])), on=date(2026, 8, 3), before=first)
    events = {str(event["UID"]): event for event in Calendar.from_ical(second["all"].decode()).walk("VEVENT")}
    assert len(events) == len(outline.steps)
    assert sorted(int(event["SEQUENCE"]) for event in events.values()) == [0] * 16 + [1, 1]
    assert [str(event.get("STATUS", "")) for event in events.values()].count("CANCELLED") == 1
    third = feeds(replace(outline, steps=(moved, *outline.steps[2:])), on=date(2026, 9, 1), before=second)
    assert third == second


ICS = "\r\n".join(
    [
        "BEGIN:VCALENDAR", "VERSION:2.0",
        "BEGIN:VEVENT", "SUMMARY:First Day of School", "DTSTART;VALUE=DATE:20260824", "END:VEVENT",
        "BEGIN:VEVENT", "SUMMARY:Last day of school", "DTSTART;VALUE=DATE:20270604", "END:VEVENT",
        "BEGIN:VEVENT", "SUMMARY:Winter Break - No School", "DTSTART;VALUE=DATE:20261221", "DTEND;VALUE=DATE:20270102",
        "END:VEVENT",
        "BEGIN:VEVENT", "SUMMARY:State testing window", "DTSTART;VALUE=DATE:20270503", "DTEND;VALUE=DATE:20270515",
        "END:VEVENT",
        "BEGIN:VEVENT", "SUMMARY:Professional Learning Day", "DTSTART;VALUE=DATE:20260818", "END:VEVENT",
        "BEGIN:VEVENT", "SUMMARY:Meeting", "CATEGORIES:Board", "DTSTART:20260908T190000", "DTEND:20260908T210000",
        "END:VEVENT",
        "BEGIN:VEVENT", "SUMMARY:Labor Day holiday", "DTSTART:20260907T080000", "DTEND:20260907T160000", "END:VEVENT",
        "BEGIN:VEVENT", "SUMMARY:Board", "DTSTART;VALUE=DATE:20261013", "RRULE:FREQ=MONTHLY", "END:VEVENT",
        "BEGIN:VEVENT", "SUMMARY:Pizza", "DTSTART;VALUE=DATE:20261014", "END:VEVENT",
        "BEGIN:VEVENT", "SUMMARY:Fall break", "DTSTART;VALUE=DATE:2026-10-99", "END:VEVENT",
        "BEGIN:VEVENT", "SUMMARY:First day of school", "DTSTART;VALUE=DATE:20270823", "END:VEVENT",
        "END:VCALENDAR", "",
    ]
)  # fmt: skip


def test_the_districts_calendar_is_read_with_issues_by_line():
    found = read_calendar(ICS, file="district.ics")
    assert (found.read, found.taken, found.left) == (11, 7, 4)
    assert found.terms == [("2026-2027", date(2026, 8, 24), date(2027, 6, 4))]
    assert found.holidays[0] == ("Winter Break - No School", date(2026, 12, 21), date(2027, 1, 1))
    assert found.testing == [("State testing window", date(2027, 5, 3), date(2027, 5, 14))]
    assert (found.learning_days, found.board_days) == ([date(2026, 8, 18)], [date(2026, 9, 8)])
    lines = ICS.split("\r\n")
    said = {issue.code: lines[issue.line] for issue in found.issues}  # the line after BEGIN:VEVENT
    assert said == {
        "RM086": "SUMMARY:Labor Day holiday", "RM087": "SUMMARY:Board", "RM085": "SUMMARY:Pizza",
        "RM084": "SUMMARY:Fall break", "RM088": "SUMMARY:First day of school",
    }  # fmt: skip


def test_the_calendar_that_was_read_is_one_that_a_roadmap_takes():
    text = calendar_text(read_calendar(ICS, file="district.ics"))
    start, end = TEXT.index("[calendar]"), TEXT.index("[rules]")
    roadmap, issues = read_roadmap(TEXT[:start] + text + "\n" + TEXT[end:], file="roadmap.toml")
    assert roadmap is not None
    assert "RM001" not in {issue.code for issue in issues}
    assert roadmap.calendar.board_days == (date(2026, 9, 8),)


def test_a_file_without_events_is_said_to_have_none():
    assert [issue.code for issue in read_calendar("no calendar", file="x.ics").issues] == ["RM084"]


def test_toml_has_no_place_for_other_things():
    with pytest.raises(TypeError):
        toml_table("[x]", {"one": object()})


def test_a_step_without_dates_is_not_written(outline):
    bare = replace(outline, steps=(replace(outline.steps[0], start=None),))
    with pytest.raises(ValueError, match="dates"):
        project_xml(bare)


FOREIGN = """<?xml version="1.0" encoding="UTF-8"?>
<p:Project xmlns:p="http://schemas.microsoft.com/project">
<p:Title>Office plan</p:Title><p:CalendarUID>3</p:CalendarUID>
<p:ExtendedAttributes><p:ExtendedAttribute><p:FieldID>188743731</p:FieldID><p:Alias>Budget code</p:Alias>
</p:ExtendedAttribute></p:ExtendedAttributes>
<p:Calendars><p:Calendar><p:UID>3</p:UID><p:Name>Standard</p:Name><p:Exceptions>
<p:Exception><p:TimePeriod><p:FromDate>2026-12-21T00:00:00</p:FromDate><p:ToDate>2027-01-01T23:59:00</p:ToDate>
</p:TimePeriod><p:Name>Winter</p:Name><p:DayWorking>0</p:DayWorking></p:Exception></p:Exceptions></p:Calendar></p:Calendars>
<p:Tasks>
<p:Task><p:UID>0</p:UID><p:Name>Office plan</p:Name><p:OutlineLevel>0</p:OutlineLevel><p:Summary>1</p:Summary></p:Task>
<p:Task><p:UID>1</p:UID><p:Name>Roll-out</p:Name><p:OutlineLevel>1</p:OutlineLevel><p:Summary>1</p:Summary></p:Task>
<p:Task><p:UID>2</p:UID><p:Name>Inner</p:Name><p:OutlineLevel>2</p:OutlineLevel><p:Summary>1</p:Summary></p:Task>
<p:Task><p:UID>3</p:UID><p:Name>Buy things</p:Name><p:OutlineLevel>3</p:OutlineLevel>
<p:Start>2026-08-03T08:00:00</p:Start>
<p:Finish>2026-08-05T17:00:00</p:Finish><p:Duration>PT24H0M0S</p:Duration>
<p:ExtendedAttribute><p:FieldID>188743731</p:FieldID><p:Value>4711</p:Value></p:ExtendedAttribute></p:Task>
<p:Task><p:UID>4</p:UID><p:Name>Train people</p:Name><p:OutlineLevel>2</p:OutlineLevel>
<p:Duration>PT336H0M0S</p:Duration>
<p:DurationFormat>8</p:DurationFormat><p:ConstraintType>7</p:ConstraintType>
<p:ConstraintDate>2026-10-30T17:00:00</p:ConstraintDate>
<p:PredecessorLink><p:PredecessorUID>3</p:PredecessorUID><p:Type>1</p:Type><p:LinkLag>30000</p:LinkLag>
<p:LagFormat>7</p:LagFormat></p:PredecessorLink>
<p:PredecessorLink><p:PredecessorUID>1</p:PredecessorUID><p:Type>1</p:Type></p:PredecessorLink>
<p:PredecessorLink><p:PredecessorUID>3</p:PredecessorUID><p:Type>3</p:Type><p:LinkLag>50</p:LinkLag>
<p:LagFormat>19</p:LagFormat></p:PredecessorLink></p:Task>
<p:Task><p:UID>5</p:UID><p:OutlineLevel>2</p:OutlineLevel><p:Duration>PT8H0M0S</p:Duration></p:Task>
<p:Task><p:UID>6</p:UID><p:Name>Done</p:Name><p:OutlineLevel>1</p:OutlineLevel><p:Duration>PT0H0M0S</p:Duration></p:Task>
</p:Tasks>
<p:Resources><p:Resource><p:UID>1</p:UID><p:Name>Coach Team</p:Name><p:MaxUnits>1.5</p:MaxUnits></p:Resource>
</p:Resources>
<p:Assignments><p:Assignment><p:TaskUID>4</p:TaskUID><p:ResourceUID>1</p:ResourceUID><p:Units>0.5</p:Units>
</p:Assignment><p:Assignment><p:TaskUID>4</p:TaskUID><p:ResourceUID>9</p:ResourceUID></p:Assignment></p:Assignments>
</p:Project>
"""


def test_another_programs_xml_is_adopted_and_every_task_accounted_for():
    found = read_project(FOREIGN.encode(), file="plan.xml")
    assert (found.read, found.taken, found.left) == (7, 3, 4)
    buy, train, done = found.outline.steps
    assert (buy.key, buy.weeks, buy.initiative) == ("3", 1, "roll-out")  # its text 1 is not our key
    assert (train.weeks, train.finish_by) == (2, date(2026, 10, 30))  # two elapsed weeks
    assert [(link.before, link.at_least) for link in train.after] == [("3", 2)]  # six and a quarter days, rounded up
    assert train.needs == (("coach-team", 1),)
    assert done.initiative == "imported"
    lines = FOREIGN.splitlines()
    said = [(issue.code, lines[issue.line - 1][:40]) for issue in found.issues]
    assert [code for code, _ in said].count("RM092") == 2
    assert ("RM090", "<p:Task><p:UID>5</p:UID><p:OutlineLevel>") in said
    assert ("RM095", "<p:Task><p:UID>2</p:UID><p:Name>Inner</p") in said
    assert {code for code, _ in said} == {"RM090", "RM091", "RM092", "RM095"}
    assert found.outline.holidays[0].name == "Winter"
    roadmap, issues = read_roadmap(roadmap_text(found, file="plan.xml"), file="adopted.toml")
    assert issues == []
    assert len(roadmap.activities) == 3
    assert roadmap.resources[0].capacity == 2
