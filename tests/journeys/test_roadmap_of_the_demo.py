"""The demo district's two years: from its TOML to dates, calendars, MS Project and back."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from browser import file_opened, unfold, violations, width_of
from gainline.engine.roadmap import check_plan, read_roadmap
from gainline.engine.worlds.templates import demo_roadmap
from gainline.road.plan_files import saved_dates
from mpxj_reader import read_with_mpxj
from terminal import gainline


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with the demo's roadmap and its dates, as a person would make them."""
    made = tmp_path_factory.mktemp("roadmap")
    assert gainline("roadmap", "new", "--template", "riverbend", "--out", made / "roadmap.toml").code == 0
    ran = gainline("roadmap", "solve", made / "roadmap.toml", "--work", 0.05, "--format", "csv")
    assert ran.code == 0, ran.err
    (made / "plan.csv").write_text(ran.out, encoding="utf-8")
    return made


def test_the_demos_roadmap_has_nothing_against_it_and_gets_dates_that_keep_every_rule(folder):
    roadmap, issues = read_roadmap(demo_roadmap(), file="riverbend.toml")
    assert issues == []
    assert len(roadmap.schools) == 30
    assert {initiative.phase for initiative in roadmap.initiatives} == {"foundation", "apps", "analytics", "assessment"}
    assert check_plan(roadmap, saved_dates(folder / "plan.csv")) == []


