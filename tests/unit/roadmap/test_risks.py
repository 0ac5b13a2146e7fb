"""A register says what is wrong with it; watched, it calls once, escalates, and never gives more than there is."""

from __future__ import annotations

import re
import textwrap
from datetime import date, timedelta
from pathlib import Path

import pytest

from gainline.engine.core.issues import Level
from gainline.engine.core.refusals import Refusal
from gainline.engine.indicators import load_catalogue
from gainline.engine.monitoring.thresholds import Event, Reading, Watchable
from gainline.engine.roadmap import read_roadmap
from gainline.engine.roadmap.risk import Draw, draw_down, holder_of, next_review, read_register, replay, weeks_to_watch
from gainline.engine.roadmap.risk.contingency import left_of
from gainline.engine.roadmap.risk.escalating import Task

DOCS = Path(__file__).resolve().parents[3] / "docs" / "how-to"


def first_block(page: str) -> str:
    found = re.search(
        r"^ *```toml\n(.*?)^ *```", (DOCS / page).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    return textwrap.dedent(found[1])


TEXT = first_block("watch-risks.md")
ROADMAP, _ = read_roadmap(first_block("plan-a-roadmap.md"), file="roadmap.toml")
KNOWN = {key: Watchable(one.grain_columns, one.direction) for key, one in load_catalogue()[0].items()}


def read(text: str = TEXT):
    return read_register(text, file="risks.toml", roadmap=ROADMAP, known=KNOWN)


REGISTER, ISSUES = read()
RISK = REGISTER.risks[0]


def test_the_register_of_the_page_is_sound():
    assert ISSUES == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('key = "trust"', 'key = "trust', "RK001"),
        ("due_days = 5", "due_dais = 5", "RK002"),
        ('owner = "family liaison"\n', "\n", "RK003"),
        ("enter = 60.0", 'enter = "sixty"', "RK004"),
        ("likelihood = [0.1, 0.3]", "likelihood = [0.1, 1.3]", "RK005"),
        ("likelihood = [0.1, 0.3]", "likelihood = [0.3, 0.1]", "RK006"),
        ("exit = 70.0", "exit = 50.0", "RK006"),
        ("weeks = [1, 2, 6]", "weeks = [2, 1, 6]", "RK006"),
        ("opened = 2026-08-24", "opened = 2026-08-24\nclosed = 2026-08-01", "RK006"),
        ('indicator = "family_trust"', 'indicator = "famly_trust"', "RK010"),
        ('indicator = "family_trust"', 'grain = ["grade"], indicator = "family_trust"', "RK011"),
        ('activities = ["reading.live"]', 'activities = ["reading.lives"]', "RK020"),
        ('approves = "coach-lead"', 'approves = "coach"', "RK021"),
        ('escalation = ["coach-lead", "director"]', 'escalation = ["coach"]', "RK021"),
        ('key = "director"', 'key = "coach-lead"', "RK022"),
        ('source = "title-iv"', 'source = "title-ii"', "RK023"),
        ("amount = 4000", "amount = 40001", "RK023"),
    ],
)
def test_a_fault_is_refused_with_its_code_and_line(old: str, new: str, code: str):
    text = TEXT.replace(old, new)
    register, issues = read(text)
    assert register is None
    found = [issue for issue in issues if issue.level is Level.ERROR]
    assert code in {issue.code for issue in found}
    line = text[: text.index(new)].count("\n") + 1
    assert any(abs((issue.line or 0) - line) <= 22 for issue in found)  # a missing key is named at its table


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ('{ uses = ["family_trust"], when = "famly_trust < 60.0" }', "RK012"),
        ('{ uses = ["family_trust"], when = "family_trust < 60" }', "RK012"),
        ('{ uses = ["family_trust"], when = "size(\'x\') > 0" }', "RK013"),
    ],
)
def test_an_expression_is_refused_when_the_register_is_saved(words: str, code: str):
    text = re.sub(r"watch = \{.*\}", f"watch = {words}", TEXT)
    register, issues = read(text)
    assert register is None
    [issue] = issues
    assert (issue.code, issue.line) == (code, text[: text.index("watch = ")].count("\n") + 1)


def test_a_risk_that_nobody_watches_or_reviews_is_doubted():
    unwatched = re.sub(r"watch = \{.*\}\n", "", TEXT)
    late = TEXT.replace("opened = 2026-08-24", "opened = 2027-06-09")
    assert [issue.code for issue in read(unwatched)[1]] == ["RK025"]
    assert [issue.code for issue in read(late)[1]] == ["RK024"]


