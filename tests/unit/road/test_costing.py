"""Licenses that a cost account asks the lake about."""

from __future__ import annotations

from datetime import date

import pytest

from gainline.engine.core.refusals import Refusal
from gainline.engine.roadmap.cost import Account, read_account
from gainline.road.costing import active_in
from gainline.road.importing import import_files
from gainline.road.workspace import Workspace
from intake_files import zipped
from terminal import gainline

MANY, USERS = 60, 40
ROSTER = {
    "orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\ns1,,,Oak School,school,,\n",
    "users.csv": "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,"
    "familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password\n"
    + "".join(f"u{n},,,true,s1,student,n{n},,Ada,Ash,,{n:04d},,,,,03,\n" for n in range(MANY)),
}
PROFILE = """
key = "moss_days"
name = "moss, one row per student and day"
like = "generic_usage"
source_system = "moss"
files = ["moss-*.csv"]
minute = "while a page is open"
absent_row = "zero"
"""
ACCOUNT = """
format = "gainline-cost/1"
name = "Moss"
currency = "USD"
year = 2026
place = "here"
start = 2025-07-01

[[prices]]
item = "license"
unit = "student and year"
price = 10.00
year = 2026
place = "here"
source = "Quote"

[[ingredients]]
key = "licenses"
line = "licenses"
item = "license"
quantity = 60
on = 2025-08-01

[[licenses]]
tool = "moss"
item = "license"
bought = 60
minutes_per_week = 20
start = 2026-01-05
end = 2026-01-11
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("cost")
    home = Workspace.create(folder / "home")
    (folder / "roster.zip").write_bytes(zipped(ROSTER))
    (home.folder("profiles") / "moss.toml").write_text(PROFILE, encoding="utf-8")
    used = "".join(f"moss,u{n},2026-01-06,{30 if n < USERS else 5}\n" for n in range(USERS + 5))
    (folder / "moss-january.csv").write_text(f"tool,student_id,day,value\n{used}", encoding="utf-8")
    paths = [folder / "roster.zip", folder / "moss-january.csv"]
    assert import_files(home, paths, as_of=date(2026, 2, 1)).rows["rejected"] == 0
    return home


def account(text: str = ACCOUNT) -> Account:
    read, issues = read_account(text, file="cost.toml")
    assert read is not None, issues
    return read


def test_active_licenses_are_those_that_reached_the_dosage(home: Workspace) -> None:
    assert active_in(home, account()) == {"moss": USERS}
    assert active_in(home, account(ACCOUNT.replace("week = 20", "week = 4"))) == {"moss": USERS + 5}
    assert active_in(None, account()) == {}


def test_the_command_prices_idle_licenses_from_the_lake(home: Workspace, tmp_path) -> None:
    path = tmp_path / "cost.toml"
    path.write_text(ACCOUNT, encoding="utf-8")
    ran = gainline("cost", path, "--workspace", home.root)
    assert ran.code == 0
    assert "200.00" in ran.out  # twenty of sixty at ten
    assert "CO017" in gainline("cost", path).out


def test_a_dosage_needs_days_to_be_counted_on() -> None:
    read, issues = read_account(ACCOUNT.replace("start = 2026-01-05\n", ""), file="cost.toml")
    assert read is None
    assert [issue.code for issue in issues] == ["CO006"]
    assert not isinstance(issues[0], Refusal)