@pytest.mark.slow  # the everyday suite asks the same reader about a smaller plan
def test_the_plan_goes_to_ms_project_and_an_independent_reader_finds_all_of_it(folder):
    ran = gainline(
        "roadmap", "export", folder / "roadmap.toml", "--dates", folder / "plan.csv", "--xml", folder / "plan.xml",
        "--xlsx", folder / "plan.xlsx", "--csv", folder / "rows.csv", "--ics", folder / "calendars",
        "--as-of", "2026-07-01",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    rows = {row["key"]: row for row in csv.DictReader(io.StringIO((folder / "rows.csv").read_text(encoding="utf-8")))}
    tasks = [task for task in read_with_mpxj(folder / "plan.xml").getTasks() if not task.getSummary()]
    assert {str(task.getText(1)) for task in tasks} == set(rows)
    for task in tasks:
        row = rows[str(task.getText(1))]
        assert (str(task.getStart())[:10], str(task.getFinish())[:10]) == (row["start"], row["finish"])
        assert str(task.getDuration()) == f"{row['weeks']}.0w"
        links = sorted(f"{one.getPredecessorTask().getText(1)} {one.getType()}" for one in task.getPredecessors())
        assert links == sorted(part.split("<=")[0].split("+")[0] for part in row["after"].split("; ") if part)
        needs = sorted(f"{one.getResource().getName()}:{float(one.getUnits()) / 100:.0f}"
                       for one in task.getResourceAssignments())  # fmt: skip
        assert needs == [part for part in row["needs"].split("; ") if part]
    calendars = {path.stem for path in (folder / "calendars").glob("*.ics")}
    assert {"all", "school-oak", "school-riverbend-middle", "role-lead-coach", "role-superintendent"} <= calendars
    assert len([name for name in calendars if name.startswith("school-")]) == 30
    (folder / "calendars" / "party.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n", encoding="utf-8")  # not ours
    before = {path.name: path.read_bytes() for path in (folder / "calendars").glob("*.ics")}
    again = gainline("roadmap", "export", folder / "roadmap.toml", "--dates", folder / "plan.csv", "--ics",
                     folder / "calendars", "--as-of", "2026-09-01")  # fmt: skip
    assert again.code == 0
    assert {path.name: path.read_bytes() for path in (folder / "calendars").glob("*.ics")} == before
    (folder / "damaged").mkdir()
    whole = (folder / "calendars" / "all.ics").read_bytes()
    (folder / "damaged" / "all.ics").write_bytes(whole[: len(whole) // 2])
    ran = gainline("roadmap", "export", folder / "roadmap.toml", "--dates", folder / "plan.csv", "--ics",
                   folder / "damaged")  # fmt: skip
    assert ran.code == 2, ran.err


@pytest.mark.parametrize("form", ["xml", "xlsx"])
def test_what_was_exported_is_adopted_as_a_roadmap_again(folder, form, tmp_path):
    out = tmp_path / f"plan.{form}"
    ran = gainline("roadmap", "export", folder / "roadmap.toml", "--dates", folder / "plan.csv", f"--{form}", out)
    assert ran.code == 0, ran.err
    ran = gainline("roadmap", "import", out, "--out", tmp_path / "adopted.toml")
    assert ran.code == 0, ran.err
    assert "181 taken" in ran.err
    adopted, _ = read_roadmap((tmp_path / "adopted.toml").read_text(encoding="utf-8"), file="adopted.toml")
    assert adopted is not None
    assert len(adopted.activities) == 181
    assert gainline("roadmap", "import", out, "--out", tmp_path / "adopted.toml").code == 14  # nothing is overwritten
    assert gainline("roadmap", "import", out, "--dry-run").out == ""


def test_dates_of_another_roadmap_are_refused(folder, tmp_path):
    text = (folder / "plan.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "short.csv").write_text("\n".join(text[:-1]), encoding="utf-8")
    (tmp_path / "none.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    for name, code in (("short.csv", 10), ("none.csv", 2), ("absent.csv", 13)):
        ran = gainline(
            "roadmap", "export", folder / "roadmap.toml", "--dates", tmp_path / name, "--csv", tmp_path / "x"
        )
        assert ran.code == code, ran.err


def test_templates_are_listed_and_begin_a_roadmap(tmp_path):
    ran = gainline("roadmap", "new", "--list")
    assert ran.code == 0
    assert "adaptive-math" in ran.out
    ran = gainline("roadmap", "new", "--template", "lms-adoption", "--year", 2027)
    assert ran.code == 0
    assert read_roadmap(ran.out, file="new.toml")[0] is not None
    assert gainline("roadmap", "new").code == 2
    assert gainline("roadmap", "new", "--template", "nothing").code == 2
    (tmp_path / "board.ics").write_text(
        "BEGIN:VEVENT\nSUMMARY:Board meeting\nDTSTART;VALUE=DATE:20270208\nEND:VEVENT\n", encoding="utf-8"
    )
    ran = gainline("roadmap", "calendar", tmp_path / "board.ics")
    assert ran.code == 0
    assert "board_days = [2027-02-08]" in ran.out


@pytest.fixture(scope="module")
def one_page(folder) -> Path:
    """The report of the demo's roadmap, with a few dates that have moved since the last review."""
    rows = (folder / "plan.csv").read_text(encoding="utf-8").splitlines()
    (folder / "before.csv").write_text("\n".join(rows[:-3]) + "\n", encoding="utf-8")
    ran = gainline("roadmap", "report", folder / "roadmap.toml", "--dates", folder / "plan.csv", "--before",
                   folder / "before.csv", "--html", folder / "roadmap.html", "--pdf", folder / "roadmap.pdf",
                   "--as-of", "2026-07-01")  # fmt: skip
    assert ran.code == 0, ran.err
    return folder / "roadmap.html"


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_violation_in_the_report(chromium, one_page, width, scheme):
    page = file_opened(chromium, one_page, width=width, scheme=scheme)
    unfold(page)
    assert violations(page) == ""
    assert width_of(page) <= width
    page.close()


@pytest.mark.browser
def test_the_report_prints_on_one_sheet_and_asks_the_network_for_nothing(chromium, one_page):
    page = chromium.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(one_page.as_uri())
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith("file:")] == []
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1
    tagged = one_page.with_suffix(".pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page[^s]", tagged)) == 1
    page.close()


@pytest.mark.browser
def test_the_keyboard_reaches_every_table_of_the_report(chromium, one_page):
    page = file_opened(chromium, one_page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#time"
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.tagName"))
    assert reached.count("SUMMARY") >= 3
    page.close()
