"""What one account may send over the web in a day, and that nothing unfit is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gainline.engine.core.errors import Conflict
from gainline.services import clock, imports
from gainline.services.workspaces import folder_of
from gainline.store.models.imports import Import
from gainline.store.tenancy import within

CSV = b"student_id,minutes\n1,30\n"


def send(cast, *files):
    return imports.receive(by=cast["analyst"], source="Some file", files=[SimpleUploadedFile(*one) for one in files])


def kept(cast):
    return sorted((folder_of(cast.district) / "incoming").glob("*/*"))


def test_more_than_a_days_quota_is_turned_away_and_not_kept(recorded, monkeypatch):
    monkeypatch.setattr(imports, "MOST_FILES_A_DAY", 3)
    send(recorded, ("a.csv", CSV), ("b.csv", CSV))
    with pytest.raises(Conflict, match="SV118"):
        send(recorded, ("c.csv", CSV), ("d.csv", CSV))
    assert len(kept(recorded)) == 2
    with within(recorded.district.pk):
        Import.objects.update(created=clock.now() - timedelta(days=2))
    send(recorded, ("c.csv", CSV), ("d.csv", CSV))


def test_more_than_a_days_bytes_are_turned_away(recorded, monkeypatch):
    monkeypatch.setattr(imports, "MOST_BYTES_A_DAY", 3 * len(CSV))
    with pytest.raises(Conflict, match="SV118"):
        send(recorded, *((f"{n}.csv", CSV) for n in range(4)))
    assert kept(recorded) == []


@pytest.mark.parametrize(
    ("name", "content", "code"), [("a.csv", b"\x7fELF" + bytes(9), "IN444"), ("a.zip", CSV, "IN444")]
)
def test_a_file_that_is_not_what_it_says_is_not_kept(recorded, name, content, code):
    with pytest.raises(Conflict, match=code):
        send(recorded, ("good.csv", CSV), (name, content))
    assert kept(recorded) == []
