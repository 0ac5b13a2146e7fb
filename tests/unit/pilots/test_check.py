"""What the plan check finds, rule by rule, starting from plans in which it finds nothing."""

from __future__ import annotations

from datetime import date

import pytest

from gainline.engine.core.issues import Level
from gainline.engine.indicators import load_catalogue
from gainline.engine.pilots import check_hypothesis
from gainline.engine.pilots.hypothesis import PARTS
from gainline.engine.pilots.plan import Hypothesis
from gainline.engine.pilots.sources import USAGE_INDICATORS
from plans import FOLDER, checked, line_of

RANDOMIZED, MATCHED, BY_USE = "randomized_cluster", "matched_volunteers", "treatment_by_use"
ERROR, WARNING = Level.ERROR, Level.WARNING


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_a_model_plan_has_nothing_against_it(name):
    assert checked(name, indicators={"days_with_clicks", "clicks", "active_days"}) == []


HYPOTHESIS_LINES = {
    "PL010": 'change = "raise"',
    "PL011": 'population = "grade 3 to 5 students of the twelve pilot schools"',
    "PL012": 'measure = "reading"',
    "PL013": "size = 4.0",
    "PL014": "by = 2026-06-05",
    "PL015": 'because = "short daily practice with feedback builds fluency, which frees attention for comprehension"',
}


@pytest.mark.parametrize(("code", "line"), HYPOTHESIS_LINES.items())
def test_each_of_the_six_parts_is_missed_by_name_with_the_way_to_write_it(code, line):
    [issue] = checked(RANDOMIZED, (line, ""))
    assert (issue.code, issue.level) == (code, ERROR)
    assert issue.line == line_of(RANDOMIZED, "[hypothesis]")
    assert line.split()[0] in issue.remedy


def test_the_hypothesis_checker_names_the_parts_in_the_order_of_the_sentence():
    assert check_hypothesis(Hypothesis()) == PARTS
    assert [part.name for part in PARTS] == ["change", "population", "measure", "size", "date", "reason"]


SPRING_OF_READING = (
    'from = { result = "map-reading", forms = ["spring"] }\n\n[[cov'  # the second outcome's, once changed
)
LAST_EIGHT = '"sch-05", "sch-06",\n  "sch-07", "sch-08", "sch-09", "sch-10", "sch-11", "sch-12",'
NO_OUTCOME = 'from = { attribute = "finished" }\n\n[[covariates]]\nkey = "clicks'
FALL_MATH = 'label = "Fall math score"\nfrom = { result = "map-math", forms = ["fall"] }'

RULES = [
    # plan, what is changed, code, level, a piece of the line it points at (in the changed plan)
    (RANDOMIZED, ('measure = "reading"', 'measure = "writing"'), "PL016", ERROR, "measure ="),
    (RANDOMIZED, ('measure = "reading"', 'measure = "math"'), "PL017", WARNING, "measure ="),
    (RANDOMIZED, ('change = "raise"', 'change = "lower"'), "PL018", WARNING, "change ="),
    (RANDOMIZED, ("size = 4.0", "size = 2.0"), "PL019", WARNING, "smallest_effect"),
    (RANDOMIZED, ("by = 2026-06-05", "by = 2026-05-01"), "PL020", ERROR, "by ="),
    (RANDOMIZED, ("by = 2026-06-05", "by = 2026-07-01"), "PL021", ERROR, "by ="),
    (RANDOMIZED, ("start = 2025-10-06", "start = 2026-04-06"), "PL024", WARNING, "[window]"),
    (RANDOMIZED, ("start = 2025-10-06", "start = 2024-04-01"), "PL025", WARNING, "[window]"),
    (BY_USE, ("days_with_clicks", "quiz_days"), "PL030", ERROR, "quiz_days"),
    (BY_USE, ("end = 2014-01-31", "end = 2014-02-01"), "PL031", ERROR, "2014-01-07"),
    (
        MATCHED,
        ("start = 2025-01-06, end = 2025-06-06", "start = 2026-05-01, end = 2026-06-06"),
        "PL031",
        ERROR,
        "2026-05-01",
    ),
    (MATCHED, (", window = { start = 2025-01-06, end = 2025-06-06 }", ""), "PL031", ERROR, "active_days"),
    (MATCHED, ('forms = ["fall"]', 'forms = ["fall", "spring"]'), "PL032", ERROR, '"fall", "spring"'),
    (BY_USE, ('{ attribute = "highest_education" }', '{ attribute = "finished" }'), "PL032", ERROR, NO_OUTCOME),
    (
        MATCHED,
        ('attribute = "referrals_spring"', 'indicator = "minutes_per_week"'),
        "PL033",
        ERROR,
        "[outcomes.from]\nind",
    ),
    (BY_USE, ("end = 2014-03-17", "end = 2015-03-17"), "PL035", WARNING, "2015-03-17"),
    (RANDOMIZED, ('result = "map-math"', 'result = "map-reading"'), "PL036", WARNING, SPRING_OF_READING),
    (RANDOMIZED, ('field = "economically_disadvantaged"', 'field = "frl"'), "PL037", ERROR, "frl"),
    (BY_USE, ('where = { resource = ["quiz"] }', 'where = { resorce = ["quiz"] }'), "PL038", ERROR, "resorce"),
    (BY_USE, ('["vle"], resource = ["quiz"]', '["vle"], kind = ["quiz"]'), "PL038", ERROR, 'kind = ["quiz'),
    (RANDOMIZED, ('cluster = "school"', 'cluster = "section"'), "PL041", ERROR, "cluster ="),
    (RANDOMIZED, ('cluster = "school"', 'cluster = "student"'), "PL041", ERROR, "cluster ="),
    (RANDOMIZED, ("draws = 1999", "draws = 199"), "PL042", WARNING, "draws ="),
    (MATCHED, ("matching.ratio = 1", "blocked = true"), "PL043", WARNING, "blocked"),
    (MATCHED, ('baseline = "math-fall"', ""), "PL045", WARNING, "[[outcomes]]"),
    (MATCHED, ('matching.exact = ["grade"]', 'matching.exact = ["math-fall"]'), "PL046", ERROR, "matching.exact"),
    (MATCHED, ('baseline = "math-fall"', 'baseline = "grade"'), "PL047", ERROR, "baseline ="),
    (RANDOMIZED, (LAST_EIGHT, ""), "PL048", WARNING, "schools = ["),
    (RANDOMIZED, ('"sch-04", ' + LAST_EIGHT, ""), "PL049", ERROR, "schools = ["),
    (RANDOMIZED, ('disadvantaged = ["yes"]', "disadvantaged = []"), "PL053", ERROR, "disadvantaged ="),
    (RANDOMIZED, ("stop_at = 0.2", "stop_at = 0.8"), "PL060", ERROR, "stop_at"),
    (RANDOMIZED, ("adopt_at = 0.8", "adopt_at = 0.4"), "PL061", WARNING, "adopt_at"),
]


