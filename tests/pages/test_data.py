"""The data pages: files are looked at, taken in and accounted for; identities are settled without leaving a trace."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from builders.agreed import vendor_agreed
from gainline.services import clock, imports, profiles, worklist
from gainline.services.workspaces import folder_of
from gainline.store.models.audit import AuditEvent
from gainline.store.models.imports import Import
from gainline.store.tenancy import within
from gainline.store.words import JobState
from gainline.web.pages.data.telling import reach_tables

DAY = date(2025, 10, 1)
ROSTERLESS = b"student_id,date,minutes\n4711,2025-10-01,12\n"
NAMES = ("data:imports", "data:quality", "data:indicators", "data:profiles", "data:worklist", "data:new",
         "data:new_profile")  # fmt: skip


@pytest.fixture
def signed_in(recorded, client):
    client.force_login(recorded["analyst"])
    with clock.stopped_at(DAY):
        yield client


def sent(client, name="mystery.csv", body=ROSTERLESS, source="Lumen"):
    files = [SimpleUploadedFile(name, body)]
    return client.post("/data/imports/new/", {"source": source, "files": files})


@pytest.mark.parametrize("name", NAMES)
def test_every_page_teaches_before_a_file_has_come(signed_in, name):
    answer = signed_in.get(reverse(name))
    assert answer.status_code == 200
    assert b"<h1>" in answer.content


def test_a_file_is_looked_at_first_and_nothing_enters_the_records(signed_in, recorded, work):
    answer = sent(signed_in)
    page = answer["Location"]
    assert b"It waits for the worker" in signed_in.get(page).content
    assert work() == [JobState.DONE]
    seen = signed_in.get(page).content.decode()
    assert "Import these files" in seen or "mystery.csv" in seen
    with within(recorded.district.pk):
        one = Import.objects.get()
    assert one.is_preview
    assert imports.is_kept_aside(by=recorded["analyst"], brought=one)


def test_what_was_looked_at_is_imported_without_sending_it_again_and_then_thrown_away(signed_in, recorded, work):
    page = sent(signed_in)["Location"]
    work()
    vendor_agreed(recorded, "generic", "Another tool")  # as rows are named that name no tool
    taken = signed_in.post(f"{page}take/")
    assert taken["Location"] != page
    assert signed_in.post(f"{page}take/").status_code == 409  # SV061: it is being read just now
    work()
    assert not list((folder_of(recorded.district) / "incoming").iterdir())
    assert signed_in.post(f"{page}take/").status_code == 409  # SV060: kept no more


def test_files_kept_aside_are_discarded_or_thrown_away_after_a_week(signed_in, recorded, work):
    page = sent(signed_in)["Location"]
    assert signed_in.post(f"{page}discard/").status_code == 409  # SV061
    work()
    assert signed_in.post(f"{page}discard/").status_code == 302
    assert not list((folder_of(recorded.district) / "incoming").iterdir())
    sent(signed_in)
    from datetime import timedelta

    with clock.stopped_at(date(2199, 1, 1)):
        assert imports.clear_aside(older_than=timedelta(days=7)) in {0, 1}


def test_a_file_that_nobody_described_is_described_as_it_was_sent_and_looked_at_again(signed_in, recorded, work):
    body = b"Learner ID,Given On,Quiz Points\n1243-A,2025-10-01,12\n1244-B,2025-10-02,9\n"
    page = sent(signed_in, name="quiz.csv", body=body)["Location"]
    work()
    seen = signed_in.get(page).content.decode()
    assert "Import these files" not in seen  # nothing of them could be read
    assert "9999-a" in seen
    assert "1243-A" not in seen
    way = html.unescape(re.search(r'href="(/data/profiles/new/\?import=[^"]+)"', seen)[1])
    editor = signed_in.get(way).content.decode()
    text = html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", editor, re.DOTALL)[1]).lstrip("\n")
    waits = re.search(r'name="waits" value="([^"]+)"', editor)[1]
    again = signed_in.post("/data/profiles/new/", {"text": text, "do": "save", "waits": waits})
    assert again.status_code == 302, html.unescape(again.content.decode())
    work()
    shown = signed_in.get(again["Location"]).content.decode()
    assert "IN005" not in shown
    assert imports.is_kept_aside(by=recorded["analyst"], brought=latest(recorded))
    signed_in.post(f"{again['Location']}discard/")
    assert b"no longer kept aside" in signed_in.get(way).content


def latest(recorded):
    with within(recorded.district.pk):
        return Import.objects.select_related("job").latest("created")


def test_a_file_without_its_source_is_sent_back_with_what_to_mend(signed_in):
    answer = sent(signed_in, source="")
    assert answer.status_code == 422
    assert b'href="#id_source"' in answer.content


def test_a_file_of_a_kind_that_is_never_read_is_sent_back(signed_in):
    answer = sent(signed_in, name="run.exe")
    assert answer.status_code == 422
    assert b"kind that is never read" in answer.content


def test_a_profile_is_proposed_checked_kept_and_taken_back(signed_in, recorded):
    sample = SimpleUploadedFile("zearn.csv", b"Student ID,Week,Minutes\n17,2025-09-01,12\n18,2025-09-01,30\n")
    proposed = signed_in.post("/data/profiles/new/", {"sample": sample}).content.decode()
    assert "CHECK" in proposed
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", proposed, re.DOTALL)[1]
    text = html.unescape(text).lstrip("\n")
    assert "17" not in [cell.strip() for cell in re.split(r"[,\s]", text) if cell.isdigit()]
    checked = signed_in.post("/data/profiles/new/", {"text": text, "do": "check"})
    assert checked.status_code in {200, 422}
    broken = signed_in.post("/data/profiles/new/", {"text": "key = ", "do": "save"})
    assert broken.status_code == 422
    assert b"IN080" in broken.content
    assert [one.key for one in profiles.profiles(by=recorded["analyst"]) if not one.shipped] == []


def test_a_kept_profile_is_edited_and_its_earlier_text_brought_back(signed_in, recorded):
    me = recorded["analyst"]
    shipped = Path(profiles.profiles_of.__globals__["load_profiles"].__globals__["SHIPPED"])
    text = (shipped / "generic_usage.toml").read_text(encoding="utf-8").replace('"generic_usage"', '"our_usage"', 1)
    assert signed_in.post("/data/profiles/new/", {"text": text, "do": "save"}).status_code == 302
    page = reverse("data:profile", args=["our_usage"])
    assert signed_in.get(page).status_code == 200
    assert signed_in.post(page, {"text": text + "\n# ours\n", "do": "save"}).status_code == 302
    assert profiles.text_of(by=me, key="our_usage").endswith("# ours\n")
    signed_in.post(reverse("data:take_back_profile", args=["our_usage"]))
    assert "# ours" not in profiles.text_of(by=me, key="our_usage")
    signed_in.post(reverse("data:take_back_profile", args=["our_usage"]))
    assert signed_in.get(page).status_code == 404


def test_a_profile_of_ours_is_not_replaced(signed_in, recorded):
    from gainline.engine.core.errors import Conflict, DataIssues

    shipped = Path(profiles.profiles_of.__globals__["load_profiles"].__globals__["SHIPPED"])
    text = (shipped / "generic_usage.toml").read_text(encoding="utf-8")
    with pytest.raises(Conflict, match="SV063"):
        profiles.save(by=recorded["analyst"], text=text)
    with pytest.raises(DataIssues, match="SV062"):
        profiles.save(by=recorded["analyst"], text="not toml")


def test_nothing_decided_changes_nothing(signed_in, recorded):
    from gainline.engine.core.errors import Conflict

    with pytest.raises(Conflict, match="SV064"):
        worklist.settle(by=recorded["analyst"], confirmed=[], rejected=[])


def test_the_worklist_is_for_those_who_keep_the_records_and_stays_in_no_cache(recorded, client):
    for role in ("privacy_lead", "principal", "auditor", "board_member", "teacher", "coach"):
        client.force_login(recorded[role])
        assert client.get("/data/worklist/").status_code == 403
    client.force_login(recorded.lead)
    assert client.get("/data/worklist/")["Cache-Control"] == "no-store, private"


def test_the_catalogue_is_folded_by_family_and_words_open_what_speaks_of_them(signed_in):
    whole = signed_in.get("/data/indicators/").content.decode()
    assert whole.count("/data/indicators/adoption/") == 1
    assert "<details>" in whole
    assert "<details open>" not in whole
    assert "Others" not in whole  # each shape has its family
    found = signed_in.get("/data/indicators/", {"q": "  Trust family "}).content.decode()
    assert "<details open>" in found
    assert "/data/indicators/family_trust/" in found
    assert "/data/indicators/adoption/" not in found
    nothing = signed_in.get("/data/indicators/", {"q": "<xyzzy>"}).content.decode()
    assert "0 of 4" in nothing
    assert "&lt;xyzzy&gt;" in nothing
    assert "Show all" in nothing


def test_an_indicator_is_shown_whole_and_tried_as_a_job(signed_in, work):
    page = signed_in.get("/data/indicators/adoption/").content.decode()
    assert "What it does not show" in page
    assert not re.search(r"<select[^>]* required", page), "the whole district and every tool are answers, too"
    asked = signed_in.post("/data/indicators/adoption/", {"group": "grade", "tool": ""})
    assert asked.status_code == 302
    work()
    assert b"Nobody in the records stands behind it" in signed_in.get(asked["Location"]).content
    assert signed_in.post("/data/indicators/adoption/", {"first": "2025-10-01"}).status_code == 422
    assert signed_in.get("/data/indicators/none/").status_code == 404


def test_a_list_of_a_thousand_imports_takes_no_query_per_row(signed_in, recorded, django_assert_max_num_queries):
    with within(recorded.district.pk):
        for number in range(30):
            Import.objects.create(source=f"Source {number}", asked_by=recorded.lead)
    with django_assert_max_num_queries(14):
        answer = signed_in.get("/data/")
    assert answer.content.count(b"Source ") == 25


def test_what_was_done_stands_in_the_trail_without_a_file_s_content(signed_in, recorded, work):
    sent(signed_in)
    with within(recorded.district.pk):
        words = str(list(AuditEvent.objects.values_list("words", flat=True)))
    assert "4711" not in words


def test_whom_a_file_knows_is_told_a_file_at_a_time_with_everybody_first():
    seen = [
        {"group": "all", "value": "", "low": 95, "high": 100},
        {"group": "english_learner", "value": "yes", "low": None, "high": None},
    ]
    silent = {"name": "roster.csv", "account": {"linkage": {}}}
    [(name, share, table)] = reach_tables([silent, {"name": "use.csv", "account": {"linkage": {"seen": seen}}}])
    assert (name, share) == ("use.csv", "95–100 %")
    assert table.rows == (("all", "95–100 %"), ("english learner: yes", "too few to show"))
