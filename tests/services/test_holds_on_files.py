"""A legal hold keeps our copies of what was handed over, by class, tool and student, until it ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from builders.tiny_district import give_records
from canonical_rows import canonical
from gainline.engine.core.errors import Conflict
from gainline.engine.privacy.catalog import catalogue
from gainline.engine.privacy.purposes import Purpose
from gainline.engine.privacy.retention import HandedFile, Hold, classes_of
from gainline.engine.records import Retention
from gainline.lake import Whom
from gainline.road import destroying, retaining
from gainline.road.consented import token
from gainline.road.erasing import Order, erase, kept_of, people_under
from gainline.road.retaining import Facts
from gainline.services import agreements, clock, handovers, retention, tools
from gainline.services.agreements import DataTerms
from gainline.services.retention import Kept
from gainline.services.workspaces import open_workspace
from gainline.store.models.disclosures import Destruction, Disclosure
from gainline.store.tenancy import within

DAY = date(2025, 10, 1)
TERMS = DataTerms(
    ("evaluating-tools",), ("pseudonym", "grade-level", "use"), (), date(2025, 8, 1), date(2026, 7, 31),
    date(2026, 10, 31),
)  # fmt: skip
HELD = {
    "everything": Kept("case 12"),
    "the copies' own class": Kept("case 12", retention=Retention.CONTRACT),
    "a class in the file": Kept("case 12", retention=Retention.ROSTER),
    "the tool": Kept("case 12", tool="lumen-reading"),
}
LET_GO = {
    "a class that is not in the file": Kept("case 12", retention=Retention.CYCLE),
    "another tool": Kept("case 12", tool="other"),
}


@pytest.fixture
def handed(recorded):
    """An agreement under which one file of grades and use was handed over."""
    give_records(recorded.district)
    with clock.stopped_at(DAY):
        tool = tools.add_tool(by=recorded.lead, key="lumen-reading", name="Lumen Reading", vendor="Lumen Learning")
        agreement = agreements.add_agreement(by=recorded["privacy_lead"], tool=tool, terms=TERMS)
        return handovers.hand_over(by=recorded["privacy_lead"], agreement=agreement, purpose=Purpose.EVALUATION)


def held(cast, kept):
    with clock.stopped_at(DAY):
        return retention.hold(by=cast["privacy_lead"], kept=kept)


def lifted(cast, made):
    with clock.stopped_at(DAY):
        retention.lift(by=cast["privacy_lead"], number=made.number, because="settled")


def lies(cast, row):
    return (open_workspace(cast.district).root / destroying.FOLDER / f"{row.public_id}.zip").is_file()


def inside(cast, row):
    with within(cast.district.pk):
        return sorted(Disclosure.objects.filter(handover=row).values_list("person_key", flat=True))


def destroyed(cast):
    with within(cast.district.pk):
        return Destruction.objects.count()


@pytest.mark.parametrize("kept", HELD.values(), ids=HELD)
def test_a_hold_keeps_copies_past_their_day_and_lets_them_go_once_it_is_lifted(recorded, handed, kept):
    made = held(recorded, kept)
    with clock.stopped_at(TERMS.ends + timedelta(1)), pytest.raises(Conflict, match=f"SV174.*{made.number} .case 12"):
        handovers.destroy(by=recorded["privacy_lead"], agreement=handed.agreement)
    with clock.stopped_at(TERMS.destroy_by):
        assert handovers.holds_on(by=recorded["auditor"], agreement=handed.agreement) == (made,)
        assert (handovers.destroy_due(), lies(recorded, handed), destroyed(recorded)) == (0, True, 0)
        lifted(recorded, made)
        assert handovers.holds_on(by=recorded["auditor"], agreement=handed.agreement) == ()
        assert (handovers.destroy_due(), lies(recorded, handed), destroyed(recorded)) == (1, False, 1)


@pytest.mark.parametrize("kept", LET_GO.values(), ids=LET_GO)
def test_a_hold_on_something_else_keeps_no_copy(recorded, handed, kept):
    held(recorded, kept)
    with clock.stopped_at(TERMS.destroy_by):
        assert handovers.destroy_due() == 1
    assert not lies(recorded, handed)


def test_a_hold_that_ended_keeps_no_copy(recorded, handed):
    held(recorded, Kept("case 12", until=TERMS.destroy_by))
    with clock.stopped_at(TERMS.destroy_by):
        assert handovers.destroy_due() == 0
    with clock.stopped_at(TERMS.destroy_by + timedelta(1)):
        assert handovers.destroy_due() == 1


def test_a_hold_on_one_student_keeps_the_file_and_another_student_in_it_is_erased_from_the_lake(recorded, handed):
    lead, workspace = recorded["privacy_lead"], open_workspace(recorded.district)
    first, second = inside(recorded, handed)[:2]
    made = held(recorded, Kept("request 7", whose=str(first)))
    order = Order(by="the privacy lead", because="letter 1", on=DAY, clean_copies=True)
    with pytest.raises(Conflict, match=f"PR090.*{made.number} .request 7"):
        erase(workspace, people_under(workspace, frozenset({first})), order)
    done = erase(workspace, people_under(workspace, frozenset({second})), order)
    assert (done.handed, done.is_complete) == ((), False)
    assert done.remaining == (f"{destroying.FOLDER}/{handed.public_id}.zip",)
    with clock.stopped_at(DAY):
        (waiting,) = handovers.to_destroy(by=lead, agreement=handed.agreement)
        assert (waiting.waits, lies(recorded, handed)) == (True, True)
        with pytest.raises(Conflict, match="SV174"):
            handovers.fetch(by=lead, handover=handed)
        with pytest.raises(Conflict, match="SV172"):
            handovers.prove_destroyed(by=lead, handover=handed, proof="letter of Oct. 9")
        handovers.destroy_due()
        assert lies(recorded, handed)
        lifted(recorded, made)
        handovers.destroy_due()
        handovers.destroy_due()
        (asked,) = handovers.to_destroy(by=lead, agreement=handed.agreement)
    assert (asked.waits, asked.proof, lies(recorded, handed)) == (False, "", False)


def used(cast, row):
    """Three students with a row of use of the tool; the file has many more."""
    keys = inside(cast, row)[:3]
    with open_workspace(cast.district).records.writing() as writer:
        rows = [{"person_key": key, "tool": "lumen-reading"} for key in keys]
        writer.append("usage", canonical("usage", rows))
        writer.publish(as_of=DAY)
    return frozenset(keys)


def test_whoever_has_rows_that_a_hold_keeps_is_not_erased(recorded, handed):
    workspace, users, everybody = open_workspace(recorded.district), used(recorded, handed), inside(recorded, handed)
    nobody = Whom(frozenset({4_711_999_999_999}))
    for kept, whom in ((HELD["the tool"], users), (HELD["a class in the file"], frozenset(everybody))):
        made = held(recorded, kept)
        assert kept_of(workspace, Whom(frozenset(everybody)), DAY) == whom
        assert kept_of(workspace, nobody, DAY) == frozenset()
        with pytest.raises(Conflict, match=made.number):
            erase(workspace, Whom(users), Order(by="the privacy lead", because="letter 1", on=DAY))
        lifted(recorded, made)
    held(recorded, HELD["everything"])
    assert kept_of(workspace, nobody, DAY) == nobody.keys


def test_of_what_a_hold_does_not_keep_rows_of_one_table_may_go(recorded, handed):
    workspace, users = open_workspace(recorded.district), used(recorded, handed)
    everybody = frozenset(inside(recorded, handed))
    held(recorded, HELD["the tool"])
    assert kept_of(workspace, Whom(everybody, only=frozenset({"responses"})), DAY) == frozenset()
    assert kept_of(workspace, Whom(everybody, only=frozenset({"students"})), DAY) == users


def test_a_student_who_left_stays_while_a_hold_keeps_their_use(recorded, handed):
    workspace, users = open_workspace(recorded.district), used(recorded, handed)
    other = inside(recorded, handed)[3]
    with workspace.records.writing() as writer:
        gone = [{"person_key": key, "end_date": DAY} for key in (*users, other)]
        writer.append("people", canonical("people", gone))
        writer.publish(as_of=DAY)
    held(recorded, Kept("case 12", retention=Retention.CONTRACT))
    retaining.carry_out(workspace, Facts({}, []), on=DAY + timedelta(365), because="a test")
    assert retaining.gone_people(workspace, frozenset({*users, other})) == {other}


def test_a_copy_whose_agreement_nobody_knows_any_more_may_be_any_tools(recorded, handed):
    made = held(recorded, LET_GO["another tool"])
    (open_workspace(recorded.district).root / "agreements" / f"{handed.agreement.public_id}.toml").unlink()
    with clock.stopped_at(DAY):
        assert handovers.holds_on(by=recorded["auditor"], agreement=handed.agreement) == (made,)


def test_a_hold_asks_a_file_for_its_tool_its_classes_and_the_student():
    one = Hold("H-1", "office", "case", DAY)
    file = HandedFile("lumen", classes_of(catalogue(), ("students",)), frozenset({"a"}))
    assert file.classes == {Retention.CONTRACT, Retention.ROSTER}
    assert one.keeps_file(file)
    assert token(b"0" * 32, 1) not in file.named