@pytest.mark.parametrize(("name", "edit", "code", "level", "needle"), RULES, ids=lambda v: str(v)[:12])
def test_each_rule_finds_its_fault_alone_and_at_its_line(name, edit, code, level, needle):
    indicators = {"days_with_clicks", "clicks", "active_days", "minutes_per_week"}
    [issue] = checked(name, edit, indicators=indicators)
    assert (issue.code, issue.level) == (code, level)
    assert issue.line == line_of(name, needle, edit)
    assert issue.remedy


def test_a_decision_before_the_windows_end_is_told_the_latest_start():
    [issue] = checked(RANDOMIZED, ("decide_by = 2026-06-19", "decide_by = 2026-03-02"))
    assert issue.code == "PL022"
    assert "cannot be known in time" in issue.says
    # 208 days of use that must end on 1 March 2026 begin on 6 August 2025
    assert "2025-08-06" in issue.remedy
    mended = checked(
        RANDOMIZED,
        ("decide_by = 2026-06-19", "decide_by = 2026-03-02"),
        ("start = 2025-10-06\nend = 2026-05-01", "start = 2025-08-06\nend = 2026-03-01"),
        ("by = 2026-06-05", "by = 2026-03-02"),
    )
    assert mended == []


def test_use_that_begins_before_the_window_moves_the_line_between_before_and_after():
    early = ("start = 2014-02-01, end = 2014-03-17", "start = 2014-01-20, end = 2014-03-17")
    assert [issue.code for issue in checked(BY_USE, early)] == ["PL035", "PL031"]


def test_a_subgroup_that_the_tool_could_change_is_leaked_too():
    edit = ('from.field = "english_learner"', 'from = { indicator = "active_days" }')
    assert [issue.code for issue in checked(MATCHED, edit)] == ["PL031"]


def test_use_of_other_tools_is_a_fair_outcome_and_use_of_this_one_is_not():
    other = ('attribute = "referrals_spring"', 'indicator = "minutes_per_week"\nwhere = { tool = ["word-mill"] }')
    own = ('attribute = "referrals_spring"', 'indicator = "own_count"\nwhere = { tool = ["number-trail"] }')
    attendance = ('attribute = "referrals_spring"', 'indicator = "attendance"')
    assert checked(MATCHED, other) == []
    assert [issue.code for issue in checked(MATCHED, own)] == ["PL033"]
    assert checked(MATCHED, attendance) == []


def test_an_outcome_counted_before_the_tool_is_used_is_no_outcome():
    edit = (
        'attribute = "referrals_spring"',
        'indicator = "attendance"\nwindow = { start = 2025-01-01, end = 2025-02-01 }',
    )
    assert [issue.code for issue in checked(MATCHED, edit)] == ["PL034"]


def test_chance_cannot_assign_by_use():
    edit = ('kind = "matched"', 'kind = "randomized"')
    assert "PL040" in [issue.code for issue in checked(BY_USE, edit)]


