"""Families speak by a link without an account; what they say counts at once, and the house is told only in bands."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.core import signing
from django.test import override_settings

from canonical_rows import canonical
from gainline.engine.core.errors import Conflict, GainlineError, Missing, NotAllowed
from gainline.engine.privacy.consent import Act, Ground, Relation
from gainline.engine.privacy.purposes import Basis, Purpose
from gainline.jobs.hourly import consent as hourly
from gainline.road.consented import PATH, RESTORED
from gainline.services import backups, clock, consents
from gainline.services.workspaces import folder_of, open_workspace

DAY = date(2026, 3, 2)
STUDENT = 4_711_000_000_001
CLIMATE = Ground("climate", Purpose.EVALUATION, Basis.CONSENT, tables=("responses",))
TEXT = "We ask your child what they think. You can say no."


def asked(cast, **changes):
    """A ground with a checked notice, and a student of the roster."""
    lead = cast["privacy_lead"]
    consents.declare(by=lead, ground=CLIMATE)
    consents.tell(by=lead, ground="climate", language="en", text=TEXT, reviewed_by="Language office")
    with open_workspace(cast.district).records.writing() as writer:
        writer.append("students", canonical("students", [{"person_key": STUDENT}]))
        writer.publish(as_of=DAY)
    whom = {"whose": str(STUDENT), "grounds": ["climate"], **changes}
    return STUDENT, consents.invite(by=lead, asked=consents.Asked(**whom))


def barred(cast, key) -> bool:
    with open_workspace(cast.district).lake.reading() as reading:
        reading.leave_out({"responses"})
        students = reading.current("students")
        return not reading.arrow(students.filter(students.person_key == key).select("person_key")).num_rows


def test_a_familys_yes_and_no_count_in_the_next_reading(recorded):
    with clock.stopped_at(DAY):
        key, token = asked(recorded)
        page = consents.family(token=token)
        assert [one.standing.may_read for one in page.questions] == [False]
        assert barred(recorded, key)
        assert consents.answer(token=token, ground="climate", act=Act.GIVEN).startswith("R-")
        assert not barred(recorded, key)
        consents.answer(token=token, ground="climate", act=Act.REVOKED)
        assert barred(recorded, key)
        assert [one.counts for one in consents.grounds(by=recorded.lead)] == [{"revoked": "0 to 9"}]
        with pytest.raises(Conflict, match="SV094"):
            consents.answer(token=token, ground="other", act=Act.GIVEN)


def test_a_link_names_nobody_and_ends(recorded):
    with clock.stopped_at(DAY):
        key, token = asked(recorded, days=3)
        assert str(key) not in json.dumps(signing.loads(token, salt=consents.SALT))
        assert str(key) not in (folder_of(recorded.district) / PATH).read_text()
    with clock.stopped_at(DAY + timedelta(2)):
        assert consents.family(token=token).relation is Relation.PARENT
    with clock.stopped_at(DAY + timedelta(3)), pytest.raises(Conflict, match="SV092"):
        consents.family(token=token)
    for forged in ("x", token[:-2], signing.dumps(["dis_none", "0" * 24], salt=consents.SALT)):
        with pytest.raises(Missing, match="SV091"):
            consents.family(token=forged)
    with pytest.raises(Missing, match="SV091"):
        consents.family(token=signing.dumps([recorded.district.public_id, "0" * 24], salt=consents.SALT))


def test_a_closed_link_and_one_whose_student_is_of_age_do_not_open(recorded):
    with clock.stopped_at(DAY):
        _, token = asked(recorded, rights_pass_on=DAY + timedelta(1))
        assert consents.family(token=token)
    with clock.stopped_at(DAY + timedelta(1)), pytest.raises(Conflict, match="SV093"):
        consents.family(token=token)
    with clock.stopped_at(DAY):
        consents.close(by=recorded["privacy_lead"], token=token)
        with pytest.raises(Conflict, match="SV092"):
            consents.family(token=token)


def test_only_who_keeps_the_records_makes_links_and_only_about_what_families_decide(recorded):
    with clock.stopped_at(DAY):
        asked(recorded)
        with pytest.raises(NotAllowed):
            consents.invite(by=recorded["teacher"], asked=consents.Asked("1", ["climate"]))
        for wrong in (consents.Asked("1", []), consents.Asked("1", ["none"]), consents.Asked("1", ["climate"], days=0)):
            with pytest.raises(Conflict, match="SV090"):
                consents.invite(by=recorded["privacy_lead"], asked=wrong)
        with pytest.raises(GainlineError):
            consents.invite(by=recorded["privacy_lead"], asked=consents.Asked("nobody-at-all", ["climate"]))
        assert consents.aftermath(by=recorded["analyst"]) == ([], [], {})
        assert hourly.run() is None


def test_a_restored_home_reads_nobody_before_later_words_are_applied(recorded, tmp_path, home):
    with clock.stopped_at(DAY):
        asked(recorded)
    folder = folder_of(recorded.district)
    (tmp_path / "source" / "districts").mkdir(parents=True)
    backups.mark_restored(folder)
    assert (folder / RESTORED).is_file()
    with override_settings(GAINLINE_HOME=home), pytest.raises(Conflict, match="PR052"):
        open_workspace(recorded.district).lake.reading()