def test_only_instructional_weeks_that_are_over_are_watched():
    weeks = weeks_to_watch(RISK, ROADMAP.calendar, as_of=date(2027, 1, 17))
    assert weeks[0] == date(2026, 8, 24)
    assert weeks[-1] == date(2027, 1, 4)  # the week of January 11 ends on the 17th and is over on the 18th
    assert not {date(2026, 12, 21), date(2026, 12, 28)} & set(weeks)
    assert weeks_to_watch(RISK, ROADMAP.calendar, as_of=date(2026, 8, 30)) == ()


WEEKS = [date(2026, 8, 24) + timedelta(weeks=week) for week in range(8)]


def watched(*values: float | None):
    read = {week: {(): Reading({"family_trust": value}, 30)} for week, value in zip(WEEKS, values, strict=False)}
    return replay(RISK, WEEKS[: len(values)], read)


def test_a_call_opens_once_and_ends_and_a_missing_week_decides_nothing():
    found = watched(75, 55, None, 55, 65, 72, None, 72)
    assert [(change.week, change.event) for change in found.changes] == [
        (WEEKS[3], Event.OPENED),
        (WEEKS[7], Event.RESOLVED),
    ]
    assert found.on_call == ()


def test_a_long_silence_is_said_and_ends_no_call():
    found = watched(55, 55, None, None, None)
    assert [change.event for change in found.changes] == [Event.OPENED, Event.SILENT]
    assert (found.on_call, found.silent) == (((),), ((),))


def test_many_schools_in_trouble_make_one_call():
    read = {
        week: {(school,): Reading({"family_trust": 50.0 if at >= first else 80.0}, 30) for school, first in SCHOOLS}
        for at, week in enumerate(WEEKS)
    }
    found = replay(RISK, WEEKS, read)
    assert [change.event for change in found.changes] == [Event.OPENED]
    assert found.on_call == (("ash",), ("birch",), ("cedar",))


SCHOOLS = (("ash", 1), ("birch", 3), ("cedar", 5), ("dogwood", 9))


def test_reading_the_weeks_in_any_number_of_steps_gives_the_same_state():
    values = [75, 55, None, 55, 65, 72, None, 72]
    whole = watched(*values)
    for length in range(1, 9):
        assert whole.seen[:length] == watched(*values[:length]).seen


def test_a_task_goes_from_its_owner_up_the_path_and_stays_with_the_last():
    task = Task("trust", WEEKS[1], opened=date(2026, 9, 7))
    turns = [
        holder_of(task, RISK, REGISTER, as_of=date(2026, 9, 7) + timedelta(days=days)) for days in (0, 5, 6, 11, 99)
    ]
    assert [(turn.holder, turn.step) for turn in turns] == [
        ("family liaison", 0),
        ("family liaison", 0),
        ("lead of the reading coaches", 1),
        ("director of teaching and learning", 2),
        ("director of teaching and learning", 2),
    ]
    assert turns[2].due == date(2026, 9, 17)
    closed = Task("trust", WEEKS[1], date(2026, 9, 7), done=date(2026, 9, 9))
    assert holder_of(closed, RISK, REGISTER, as_of=date(2026, 9, 9)) is None
    assert holder_of(closed, RISK, REGISTER, as_of=date(2026, 9, 8)) is not None


def test_contingency_cannot_be_overdrawn_nor_drawn_by_just_anybody():
    def draw(amount: int, right: str = "coach-lead") -> Draw:
        return Draw("trust", amount, "interpreters", date(2026, 10, 1), right)

    assert draw_down(REGISTER, RISK, [], draw(4000)) == 0
    assert draw_down(REGISTER, RISK, [draw(3000)], draw(1000, "director")) == 0  # above the one that is named
    refused = [draw_down(REGISTER, RISK, [draw(3000)], draw(1001)), draw_down(REGISTER, RISK, [], draw(1, "clerk"))]
    assert [found.code for found in refused if isinstance(found, Refusal)] == ["RK026", "RK027"]
    bare = RISK.model_copy(update={"contingency": None})
    assert draw_down(REGISTER, bare, [], draw(1)).code == "RK026"
    assert left_of(bare, []) == 0


def test_reviews_follow_the_board_or_the_working_weeks_of_the_roadmap():
    assert next_review(RISK, ROADMAP.calendar, after=date(2026, 10, 1)) == date(2027, 2, 9)
    every = RISK.model_copy(update={"review": 4})
    assert next_review(every, ROADMAP.calendar, after=date(2026, 8, 24)) == date(2026, 9, 21)
    assert next_review(every, ROADMAP.calendar, after=date(2026, 12, 14)) == date(2027, 1, 25)  # the break is no work
