"""A disk that is nearly full: everything can be read, nothing new is written, and everybody is told so."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gainline.engine.core.errors import Conflict
from gainline.lake import is_nearly_full, room
from gainline.services import aims, desk, health, imports, people
from gainline.store.models.grants import Grant
from gainline.store.tenancy import within

GIB = 1024**3
DAY = date(2030, 6, 1)


@pytest.fixture
def fill(monkeypatch):
    """Let the disk be as full as is said: bytes taken, bytes free."""

    def to(used, free):
        monkeypatch.setattr(room.shutil, "disk_usage", lambda folder: SimpleNamespace(used=used, free=free, total=0))

    to(50 * GIB, 50 * GIB)
    return to


def full(fill):
    fill(9 * GIB, 1 * GIB)


@pytest.mark.parametrize(
    ("used", "free", "is_full"),
    [(50, 50, False), (899, 101, False), (89, 11, False), (9_000, 900, False), (90, 9, True), (9, 1, True)],
)
def test_nine_tenths_taken_and_less_than_ten_gibibytes_free_is_nearly_full(tmp_path, fill, used, free, is_full):
    fill(used * GIB, free * GIB)
    assert is_nearly_full(tmp_path / "not" / "made" / "yet") == is_full


def test_verbs_are_refused_and_readings_are_not(cast, fill):
    aims.set_aim(by=cast.lead, unit=cast.root, title="Before", by_when=DAY)
    full(fill)
    with pytest.raises(Conflict, match="SV125"):
        aims.set_aim(by=cast.lead, unit=cast.root, title="After", by_when=DAY)
    assert [one.title for one in aims.aims(by=cast.lead)] == ["Before"]
    fill(50 * GIB, 50 * GIB)
    aims.set_aim(by=cast.lead, unit=cast.root, title="After", by_when=DAY)


def test_somebody_can_be_shut_out_all_the_same(cast, fill):
    with within(cast.district.pk):
        held = Grant.objects.get(account=cast["coach"])
    full(fill)
    people.withdraw(by=cast.lead, held=held)
    with within(cast.district.pk):
        assert Grant.objects.get(pk=held.pk).withdrawn_at is not None


def test_an_import_that_waits_is_refused_with_its_reason_and_kept_aside(recorded, fill, work):
    file = SimpleUploadedFile("usage.csv", b"student_id,school,tool,day,minutes\n1,Oak,Lumen,2025-09-01,5\n")
    brought = imports.receive(by=recorded["analyst"], source="Sheet", files=[file])
    full(fill)
    assert work() == ["refused"]
    seen = imports.brought(by=recorded["analyst"], public_id=brought.public_id)
    assert seen.job.code == "SV125"
    assert imports.is_kept_aside(by=recorded["analyst"], brought=seen)
    fill(50 * GIB, 50 * GIB)
    imports.take_in(by=recorded["analyst"], seen=seen)


def test_the_lake_begins_no_writing(recorded, fill):
    from gainline.services.workspaces import open_workspace

    lake = open_workspace(recorded.district).lake
    full(fill)
    with pytest.raises(Conflict, match="LK026"), lake.writing():
        pytest.fail("it was let in")
    with lake.erasing():  # what takes rows away is not kept waiting
        pass


def test_every_page_and_health_say_so(cast, fill, client, settings):
    client.force_login(cast.lead)
    assert "disk is nearly full" not in client.get("/aims/").content.decode()
    full(fill)
    assert "The disk is nearly full" in client.get("/aims/").content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    assert "El disco está casi lleno" in client.get("/aims/").content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    refused = client.post("/aims/new/", {"title": "More", "by_when": "2030-06-01", "unit": cast.root.public_id})
    assert "nothing new is written" in refused.content.decode()
    assert not desk.has_room()
    found = health.health()
    assert found["lake"] in {"disk nearly full", "has no home"}
