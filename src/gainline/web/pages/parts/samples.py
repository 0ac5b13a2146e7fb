"""Realistic words and made-up figures for every part; the charts are drawn by the same code as the briefs'."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from gainline.engine.core.issues import Issue, Level
from gainline.engine.core.refusals import Refusal
from gainline.engine.reports.charts import EffectDrawing, Landmark, effect_svg
from gainline.web.parts import Branch, Cell, Chart, Column, FunnelStep, Pages, Stage, State, Tab, Table, Tree
from gainline.web.parts.chart import Drawing
from gainline.web.parts.table import plain_table

TODAY = date(2025, 10, 14)
LOCKED = """question   Does 30 minutes a week of Lumen Reading raise grade 3-5 reading by spring?
predicts   +6 points on the spring reading test
worth it   from +3 points
decides    Board of education, 6 November 2025
rule       renew where P(effect >= 3 points) >= 0.8 and no group is harmed"""
COLORS = (
    *("paper", "faint", "tint", "watch-tint", "risk-tint", "ink", "muted", "usual", "accent", "watch", "risk"),
    *("group-1", "group-2", "group-3", "group-4"),
)
REFUSAL = Refusal(
    "EV012",
    "Only one school is left in the comparison, so the difference cannot be told from chance.",
    "Add two schools of the next wave to the comparison, or describe the use without an effect.",
)


def all_samples() -> dict[str, Any]:
    """What the style guide shows, by the name that its template knows."""
    return {
        "schools": _schools(),
        "stages": _stages(),
        "steps": _funnel(),
        "effect": _effect(),
        "tree": _tree(),
        "refusal": REFUSAL,
        "issues": _issues(),
        "pages": Pages(7, total=1243, query="school=oak-hill"),
        "tabs": [Tab("Use", "#use", is_current=True), Tab("Evidence", "#evidence"), Tab("Contract", "#contract")],
        "pairs": [
            ("Contract", "2,400 licenses, ends 30 June 2026"),
            ("Notice due", "6 November 2025"),
            ("Agreement", "Signed 12 August 2025 under the state's terms"),
            ("Owner", "Literacy coordinator"),
        ],
        "crumbs": [("Cycles", "/parts/"), ("Lumen Reading, grades 3-5", "")],
        "sample_today": TODAY,
        "notice_day": TODAY + timedelta(days=23),
        "past_day": TODAY - timedelta(days=3),
        "choices": [("", "Choose a grade band"), ("k-2", "K to 2"), ("3-5", "3 to 5"), ("6-8", "6 to 8")],
        "faults": [
            {"name": "size", "says": "Say how large a change the hypothesis predicts"},
            {"name": "groups", "says": "Choose at least one group to watch"},
        ],
        "locked": LOCKED,
        "colors": COLORS,
    }


def _schools() -> Table:
    columns = (
        Column("School", href="?sort=school", sorted="ascending"),
        Column("Students licensed", is_number=True),
        Column("Reached the dose", is_number=True),
        Column("Minutes a week", is_number=True),
        Column("State"),
    )
    rows = (
        (Cell("Oak Hill Elementary", href="#oak"), "212", "148", "38", Cell("On course", kind="settled")),
        (Cell("Riverside K-8", href="#river"), "174", "61", "22", Cell("Under 30, second week", kind="watch")),
        (
            Cell("Jefferson Elementary", href="#jeff", under="roster 9 days old"),
            "198",
            "34",
            "11",
            Cell("Outage since Monday", kind="risk"),
        ),
        (Cell("Lakeview Academy", href="#lake"), "23", "under 10", "–", Cell("Too few to say", kind="unknown")),
    )
    return Table("Use of Lumen Reading by school, week of 6 October", columns, rows)


def _stages() -> list[Stage]:
    return [
        Stage("question", "Question", State.DONE, "Does 30 minutes a week raise reading by spring?", "19 August"),
        Stage("who", "Who takes part", State.DONE, "Six schools, 1,180 students; drawn in public.", "28 August"),
        Stage("registered", "Registered", State.DONE, "Locked as 2f9c 41d0; the board can check it.", "2 September"),
        Stage(
            "monitor",
            "Monitor",
            State.NOW,
            "Week 8 of 24. Minutes are under the plan in three of six schools.",
            act="See the weeks",
            act_href="#weeks",
        ),
        Stage(
            "evidence",
            "Evidence",
            State.BLOCKED,
            reason="The spring scores are not here yet; the test window ends on 8 May.",
            remedy="Import them under Data when the state releases them.",
        ),
        Stage("decision", "Decision", State.LATER, "By 6 November for the notice; the rule is registered."),
    ]


def _funnel() -> list[FunnelStep]:
    return [
        FunnelStep("Licensed", "2,400", "bought for this school year", "$17 each", 1.0),
        FunnelStep("Enrolled", "2,112", "88 of 100 licenses have a student", "$20 each", 0.88),
        FunnelStep("Used", "1,390", "66 of 100 enrolled started a session", "$30 each", 0.579),
        FunnelStep("Reached the dose", "612", "30 minutes in half of the weeks", "$67 each", 0.255),
        FunnelStep("Newcomers reached", "too few", "under 10 students: not shown"),
    ]


def _effect() -> Chart:
    drawing = EffectDrawing(
        effect=4.2,
        inner=(2.9, 5.5),
        outer=(0.4, 8.0),
        worth_from=3.0,
        landmarks=(
            Landmark(0.0, "no effect", "zero"),
            Landmark(3.0, "worth having", "worth"),
            Landmark(6.0, "predicted", "predicted"),
        ),
        headline="+4.2 points",
        detail="95 of 100 chances between 0.4 and 8.0",
        axis="Points on the spring reading test",
        axis_g="The same in standard deviations (g)",
        sd=15.0,
    )
    rows = [("Effect", "+4.2", "0.4 to 8.0"), ("Worth having from", "+3.0", ""), ("Predicted", "+6.0", "")]
    return Chart(
        name="effect",
        title="Reading rose by about 4 points, probably enough to matter",
        subtitle="Students in grades 3-5 of ten schools, September 2025 to May 2026",
        drawings=tuple(
            Drawing(kind, effect_svg(drawing, width=width, name=f"guide-{kind}"))
            for kind, width in (("wide", 660), ("narrow", 300))
        ),
        alt="The effect is 4.2 points, between 0.4 and 8.0; worth having begins at 3, predicted were 6.",
        sentence="Students in pilot schools gained 4.2 points more than they would have without the tool (0.4 to 8.0).",
        table=plain_table("The effect and its landmarks", ("What", "Points", "Interval"), rows, (1, 2)),
        source="Snapshot 8a13 c7e2, registration 2f9c 41d0. Made-up figures.",
        notes=("It does not show what happens in grades 6-8: no school there took part.",),
        csv="/parts/",
    )


def _tree() -> Tree:
    change = [
        Branch("Fixed 30-minute slot before lunch", "change", status="settled", word="kept"),
        Branch("Coach visits every second week", "change", status="watch", word="being tried"),
        Branch("Family evenings with devices to borrow", "change", status="unknown", word="cannot tell"),
    ]
    drivers = (
        Branch("Every student practices at her own level each week", "driver", (change[0],)),
        Branch("Teachers use the reports to regroup", "driver", (change[1],)),
        Branch("Reading goes on at home", "driver", (change[2],)),
    )
    root = Branch("From 46 to 55 of 100 students read on level by June 2026", "aim", drivers)
    return Tree("drivers", "Three things drive early reading; one change is settled", root, "Aim of 19 August 2025")


def _issues() -> list[Issue]:
    return [
        Issue("IN031", Level.ERROR, "Minutes are below zero", "Ask the vendor for a new export", "lumen.csv", 812),
        Issue(
            "IN044",
            Level.WARNING,
            "A school is not in the roster",
            "Add it as an alias",
            "lumen.csv",
            17,
            rows=214,
        ),
        Issue("IN052", Level.NOTE, "Dates were read as month/day/year", "Nothing, if that is right", "lumen.csv"),
    ]
