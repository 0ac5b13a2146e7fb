"""The plan of a cycle over time: schools take the tool up in waves and are tested again and again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

_TEMPLATE = """\
format = "gainline-plan/1"
key = "wave-reading"
title = "Does Lumen Reading raise reading where schools start it in waves?"
aim = "Every student reads at grade level by the end of grade 5, and the gap by family income narrows each year."
question = "Do students in grades 3 to 5 read better once their school has Lumen Reading than where it is not there?"
smallest_effect = 2.0
missing = "complete_case"

[hypothesis]
change = "raise"
population = "students in grades 3 to 5"
measure = "reading"
size = 4.0
by = 2026-05-15
because = "short daily lessons at each student's own level give practice that a whole-class lesson cannot"

[tool]
key = "lumen-reading"
name = "Lumen Reading"
minutes_per_week = 30.0

[population]
describe = "students in grades 3 to 5 of the pilot's schools, each month those who are enrolled then"
grades = ["03", "04", "05"]

[comparison]
tool_arm = "schools that have Lumen Reading by then"
usual_arm = "schools that do not have it yet"
assigned_by = "assignment"
tool_arms = [{waves}]
usual_arms = ["never"]

[design]
kind = "{kind}"
unit = "school"
cluster = "school"

[design.waves]
{starts}

{periods}

[[outcomes]]
key = "reading"
label = "Reading scale score"
role = "primary"
domain = "reading comprehension"
from = {{ result = "reading", forms = ["{last}"] }}
unit = "scale points"

[[subgroups]]
key = "by_income"
label = "Family income"
from = {{ field = "economically_disadvantaged" }}
disadvantaged = ["true"]
disadvantaged_label = "economically disadvantaged students"
others_label = "all other students"

[window]
start = {window}
end = 2026-05-01

[decision]
decider = "Curriculum council"
adopt_means = "Renew Lumen Reading for all schools."
adapt_means = "Renew for one year with other support for students who start behind."
stop_means = "Give notice by June 30."

[deadline]
decide_by = 2026-06-16
because = "the board votes on June 16"
"""


def over_time_plan(kind: str, waves: Mapping[str, date], tests: Mapping[str, tuple[date, date]]) -> str:
    """The plan as TOML, from the days on which each wave begins and the first and last day of each test."""
    periods = [
        f'[[design.periods]]\nkey = "{name}"\ndays = {{ start = {start}, end = {end} }}\nforms = ["{name}"]\n'
        for name, (start, end) in tests.items()
    ]
    return _TEMPLATE.format(
        waves=", ".join(f'"{name}"' for name in waves),
        kind=kind,
        starts="\n".join(f'"{name}" = {start}' for name, start in waves.items()),
        periods="\n".join(periods),
        last=list(tests)[-1],
        window=min(waves.values()),
    )
