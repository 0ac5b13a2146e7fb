"""One record of what left: briefs and files from the site, and what went out at the terminal, without anybody in it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings

from builders.thread import a_thread
from gainline.engine.ledger import Ledger
from gainline.engine.privacy import Audience
from gainline.engine.privacy.purposes import Purpose
from gainline.road.leaving import SMALL_COUNTS, THE_ROSTER, Gone, Leave, enter
from gainline.road.left import Kind, left_at_terminal
from gainline.road.noisy import JOURNAL as NOISY
from gainline.road.noisy import TOLD
from gainline.road.sharing import EXPORTED, STUDY, TABLES
from gainline.services import leaving
from gainline.services.workspaces import open_workspace
from gainline.store.models.cycles import Cycle
from gainline.store.models.disclosures import Handover
from gainline.store.models.notes import Release
from gainline.store.models.tools import Agreement

HERE = "/governance/releases/"
DAY = date(2030, 1, 7)
KEY = 4_711_000_000_001


@pytest.fixture
def workspace(recorded):
    return open_workspace(recorded.district)


def leave(workspace, under="lumen", what=THE_ROSTER, on=DAY):
    gone = Gone(what, ("name",), frozenset({KEY}))
    enter(workspace, Leave(under, Purpose.OPERATION), "Lumen Learning", gone, on=on)


def read(client, path=HERE):
    return client.get(path).content.decode()


def test_nothing_has_left_and_the_page_says_what_would_stand_here(recorded, client):
    client.force_login(recorded["privacy_lead"])
    page = read(client)
    assert "Nothing has left the house" in page
    assert "at the terminal stands here, too" in page


def test_site_and_terminal_stand_in_one_list_and_each_says_where(recorded, workspace, client):
    thread = a_thread(recorded.district)
    cycle, agreement = thread[Cycle], thread[Agreement]
    leave(workspace, agreement.public_id)
    leave(workspace, "elsewhere", f"{SMALL_COUNTS}{cycle.key}", DAY + timedelta(1))
    enter(workspace, Leave(within="Records office"), "Records office", Gone("roster", ("name",)), on=DAY)
    client.force_login(recorded["privacy_lead"])
    page = read(client)
    for words in ("Brief", "File of rows", "The roster", "Counts of small groups", "On the site", "At the terminal"):
        assert words in page
    assert f"/governance/agreements/{agreement.public_id}/" in page
    assert page.index("Counts of small groups") < page.index("The roster"), "the latest stands first"
    assert "Records office" not in page, "what stays in the house has not left"
    assert str(KEY) not in page
    lines = leaving.record(by=recorded["privacy_lead"])
    assert {type(one.what) for one in lines} == {Release, Handover, Kind}
    assert [one.at_terminal for one in lines].count(True) == 2
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    assert "Por la terminal" in read(client)


def test_what_passed_the_exit_for_an_audience_stands_there_without_a_recipient(recorded, workspace):
    for what in (f"{TABLES} for public", f"{STUDY} for staff", f"{TABLES} for analyst", "roster"):
        workspace.ledger.append(EXPORTED, {"key": "c", "students": 0, "what": what}, on=DAY)
    workspace.ledger.append(EXPORTED, {"what": "roster", "to": "Records office"}, on=DAY)
    workspace.ledger.append("bundled", {"key": "c", "for": "public", "sha256": "0" * 64}, on=DAY)
    told = {"of": "c", "year": 2030, "family": "use", "thousandths": 250, "figures": {"used": 500}}
    Ledger(workspace.root / NOISY).append(TOLD, told, on=DAY)
    found = {(one.kind, one.audience, one.recipient) for one in left_at_terminal(workspace)}
    everybody = {(kind, Audience.PUBLIC, "") for kind in (Kind.TABLES, Kind.BUNDLE, Kind.NOISY)}
    assert found == everybody | {(Kind.STUDY, Audience.STAFF, "")}
    leave(workspace, what="as another version said it", on=DAY + timedelta(1))
    assert left_at_terminal(workspace)[0].kind is Kind.OTHER, "the journal grew, and is read again"


def test_a_long_record_comes_in_pages_and_whole_for_printing(
    recorded, workspace, client, django_assert_max_num_queries
):
    for number in range(60):
        leave(workspace, on=DAY + timedelta(number))
    client.force_login(recorded["privacy_lead"])
    with django_assert_max_num_queries(14):
        page = read(client)
    assert (page.count("At the terminal"), "for printing" in page) == (50, True)
    assert read(client, f"{HERE}?page=2").count("At the terminal") == 10
    whole = read(client, f"{HERE}?all=yes")
    assert (whole.count("At the terminal"), "for printing" in whole) == (60, False)


def test_a_journal_that_was_altered_is_not_read(recorded, workspace, client):
    leave(workspace)
    path = workspace.root / "disclosures.jsonl"
    path.write_text(path.read_text().replace("Lumen Learning", "Someone else"))
    client.force_login(recorded["privacy_lead"])
    assert client.get(HERE).status_code == 409


def test_another_district_sees_nothing_of_it(recorded, workspace, hillview, client):
    leave(workspace)
    client.force_login(hillview["privacy_lead"])
    assert "Nothing has left the house" in read(client)
