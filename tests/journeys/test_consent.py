"""A family takes its consent back after the estimate: it is flagged, made again without the child, both kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gainline.engine.privacy.consent import Act, Ground, Stage
from gainline.engine.privacy.purposes import Basis, Purpose
from gainline.road.consented import register_of, token
from gainline.road.consenting import Said, Watch, Withdrawn, declare, say, tell
from gainline.road.evaluating import evaluate_plan
from gainline.road.withdrawing import flagged, follow, noted, reran
from gainline.road.workspace import Workspace

PLAN = "lumen-reading"
SCORES = Ground("scores", Purpose.EVALUATION, Basis.CONSENT, tables=("results",))


def assigned(value: dict) -> int:
    return sum(count["assigned"] for count in value["estimates"][0]["counts"])


def analyzed(value: dict) -> int:
    return sum(count["analyzed"] for count in value["estimates"][0]["counts"])


@pytest.mark.slow
def test_an_estimate_that_used_withdrawn_records_is_flagged_and_made_again(evaluated: Path):
    home = Workspace.open(evaluated)
    path = home.root / "plans" / f"{PLAN}.toml"
    before = json.loads((home.root / "evidence" / f"{PLAN}.json").read_text())
    declare(home, SCORES)
    tell(home, "scores", "en", "We look at your child's test scores. You can say no.", reviewed_by="Language office")
    with home.records.reading() as reading:
        keys = reading.arrow(reading.current("students").select("person_key"))["person_key"].to_pylist()
    for key in keys:
        say(home, Said(token(home.salt, key), "scores", Act.GIVEN))
    first = evaluate_plan(home, path)
    assert first.evidence["estimates"] == before["estimates"], "with everybody's yes nothing changes"
    assert flagged(home) == []
    ran = json.loads((home.root / "consent" / "ran" / f"{first.sha256}.json").read_text())
    gone = ran[:2]

    watch = Watch(home, PLAN)
    for person in gone:
        say(home, Said(person, "scores", Act.REVOKED))
    with pytest.raises(Withdrawn):
        watch.over(lambda *_: None)("estimate", 0, 1)

    due = flagged(home)
    assert [(one.cycle, one.stage, one.people) for one in due] == [(PLAN, Stage.COMPUTED, "0 to 9")]
    done = follow(home)
    assert done.reran == (PLAN,)
    assert len(done.purged) == 1
    now = json.loads((home.root / "evidence" / f"{PLAN}.json").read_text())
    assert analyzed(now) in range(analyzed(before) - 2, analyzed(before) + 1)
    assert assigned(now) == assigned(before), "who withdrew stays assigned: it is attrition"
    log = reran(home)
    assert log[-1]["before"]["sha256"] == first.sha256
    assert log[-1]["difference"] == pytest.approx(
        now["estimates"][0]["effect"] - before["estimates"][0]["effect"],
        abs=1e-9,  # the log keeps settled digits
    )
    assert flagged(home) == []
    assert follow(home) == type(done)((), (), ())

    (home.root / "briefs" / f"{PLAN}.html").write_text("published", encoding="utf-8")
    public = (home.root / "evidence" / f"{PLAN}.json").read_bytes()
    third = json.loads((home.root / "consent" / "ran" / f"{log[-1]['after']['sha256']}.json").read_text())[0]
    say(home, Said(third, "scores", Act.REVOKED))
    assert [one.stage for one in flagged(home)] == [Stage.PUBLISHED]
    assert follow(home).noted == (PLAN,)
    assert noted(home) == {PLAN: "0 to 9"}
    assert (home.root / "evidence" / f"{PLAN}.json").read_bytes() == public, "what was published stands"
    assert third in register_of(home.root).entries


@pytest.mark.slow
def test_a_run_under_way_starts_anew_without_who_withdrew(evaluated: Path):
    home = Workspace.open(evaluated)
    declare(home, SCORES)
    tell(home, "scores", "en", "We look at your child's test scores. You can say no.", reviewed_by="Language office")
    with home.records.reading() as reading:
        keys = reading.arrow(reading.current("students").select("person_key"))["person_key"].to_pylist()
    for key in keys:
        say(home, Said(token(home.salt, key), "scores", Act.GIVEN))
    withdrawn: list[str] = []

    def midway(stage: str, done: int, total: int) -> None:
        if stage == "frame" and done == 1 and not withdrawn:
            withdrawn.append(token(home.salt, keys[0]))
            say(home, Said(withdrawn[0], "scores", Act.REVOKED))

    done = evaluate_plan(home, home.root / "plans" / f"{PLAN}.toml", progress=midway)
    ran = json.loads((home.root / "consent" / "ran" / f"{done.sha256}.json").read_text())
    assert withdrawn
    assert withdrawn[0] not in ran
