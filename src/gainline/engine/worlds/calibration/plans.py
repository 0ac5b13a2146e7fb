"""The plan that a calibration world is judged by: the same question, the comparison that the world allows."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from string import Template

from gainline.engine.pilots import parse_plan
from gainline.engine.pilots.plan import Plan
from gainline.engine.worlds.calibration.people import GROUPS
from gainline.engine.worlds.calibration.spec import CalibrationSpec

KEY = "calibration"
TOOL = "calibration-tool"
DRAWS = 199  # randomization inference stands beside the estimate here; what is judged is the estimate
_SOURCES = {
    "low_income": 'field = "economically_disadvantaged"',
    "learner": 'field = "english_learner"',
    "disability": 'field = "disability"',
    "female": 'field = "sex"',
}
_BY_SCHOOL = """\
[comparison]
tool_arm = "schools given the tool for the year"
usual_arm = "schools that taught reading as usual"
assigned_by = "assignment"
"""
_BY_USE = """\
[comparison]
tool_arm = "students who used the tool"
usual_arm = "matched students who did not"
assigned_by = "use"
use = { from = { indicator = "minutes_per_week" }, at_least = 1.0 }
"""
_MATCHED = """\
[design]
kind = "matched"
unit = "student"
cluster = "school"

[design.matching]
method = "$method"
"""
_RANDOMIZED = """\
[design]
kind = "randomized"
unit = "school"
cluster = "school"
blocked = $blocked
boundary = "cautious"
draws = $draws
"""
_SUBGROUP = """\
[[subgroups]]
key = "by_$key"
label = "$label"
from = { $source }
disadvantaged = ["$member"]
disadvantaged_label = "$label"
others_label = "all other students"
"""


@lru_cache(maxsize=64)
def plan_text(spec: CalibrationSpec, *, groups: tuple[str, ...] = ()) -> str:
    """The TOML text that is registered for a world of this spec; `groups` are the subgroups it declares."""
    template = files(__package__).joinpath("plans", "calibration.toml").read_text(encoding="utf-8")
    if spec.arms == "schools":
        design = Template(_RANDOMIZED).substitute(blocked=str(spec.paired).lower(), draws=DRAWS)
    else:
        design = Template(_MATCHED).substitute(method=spec.matching)
    return Template(template).substitute(
        comparison=_BY_SCHOOL if spec.arms == "schools" else _BY_USE,
        design=design,
        subgroups="\n".join(_subgroup(key) for key in groups),
    )


def _subgroup(key: str) -> str:
    source = _SOURCES.get(key, f'attribute = "{key}"')
    label = key.replace("_", " ")
    return Template(_SUBGROUP).substitute(key=key, label=label, source=source, member=label_of(key, is_member=True))


def label_of(key: str, *, is_member: bool) -> str:
    """The label that a student's membership of one of the groups has in the records."""
    if key == "female":
        return "female" if is_member else "male"
    return "true" if is_member else "false"


@lru_cache(maxsize=64)
def plan(spec: CalibrationSpec, *, groups: tuple[str, ...] = ()) -> Plan:
    """The plan of a world of this spec.

    Raises
    ------
    ValueError
        When the text is no plan, or `groups` names a group that no world has.
    """
    if unknown := set(groups) - set(GROUPS):
        raise ValueError(f"no world has the groups {sorted(unknown)}")
    found, issues = parse_plan(plan_text(spec, groups=groups), file=f"{KEY}.toml")
    if found is None:
        raise ValueError("; ".join(str(issue) for issue in issues))
    return found
