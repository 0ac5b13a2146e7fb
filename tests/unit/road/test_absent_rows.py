"""What a profile says of absent rows, from the file into the lake and into measurements."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from gainline.engine.core.errors import UserFixable
from gainline.engine.indicators import load_catalogue
from gainline.engine.intake import load_profiles
from gainline.engine.intake.profile import parse_profile
from gainline.engine.pilots.plan import Source
from gainline.road.framing.build import check_known
from gainline.road.framing.sources import declares_zero
from gainline.road.framing.use import doses
from gainline.road.importing import import_files
from gainline.road.measuring import doubts_of, measure
from gainline.road.workspace import Workspace
from intake_files import zipped
from terminal import gainline

SALT = b"a salt of thirty-two bytes, kept."
MANY, USERS = 60, 40
DAYS = (date(2026, 1, 5), date(2026, 1, 11))
ROSTER = {
    "orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\ns1,,,Oak School,school,,\n",
    "users.csv": "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,"
    "familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n"
    + "".join(f"u{n},,,true,s1,student,n{n},,Ada,Ash,,{n:04d},,,,,03,\n" for n in range(MANY)),
}
PROFILE = """
key = "{tool}_days"
name = "{tool}, one row per student and day"
like = "generic_usage"
source_system = "{tool}"
files = ["{tool}-*.csv"]
minute = "{minute}"
absent_row = "{word}"
"""


def log(tool: str) -> str:
    return "tool,student_id,day,value\n" + "".join(f"{tool},u{n},2026-01-06,30\n" for n in range(USERS))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("absent")
    home = Workspace.create(folder / "home", salt=SALT)
    (folder / "roster.zip").write_bytes(zipped(ROSTER))
    for tool, word, minute in (("moss", "zero", "while a page is open"), ("fern", "unknown", "with an answer")):
        text = PROFILE.format(tool=tool, word=word, minute=minute)
        (home.folder("profiles") / f"{tool}.toml").write_text(text, encoding="utf-8")
    for tool in ("moss", "fern", "reed"):  # reed is read by the shipped profile, which says nothing
        (folder / f"{tool}-january.csv").write_text(log(tool), encoding="utf-8")
    paths = [folder / "roster.zip", *(folder / f"{tool}-january.csv" for tool in ("moss", "fern", "reed"))]
    assert import_files(home, paths, as_of=date(2026, 2, 1)).rows["rejected"] == 0
    return home


def test_the_lake_keeps_what_each_source_declared(home: Workspace) -> None:
    with home.lake.reading() as reading:
        rows = reading.arrow(reading.current("declarations")).to_pylist()
    told = {row["tool"]: (row["source"], row["facts"], row["metric"], row["absent_row"]) for row in rows}
    assert told == {
        "moss": ("moss_days", "usage", "minutes_active", "zero"),
        "fern": ("fern_days", "usage", "minutes_active", "unknown"),
        "reed": ("generic_usage", "usage", "minutes_active", "unknown"),
    }


@pytest.mark.parametrize(("tool", "value", "n"), [("moss", 20.0, 60), ("fern", 30.0, 40), ("reed", 30.0, 40)])
def test_a_measurement_follows_the_sources_word(home: Workspace, tool: str, value: float, n: int) -> None:
    [row] = measure(home, "minutes_per_week", days=DAYS, where={"tool": [tool]})
    assert (row["value"], row["n"]) == (pytest.approx(value), n)
    left_out = "20 students without a row are left out: no source says that this means none"
    assert row["note"] == ("" if tool == "moss" else left_out)


def test_no_share_of_users_is_made_of_users_alone(home: Workspace) -> None:
    [open_, said] = measure(home, "adoption", by=["tool"], days=DAYS, where={"tool": ["fern", "moss"]})
    assert (open_["tool"], open_["value"]) == ("fern", None)
    assert (said["tool"], said["value"]) == ("moss", pytest.approx(2 / 3))


def test_unlike_minutes_in_one_number_warn_in_the_terminal(home: Workspace) -> None:
    [doubt] = doubts_of(home, "minutes_per_week")
    assert doubt.code == "ID061"
    assert "moss: minutes active, while a page is open" in doubt.says
    assert doubts_of(home, "minutes_per_week", where={"tool": ["moss"]}) == []
    assert doubts_of(home, "active_days") == []
    ran = gainline(
        "indicators", "measure", "minutes_per_week", "--by", "tool", "--from", "2026-01-05", "--to", "2026-01-11",
        "-w", home.root,
    )  # fmt: skip
    assert ran.code == 0
    assert "ID061" in ran.err
    assert "ID061" not in ran.out


@pytest.mark.parametrize(("tool", "is_known"), [("moss", True), ("fern", False)])
def test_arms_that_are_told_apart_by_use_need_to_know_who_did_not_use_it(home: Workspace, tool: str, is_known: bool):
    source = Source(indicator="minutes_per_week", where={"tool": [tool]})
    with home.lake.reading() as reading:
        assert declares_zero(load_catalogue()[0]["minutes_per_week"], source, reading) is is_known
        if is_known:
            check_known(np.array([3.0, np.nan]), source, reading, load_catalogue()[0])
        else:
            with pytest.raises(UserFixable, match="ID060"):
                check_known(np.array([3.0, np.nan]), source, reading, load_catalogue()[0])


@pytest.mark.parametrize(("tool", "is_known"), [("moss", True), ("fern", False), ("reed", False)])
def test_the_dose_of_a_student_without_a_row_is_known_only_where_the_source_says_so(
    home: Workspace, tool: str, is_known: bool
):
    use = SimpleNamespace(key=tool, metric="minutes_active", where={}, minutes_per_week=20.0, dosed_share_of_weeks=0.5)
    plan = SimpleNamespace(tool=use, window=SimpleNamespace(start=DAYS[0], end=DAYS[1]))
    with home.lake.reading() as reading:
        students = reading.arrow(reading.current("students").order_by("person_key"))["person_key"].to_numpy()
        dose, used, dosed = doses(plan, reading, students)
    assert (used.sum(), dosed.sum()) == (USERS, USERS)
    assert np.isnan(dose).sum() == (0 if is_known else MANY - USERS)


def test_only_a_profile_about_use_speaks_of_absent_rows() -> None:
    text = 'key = "x"\nname = "x"\ntarget = "contracts"\nsource_system = "x"\nabsent_row = "zero"\n'
    profile, [issue] = parse_profile(text, file="x.toml", known=load_profiles()[0])
    assert profile is None
    assert (issue.code, "absent_row" in issue.says) == ("IN081", True)
