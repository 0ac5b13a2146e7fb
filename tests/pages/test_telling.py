"""What families are told on a page: versions of notices, and surveys with protected topics before they open."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from canonical_rows import canonical
from gainline.engine.intake.reading import Batch
from gainline.engine.privacy.consent.surveys import Survey, Topic
from gainline.road.admitting import Admission
from gainline.road.consented import dated_surveys, register_of
from gainline.services import clock, consents
from gainline.services.consents import Opening
from gainline.services.workspaces import folder_of

DAY = date(2026, 3, 2)
OPENS = DAY + timedelta(14)
TEXT = "We ask your child how they feel. You can say no."
NOTICES, SURVEY = "/governance/consent/notices/", "/governance/consent/survey/"
FORM = {
    "key": "climate", "topics": [str(Topic.MIND)], "told_on": DAY.isoformat(), "opens_on": OPENS.isoformat(),
    "text_en": TEXT, "text_es": "Su hijo puede decir que no.", "reviewed_by": "Language office",
}  # fmt: skip


@pytest.fixture
def lead(recorded, client):
    client.force_login(recorded["privacy_lead"])
    with clock.stopped_at(DAY):
        yield client


def opened(cast, **changes):
    said = {"topics": (Topic.MIND,), "is_required": False, "is_federal": False, "told_on": DAY, "opens_on": OPENS}
    survey = Survey("climate", **{**said, **changes})
    opening = Opening(survey, {"en": TEXT}, "Language office")
    return consents.open_survey(by=cast["privacy_lead"], opening=opening)


def test_a_survey_with_a_protected_topic_is_announced_with_its_ground_and_notices(lead, recorded):
    assert "No survey is announced" in lead.get(SURVEY).content.decode()
    assert lead.post(SURVEY, FORM).status_code == 302
    page = lead.get(SURVEY).content.decode()
    assert "climate" in page
    assert "Families were told and may opt out" in page
    register = register_of(folder_of(recorded.district))
    ground = register.ground("survey-climate")
    assert (ground.may_opt_out, ground.tables, dict(ground.where)) == (
        True,
        ("responses",),
        {"instrument": ("climate",)},
    )
    assert {one.language for one in register.notices.values()} == {"en", "es"}
    assert register.reviewed == set(register.notices)
    assert Survey.from_json_value(register.surveys["climate"].to_json_value()) == register.surveys["climate"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"opens_on": (OPENS - timedelta(1)).isoformat()}, "PR050"),
        ({"text_en": ""}, "SV173"),
        ({"reviewed_by": ""}, "SV173"),
        ({"told_on": (DAY + timedelta(1)).isoformat(), "opens_on": "2026-09-01"}, "SV173"),
        (
            {"text_en": "Heretofore promulgated institutional considerations necessitate comprehensive participation."},
            "PR042",
        ),
    ],
)
def test_what_the_law_asks_for_is_asked_for_and_nothing_is_kept(lead, recorded, change, word):
    answer = lead.post(SURVEY, FORM | change)
    assert (answer.status_code, word in answer.content.decode()) == (422, True)
    register = register_of(folder_of(recorded.district))
    assert (dict(register.grounds), dict(register.surveys)) == ({}, {})


def test_a_required_survey_that_federal_money_pays_asks_each_family_before(recorded):
    with clock.stopped_at(DAY):
        opened(recorded, is_required=True, is_federal=True, opens_on=DAY)
        (told,) = consents.grounds(by=recorded.lead)
        assert told.ground.asks_families
        assert not told.ground.may_opt_out
        plain = Survey("plain", (None,), is_required=True, is_federal=True, opens_on=DAY)
        consents.open_survey(by=recorded["privacy_lead"], opening=Opening(plain, {}))
        assert len(consents.grounds(by=recorded.lead)) == 1
        assert {one.key for one, _ in consents.surveys(by=recorded.lead)} == {"climate", "plain"}


def test_until_its_day_an_import_takes_nobodys_answers(recorded):
    with clock.stopped_at(DAY):
        opened(recorded)
    root = folder_of(recorded.district)
    (survey,) = dated_surveys(root)
    assert (survey.key, survey.takes(None, OPENS - timedelta(1)), survey.takes(None, OPENS)) == ("climate", False, True)
    rows = canonical(
        "responses", [{"person_key": 1, "instrument": "climate"}, {"person_key": 2, "instrument": "other"}]
    )
    door = Admission([], [survey], on=OPENS - timedelta(1))
    assert door.admit(Batch("responses", rows)).rows["instrument"].to_pylist() == ["other"]


def test_a_new_version_of_a_notice_stands_and_the_one_before_is_shown(lead, recorded):
    assert "Nothing rests on consent here" in lead.get(NOTICES).content.decode()
    opened(recorded)
    again = {
        "ground": "survey-climate",
        "language": "en",
        "text": "You can say no at any time.",
        "reviewed_by": "Office",
    }
    assert lead.post(NOTICES, again | {"text": " "}).status_code == 422
    assert lead.post(NOTICES, again).status_code == 302
    page = lead.get(NOTICES).content.decode()
    assert TEXT in page
    assert again["text"] in page
    assert "Now" in page
    assert "Before" in page
    assert NOTICES in lead.get("/governance/consent/").content.decode()


def test_only_the_privacy_lead_writes_to_families(recorded, client):
    client.force_login(recorded["analyst"])
    assert [client.get(path).status_code for path in (NOTICES, SURVEY)] == [403, 403]
    assert NOTICES not in client.get("/governance/consent/").content.decode()
