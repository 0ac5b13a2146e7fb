"""The catalogue: what ships is whole, what is wrong is refused by file and line."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from gainline.engine.core.issues import Issue
from gainline.engine.indicators import Parameter, load_catalogue
from gainline.engine.indicators.catalogue import find_line

ASKED_FOR = {
    "active_days",
    "active_event_share",
    "active_students_per_week",
    "active_weeks",
    "adoption",
    "clicks",
    "cost_per_dosed_student",
    "days_with_clicks",
    "device_access",
    "digital_citizenship_incidents",
    "digital_citizenship_observed",
    "digital_citizenship_survey",
    "dosage",
    "engagement_beyond_clicks",
    "family_trust",
    "fidelity_to_plan",
    "gap_in_outcome",
    "gap_in_use",
    "growth_percentile",
    "home_device_access",
    "home_internet_access",
    "items_passed",
    "license_utilization",
    "mastery",
    "minutes_per_week",
    "observed_practice",
    "outage_minutes",
    "participation_equity",
    "persistence",
    "regularity",
    "retention_of_learning",
    "score_gain",
    "score_level",
    "standardized_gain",
    "student_voice",
    "support_burden",
    "support_hours",
    "survey_response_rate",
    "teacher_efficacy",
    "teacher_workload",
    "teachers_trained",
    "time_on_task_clicks",
    "time_on_task_events",
    "time_on_task_minutes",
    "training_hours",
    "usability_sus",
}
SHIPPED = (resources.files("gainline.engine.indicators") / "library" / "dosage.toml").read_text(encoding="utf-8")
OWN = SHIPPED.replace('key = "dosage"', 'key = "our_dosage"')


def load(folder: Path, text: str | bytes, name: str = "own.toml") -> list[Issue]:
    content = text.encode() if isinstance(text, str) else text
    (folder / name).write_bytes(content)
    return load_catalogue([folder])[1]


def test_the_shipped_library_is_whole() -> None:
    catalogue, issues = load_catalogue()
    assert catalogue.keys() == ASKED_FOR
    assert issues == []
    assert list(catalogue) == sorted(catalogue)


def test_every_definition_says_what_a_missing_row_is() -> None:
    for indicator in load_catalogue()[0].values():
        assert re.match(r"A \w+ without", indicator.null)
        assert ("left out" in indicator.null) == (indicator.missing_row == "unknown")


def test_all_three_kinds_are_shipped() -> None:
    assert {indicator.kind for indicator in load_catalogue()[0].values()} == {"process", "outcome", "balancing"}


def test_a_district_adds_its_own_definition(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff" + OWN) == []
    assert load_catalogue([tmp_path])[0]["our_dosage"].unit == "share of students"


def test_a_folder_that_is_not_there_adds_nothing(tmp_path: Path) -> None:
    assert load_catalogue([tmp_path / "none"]) == load_catalogue()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('unit = "share of students"', "", "unit: Field required"),
        ('kind = "process"', 'kind = "proces"', "kind: Input should be"),
        ("minimum_n = 10", "minimum_n = 0", "minimum_n: Input should be"),
        ('kind = "process"', 'kind = "process"\ncolour = "red"', "colour: Extra inputs"),
        ('metrics = ["minutes_active"]', "metrics = []", "compute.metrics: Tuple should have"),
        ('shape = "at_least"', 'shape = "most"', "compute: Input tag 'most'"),
        ("[compute.parameters.recommended_per_week]", "[compute.parameters.floor]", "this shape takes recommended"),
        ("value = 30.0", "value = -1", "outside at_least .. at_most"),
        ('summary = "mean"', 'summary = "parity"', "person_key cannot be a grain"),
        ('summary = "mean"', 'summary = "gap"', "person_key cannot be a grain"),
        ('shape = "at_least"', 'shape = "weeks_at_least"', "grains: this shape cannot be split by week_start"),
    ],
)
def test_a_wrong_definition_is_refused_on_its_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = OWN.replace(old, new, 1)
    assert text != OWN
    [issue] = load(tmp_path, text)
    assert issue.code == "ID003"
    assert says in issue.says
    assert issue.file == str(tmp_path / "own.toml")
    assert issue.line is not None
    assert "our_dosage" not in load_catalogue([tmp_path])[0]


@pytest.mark.parametrize(
    ("model", "old", "new", "says"),
    [
        ("family_trust", 'about = "family_trust"', "", "name an `instrument`, or in `about` a construct"),
        ("family_trust", 'about = "family_trust"', 'about = "a"\ninstrument = "b"', "name an `instrument`, or"),
        ("active_event_share", "actions = [", "resources = [", "`metrics` go with `resources`"),
        ("items_passed", 'shape = "amount"', 'shape = "voice"', "compute.about: Field required"),
    ],
)
def test_a_shape_s_own_rules_are_said(tmp_path: Path, model: str, old: str, new: str, says: str) -> None:
    shipped = resources.files("gainline.engine.indicators") / "library" / f"{model}.toml"
    text = shipped.read_text(encoding="utf-8").replace(f'key = "{model}"', 'key = "own"')
    issues = load(tmp_path, text.replace(old, new, 1))
    assert {issue.code for issue in issues} == {"ID003"}
    assert any(says in f"{issue.says}" for issue in issues)
    assert all(issue.line for issue in issues)


def test_a_grain_that_the_shape_does_not_know_is_refused_on_the_grains_own_line(tmp_path: Path) -> None:
    [issue] = load(tmp_path, OWN.replace('shape = "at_least"', 'shape = "weeks_at_least"'))
    assert OWN.splitlines()[issue.line - 1].startswith("grains = ")


def test_what_stands_behind_a_number_goes_by_the_shape_and_cannot_be_declared_away(tmp_path: Path) -> None:
    catalogue, _ = load_catalogue()
    assert {key for key, one in catalogue.items() if not one.is_about_people} == {"outage_minutes", "support_hours"}
    [issue] = load(tmp_path, OWN.replace('kind = "process"', 'kind = "process"\nn_of = "outages"'))
    assert "Extra inputs" in issue.says


@pytest.mark.parametrize(("wrong", "line"), [("kind", 6), ("minimum_n", 12)])
def test_the_line_is_the_key_s_own(tmp_path: Path, wrong: str, line: int) -> None:
    lines = OWN.splitlines()
    assert lines[line - 1].startswith(wrong)
    lines[line - 1] = f"{wrong} = false"
    [issue] = load(tmp_path, "\n".join(lines))
    assert issue.line == line


def test_a_fault_inside_a_parameter_is_found(tmp_path: Path) -> None:
    [issue] = load(tmp_path, OWN.replace("at_least = 0.0", 'at_least = "none"'))
    assert issue.line == OWN.splitlines().index("at_least = 0.0") + 1


def test_text_that_is_not_toml_is_refused_on_its_line(tmp_path: Path) -> None:
    [issue] = load(tmp_path, 'format = "x"\nkey = = 3\n')
    assert (issue.code, issue.line) == ("ID002", 2)
    [issue] = load(tmp_path, 'format = "x"\nkey = """open')
    assert issue.code == "ID002"


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    [issue] = load(tmp_path, b"name = \xff")
    assert issue.code == "ID001"


def test_a_shipped_key_cannot_be_replaced(tmp_path: Path) -> None:
    [issue] = load(tmp_path, SHIPPED.replace("Dosage", "Something else"))
    assert issue.code == "ID004"
    assert load_catalogue([tmp_path])[0]["dosage"].name == "Dosage"


def test_one_wrong_file_leaves_the_others_standing(tmp_path: Path) -> None:
    load(tmp_path, OWN, "a.toml")
    assert [issue.code for issue in load(tmp_path, "key = 1", "b.toml")] != []
    assert "our_dosage" in load_catalogue([tmp_path])[0]


def test_a_line_is_found_for_the_nearest_parent() -> None:
    text = "a = 1\n\n[[b.c]]\nd = 2\n# e = 3\n"
    assert [find_line(text, keys.split(".")) for keys in ("a", "b.c.d", "b.c.x", "z")] == [1, 4, 3, 1]


def test_a_parameter_has_bounds() -> None:
    parameter = Parameter(value=5, unit="minutes", means="x", at_least=1, at_most=10)
    assert [parameter.allows(value) for value in (0.5, 1, 10, 11)] == [False, True, True, False]
