"""Aims on pages: set, measured, driven, said better, closed, and put back."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gainline.engine.core.errors import Conflict
from gainline.services import aims, cycles, tools
from gainline.store.words import DriverKind, MeasureKind

DAY = date(2030, 6, 1)


def an_aim(cast, title="From 46 to 55 of 100 readers"):
    return aims.set_aim(by=cast.lead, unit=cast.root, title=title, by_when=DAY)


@pytest.fixture
def as_lead(cast, client):
    client.force_login(cast.lead)
    return client


def test_an_empty_list_teaches_what_an_aim_is(as_lead):
    assert "No aim yet" in as_lead.get("/aims/").content.decode()


def test_an_aim_is_set_on_a_page(cast, as_lead):
    answer = as_lead.post("/aims/new/", {"title": "More read well", "by_when": "2030-06-01", "because": "They asked"})
    [aim] = aims.aims(by=cast.lead)
    assert answer["Location"] == f"/aims/{aim.public_id}/"
    assert "More read well" in as_lead.get("/aims/").content.decode()


def test_a_form_with_faults_comes_back_with_them(as_lead):
    answer = as_lead.post("/aims/new/", {"title": ""})
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()


def test_measures_stand_from_to_and_by_when(cast, as_lead):
    aim = an_aim(cast)
    said = {"kind": "balancing", "label": "Hours", "indicator": "teacher_workload", "unit_of_measure": "hours"}
    said |= {"goal": "1.5", "direction": "lower", "starts_at": ""}
    assert as_lead.post(f"/aims/{aim.public_id}/measures/", said).status_code == 302
    page = as_lead.get(f"/aims/{aim.public_id}/").content.decode()
    assert "not known yet" in page
    assert "Lower is better" in page
    again = as_lead.post(f"/aims/{aim.public_id}/measures/", said)
    assert again.status_code == 422
    assert "has this measure already" in again.content.decode()


def test_a_measure_that_stands_twice_is_refused_by_its_code(cast):
    aim, measured = an_aim(cast), aims.Measured(MeasureKind.OUTCOME, "reading", "Reading", "points", 5.0)
    aims.add_measure(by=cast.lead, aim=aim, measured=measured)
    with pytest.raises(Conflict, match="SV051"):
        aims.add_measure(by=cast.lead, aim=aim, measured=measured)


def test_a_measure_is_taken_off_after_a_clear_word_that_there_is_no_undo(cast, as_lead):
    aim = an_aim(cast)
    measured = aims.Measured(MeasureKind.OUTCOME, "reading", "Reading", "points", 5.0)
    measure = aims.add_measure(by=cast.lead, aim=aim, measured=measured)
    address = f"/aim-measures/{measure.public_id}/drop/"
    assert "There is no undo" in as_lead.get(address).content.decode()
    as_lead.post(address)
    assert "No measure yet" in as_lead.get(f"/aims/{aim.public_id}/").content.decode()


def test_the_driver_diagram_is_drawn_from_the_drivers(cast, as_lead):
    aim = an_aim(cast)
    address = f"/aims/{aim.public_id}/drivers/"
    as_lead.post(address, {"label": "Practice", "kind": "primary", "parent": ""})
    [practice] = aims.drivers(by=cast.lead, aim=aim)
    wrong = as_lead.post(address, {"label": "Visits", "kind": "change", "parent": ""})
    assert wrong.status_code == 422
    as_lead.post(address, {"label": "Two visits a month", "kind": "change", "parent": practice.public_id})
    page = as_lead.get(f"/aims/{aim.public_id}/").content.decode()
    assert 'class="is-change"' in page
    assert "Two visits a month" in page
    as_lead.post(f"/aim-drivers/{practice.public_id}/", {"status": "kept"})
    assert aims.driver(by=cast.lead, public_id=practice.public_id).status == "kept"
    assert "no undo" in as_lead.get(f"/aim-drivers/{practice.public_id}/drop/").content.decode()
    as_lead.post(f"/aim-drivers/{practice.public_id}/drop/")
    assert aims.drivers(by=cast.lead, aim=aim) == []


def test_an_earlier_wording_can_be_put_back(cast, as_lead):
    aim = an_aim(cast)
    aims.change_aim(by=cast.lead, aim=aim, title="Fewer fall behind", by_when=DAY)
    latest, first = aims.wordings(by=cast.lead, aim=aim)
    assert (latest.title, first.title) == ("Fewer fall behind", "From 46 to 55 of 100 readers")
    form = as_lead.get(f"/aims/{aim.public_id}/change/?wording={first.number}").content.decode()
    assert "From 46 to 55 of 100 readers" in form


def test_two_writers_notice_each_other(cast, as_lead):
    aim = an_aim(cast)
    seen = aim.updated
    aims.change_aim(by=cast.lead, aim=aim, title="Theirs", by_when=DAY)
    with pytest.raises(Conflict, match="SV050"):
        aims.change_aim(by=cast.lead, aim=aim, title="Mine", by_when=DAY, seen=seen)
    said = {"title": "Mine", "by_when": "2030-06-01", "seen": seen.isoformat()}
    answer = as_lead.post(f"/aims/{aim.public_id}/change/", said)
    assert answer.status_code == 422
    assert "Somebody else changed this aim" in answer.content.decode()


def test_closing_is_asked_for_and_can_be_undone(cast, as_lead):
    aim = an_aim(cast)
    assert "You can open it again" in as_lead.get(f"/aims/{aim.public_id}/close/").content.decode()
    as_lead.post(f"/aims/{aim.public_id}/close/")
    assert aims.aims(by=cast.lead) == []
    assert aim.title in as_lead.get("/aims/?closed=yes").content.decode()
    as_lead.post(f"/aims/{aim.public_id}/close/")
    assert len(aims.aims(by=cast.lead)) == 1


def test_others_read_and_are_offered_no_pen(cast, client):
    aim = an_aim(cast)
    client.force_login(cast["teacher"])
    page = client.get(f"/aims/{aim.public_id}/").content.decode()
    assert "Say the aim better" not in page
    assert client.get(f"/aims/{aim.public_id}/change/").status_code == 403


def test_cycles_stand_under_their_aim_with_a_computed_stage(cast, as_lead):
    aim = an_aim(cast)
    tool = tools.add_tool(by=cast.lead, key="lumen", name="Lumen")
    asked = cycles.Asked(title="Lumen in grade 4", question="Does it help?", decide_by=DAY)
    cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=asked)
    page = as_lead.get(f"/aims/{aim.public_id}/").content.decode()
    assert "Lumen in grade 4" in page
    assert "Question" in page


def test_more_rows_ask_no_more_queries(cast, as_lead):
    def queries(address):
        with CaptureQueriesContext(connection) as found:
            assert as_lead.get(address).status_code == 200
        return len(found)

    aim = an_aim(cast)
    tool = tools.add_tool(by=cast.lead, key="lumen", name="Lumen")

    def grow(numbers):
        for number in numbers:
            an_aim(cast, f"Aim {number}")
            measured = aims.Measured(MeasureKind.OUTCOME, f"i{number}", f"I {number}", "points", 1.0)
            aims.add_measure(by=cast.lead, aim=aim, measured=measured)
            aims.add_driver(by=cast.lead, aim=aim, kind=DriverKind.PRIMARY, label=f"D {number}")
            asked = cycles.Asked(title=f"Cycle {number}", question="Does it?", decide_by=DAY)
            cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=asked)

    grow(range(3))
    few = [queries("/aims/"), queries(f"/aims/{aim.public_id}/"), queries(f"/tools/{tool.public_id}/")]
    grow(range(3, 12))
    assert [queries("/aims/"), queries(f"/aims/{aim.public_id}/"), queries(f"/tools/{tool.public_id}/")] == few
