"""Reading a plan's text: every fault is an issue with its line, never a traceback."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gainline.engine.core.issues import Level
from gainline.engine.pilots import parse_plan
from plans import FOLDER, line_of, plan_text

RANDOMIZED = "randomized_cluster"


def faults(*edits, name=RANDOMIZED):
    plan, issues = parse_plan(plan_text(name, *edits), file="plan.toml")
    assert plan is None
    assert {issue.level for issue in issues} == {Level.ERROR}
    assert {issue.file for issue in issues} == {"plan.toml"}
    assert all(issue.remedy for issue in issues)
    return issues


def only(*edits, name=RANDOMIZED):
    [issue] = faults(*edits, name=name)
    return issue


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_the_model_plans_are_read(path):
    plan, issues = parse_plan(path.read_text(encoding="utf-8"), file=path.name)
    assert plan is not None
    assert issues == []


def test_a_byte_order_mark_and_windows_line_ends_are_read():
    plan, issues = parse_plan("\ufeff" + plan_text(RANDOMIZED).replace("\n", "\r\n"), file="plan.toml")
    assert plan is not None
    assert issues == []


def test_an_unknown_key_names_its_line_and_the_key_that_was_meant():
    issue = only(("adopt_at = 0.8", "adopt_a = 0.8"))
    assert issue.code == "PL002"
    assert issue.line == line_of(RANDOMIZED, "adopt_at")
    assert issue.column == "decision.adopt_a"
    assert issue.remedy == "did you mean adopt_at?"


def test_an_unknown_key_inside_an_inline_table_of_the_second_outcome_is_found():
    issue = only(('{ result = "map-math", forms', '{ result = "map-math", from = 1, forms'))
    assert (issue.code, issue.column) == ("PL002", "outcomes[2].from.from")
    assert issue.line == line_of(RANDOMIZED, "map-math")
    assert issue.remedy == "did you mean forms?"


def test_an_unknown_key_like_no_other_lists_what_there_is():
    assert "decide_by" in only(("decide_by = 2026-06-19", "decide_by = 2026-06-19\nzzz = 1")).remedy


def test_a_missing_key_points_at_the_table_that_lacks_it():
    issue = only(('unit = "scale points"\ndirection', "direction"))
    assert (issue.code, issue.column) == ("PL003", "outcomes[1].unit")
    assert issue.line == line_of(RANDOMIZED, "[[outcomes]]")


def test_a_missing_hypothesis_says_what_it_is_made_of():
    text = plan_text(RANDOMIZED)
    start = text.index("[hypothesis]")
    plan, [issue] = parse_plan(text[:start] + text[text.index("[tool]") :], file="plan.toml")
    assert plan is None
    assert "change, population, measure, size, by and because" in issue.remedy


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("draws = 1999", "draws = 19.5", "PL004"),
        ("draws = 1999", 'draws = "many"', "PL004"),
        ("draws = 1999", "draws = 5", "PL005"),
        ("draws = 1999", f"draws = {'9' * 400}", "PL005"),
        ("minutes_per_week = 45", "minutes_per_week = nan", "PL005"),
        ("minutes_per_week = 45", "minutes_per_week = inf", "PL005"),
        ("minutes_per_week = 45", "minutes_per_week = -1", "PL005"),
        ("adopt_at = 0.8", "adopt_at = 80", "PL005"),
        ('kind = "randomized"', 'kind = "random"', "PL005"),
        ("start = 2025-10-06", 'start = "October"', "PL004"),
        ("start = 2025-10-06", "start = 2027-10-06", "PL006"),
        ('grades = ["03", "04", "05"]', "grades = 3", "PL004"),
        ('grades = ["03", "04", "05"]', "grades = [3]", "PL004"),
        ('key = "reading"\n', 'key = ""\n', "PL005"),
        ('key = "fluent-readers-2025"', 'key = "Fluent Readers!"', "PL006"),
        ('from = { field = "grade" }', 'from = { field = "grade", attribute = "x" }', "PL006"),
        ('{ result = "map-math", forms = ["spring"] }', '{ result = "map-math" }', "PL006"),
        ('assigned_by = "assignment"', 'assigned_by = "use"', "PL006"),
        ('role = "secondary"', 'role = "primary"', "PL006"),
        ('baseline = "reading-fall"', 'baseline = "reading-autumn"', "PL006"),
        ('key = "math"', 'key = "reading"', "PL006"),
        ("draws = 1999", 'matching.exact = ["home"]', "PL006"),
    ],
)
def test_a_value_that_cannot_stand_is_one_issue_at_its_line(old, new, code):
    issue = only((old, new))
    assert issue.code == code
    expected = line_of(RANDOMIZED, old)
    assert expected - 3 <= issue.line <= expected  # a contradiction inside a table may point at the table
    assert issue.says[-1] not in ".>"
    assert "Input" not in issue.says
    assert "Value error" not in issue.says


def test_several_faults_come_in_the_order_of_their_lines():
    issues = faults(
        ("draws = 1999", "draws = 5"), ('format = "gainline-plan/1"', ""), ("adopt_at = 0.8", "adopt = 0.8")
    )
    assert [issue.code for issue in issues] == ["PL003", "PL005", "PL002"]
    assert issues[0].remedy == 'begin the plan with format = "gainline-plan/1"'


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = \n", 2),
        ('a = "x\n', 1),
        ("a = 1\na = 2\n", 2),
        ("[t]\n\n[t]\n", 3),
        ("a = [1,\n2\n", 3),
        ("a = " + "[" * 5000, None),
        ("a = " + "9" * 5000, None),
        ("x" * 1_000_001, None),
        ("a = 1\x00", 1),
        ('a = "\\ud800"', 1),
    ],
)
def test_what_is_not_toml_is_one_issue_with_the_line_where_it_ends(text, line):
    plan, [issue] = parse_plan(text, file="plan.toml")
    assert plan is None
    assert issue.code == "PL001"
    assert issue.line == line
    assert "(at " not in issue.says


def test_an_empty_text_lists_everything_that_a_plan_needs():
    plan, issues = parse_plan("", file="plan.toml")
    assert plan is None
    assert {issue.code for issue in issues} >= {"PL003"}
    assert {issue.column for issue in issues} >= {"format", "hypothesis", "tool", "outcomes", "deadline"}


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_no_mutilated_plan_is_a_traceback(data):
    text = plan_text(data.draw(st.sampled_from([path.stem for path in sorted(FOLDER.glob("*.toml"))])))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 80)))
    patch = data.draw(
        st.text(max_size=5) | st.sampled_from(["[", "]]", "=", '"', "nan", "{}", "[[outcomes]]\n", "1e999"])
    )
    plan, issues = parse_plan(text[:start] + patch + text[end:], file="plan.toml")
    assert (plan is None) == bool(issues)


@settings(deadline=None)
@given(st.text())
@example("outcomes = 3")
@example("outcomes = [[]]\nhypothesis = [{}]")
@example("[outcomes.0]")
@example('"" = 1')
def test_no_text_at_all_is_a_traceback(text):
    parse_plan(text, file="plan.toml")
