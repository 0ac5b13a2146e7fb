"""Several cycles together: pooled once each, in one domain, those that meet the standards."""

import copy
import json

import pytest

from evidence_frames import carried, cluster_frame, make_plan
from gainline.engine.core.errors import Conflict, Missing, Refused, UserFixable
from gainline.engine.evidence import evaluate
from gainline.road.synthesizing import synthesize_cycles


@pytest.fixture
def files(tmp_path):
    evidence = evaluate(make_plan(), cluster_frame(effect=3.0), **carried()).to_json_value()
    made = []
    for place, shift in enumerate((0.0, 0.1, -0.1)):
        one = copy.deepcopy(evidence)
        one["provenance"]["registration"] = f"registration {place}"
        one["estimates"][0]["g"] += shift
        one["plan"]["title"] = f"Pilot {place}"
        path = tmp_path / f"{place}.json"
        path.write_text(json.dumps(one))
        made.append(path)
    return made


def changed(path, change):
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def test_files_of_other_districts_are_pooled_with_the_good_direction_up(files):
    pooled = synthesize_cycles(None, [str(path) for path in files])
    assert pooled.synthesis.studies == 3
    assert pooled.synthesis.low < pooled.synthesis.effect < pooled.synthesis.high
    before = pooled.synthesis.effect
    for path in files:
        changed(path, lambda value: value["estimates"][0].update(favorable=False))
    assert synthesize_cycles(None, [str(path) for path in files]).synthesis.effect == pytest.approx(-before)


def test_a_study_that_does_not_meet_the_standards_is_left_out_and_named(files):
    changed(files[2], lambda value: value["rating"].update(label="Does Not Meet WWC Standards"))
    pooled = synthesize_cycles(None, [str(path) for path in files])
    assert pooled.synthesis.studies == 2
    assert pooled.left_out == (("Pilot 2", "Does Not Meet WWC Standards"),)
    changed(files[1], lambda value: value["rating"].update(label="Does Not Meet WWC Standards"))
    with pytest.raises(Refused, match="EV200"):
        synthesize_cycles(None, [str(path) for path in files])


def test_one_cycle_named_twice_would_count_double(files):
    with pytest.raises(Conflict, match="twice"):
        synthesize_cycles(None, [str(files[0]), str(files[0])])


def test_outcomes_of_different_domains_are_not_pooled(files):
    changed(files[1], lambda value: value["estimates"][0].update(domain="attendance"))
    with pytest.raises(Refused, match="EV202"):
        synthesize_cycles(None, [str(path) for path in files])


def test_a_file_that_is_no_evidence_is_said_to_be_none(files, tmp_path):
    other = tmp_path / "other.json"
    other.write_text("{}")
    with pytest.raises(UserFixable, match="no evidence document"):
        synthesize_cycles(None, [str(files[0]), str(other)])
    other.write_text("{")
    with pytest.raises(UserFixable, match="JSON"):
        synthesize_cycles(None, [str(files[0]), str(other)])
    with pytest.raises(Missing, match="no evidence document at"):
        synthesize_cycles(None, [str(files[0]), "nowhere"])