def test_a_matched_comparison_needs_something_to_match_on():
    bare = checked(
        MATCHED,
        ('baseline = "math-fall"', ""),
        ('matching.exact = ["grade"]', ""),
        ('[[covariates]]\nkey = "math-fall"\n' + FALL_MATH, ""),
        ('[[covariates]]\nkey = "grade"\nlabel = "Grade"\nkind = "category"\nfrom.field = "grade"', ""),
        (
            '[[covariates]]\nkey = "earlier-use"\nlabel = "Days with any tool last spring"\n'
            'from = { indicator = "active_days", window = { start = 2025-01-06, end = 2025-06-06 } }',
            "",
        ),
    )
    assert [issue.code for issue in bare] == ["PL044"]


SECOND_OUTCOME = """[[outcomes]]
key = "math"
label = "Spring math score"
role = "secondary"
domain = "mathematics"
unit = "scale points"
from = { result = "map-math", forms = ["spring"] }
"""
SUBGROUP = """[[subgroups]]
key = "income"
label = "Family income"
disadvantaged = ["yes"]
disadvantaged_label = "economically disadvantaged students"
others_label = "all other students"
from = { field = "economically_disadvantaged" }
"""


def test_a_single_measure_is_warned_about():
    [issue] = checked(RANDOMIZED, (SECOND_OUTCOME, ""))
    assert (issue.code, issue.level) == ("PL050", WARNING)


def test_too_many_and_no_subgroups_are_warned_about():
    nine = "\n".join(SUBGROUP.replace('"income"', f'"income-{n}"') for n in range(9))
    eight = "\n".join(SUBGROUP.replace('"income"', f'"income-{n}"') for n in range(8))
    assert [issue.code for issue in checked(RANDOMIZED, (SUBGROUP, nine))] == ["PL051"]
    assert checked(RANDOMIZED, (SUBGROUP, eight)) == []
    assert [issue.code for issue in checked(RANDOMIZED, (SUBGROUP, ""))] == ["PL052"]


def test_a_plan_that_looks_back_is_warned_about_and_not_refused():
    assert [i.code for i in checked(RANDOMIZED, as_of=date(2026, 5, 1))] == []
    assert [i.code for i in checked(RANDOMIZED, as_of=date(2026, 5, 2))] == ["PL027"]
    [issue] = checked(RANDOMIZED, as_of=date(2026, 6, 20))
    assert (issue.code, issue.level) == ("PL026", WARNING)


def test_indicators_are_not_looked_up_without_a_catalogue():
    assert checked(BY_USE, ("days_with_clicks", "quiz_days"), indicators=None) == []
    assert [i.code for i in checked(BY_USE, indicators=())] == ["PL030", "PL030"]


def test_issues_come_in_the_order_of_their_lines():
    issues = checked(
        RANDOMIZED,
        ("stop_at = 0.2", "stop_at = 0.9"),
        ("size = 4.0", ""),
        ('cluster = "school"', 'cluster = "section"'),
    )
    assert [issue.code for issue in issues] == ["PL013", "PL041", "PL060"]


def test_the_usage_indicators_known_here_are_those_of_the_shipped_catalogue():
    catalogue, _ = load_catalogue()
    of_use = {key for key, one in catalogue.items() if one.counts_use}
    assert of_use == USAGE_INDICATORS


def test_a_filter_of_results_is_known_to_indicators():
    gain = 'indicator = "score_gain"\nwhere = { assessment = ["map-math"], form = ["fall", "spring"] }'
    assert checked(MATCHED, ('attribute = "referrals_spring"', gain)) == []


PLACEBO = 'from = { result = "map-math", forms = ["spring-before"] }'


@pytest.mark.parametrize(
    ("edit", "code", "level", "needle"),
    [
        (
            (PLACEBO, 'from = { result = "map-math", forms = ["fall"] }\nadjust_for = ["grade"]'),
            "PL151",
            WARNING,
            "from",
        ),
        ((PLACEBO, f'{PLACEBO}\nadjust_for = ["nothing"]'), "PL152", ERROR, "adjust_for"),
        ((PLACEBO, 'from = { field = "grade" }\nadjust_for = ["grade"]'), "PL153", ERROR, "adjust_for"),
        ((PLACEBO, 'from = { result = "map-math", forms = ["spring"] }'), "PL154", ERROR, "from"),
    ],
)
def test_a_placebo_must_be_able_to_do_its_work(edit, code, level, needle):
    [issue] = checked(MATCHED, edit)
    assert (issue.code, issue.level) == (code, level)
    assert needle in issue.column


def test_a_matched_comparison_without_a_placebo_is_warned_about_and_a_lottery_is_not():
    whole = (FOLDER / f"{MATCHED}.toml").read_text(encoding="utf-8")
    start = whole.index("[[placebos]]")
    [issue] = checked(MATCHED, (whole[start : whole.index("[[", start + 2)], ""))
    assert (issue.code, issue.level) == ("PL150", WARNING)
    assert checked(RANDOMIZED) == []


def test_a_placebos_source_is_looked_up_like_any_other():
    [issue] = checked(MATCHED, (PLACEBO, 'from = { field = "shoe_size" }'))
    assert issue.code == "PL037"
