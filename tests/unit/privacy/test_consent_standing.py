"""What a family said, how a person stands by it, and what follows when it is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.engine.privacy.consent import Act, Entry, Ground, Notice, Register, Relation, Stage, Word, effects_of
from gainline.engine.privacy.consent.effects import in_bands
from gainline.engine.privacy.consent.standing import majority
from gainline.engine.privacy.consent.surveys import Mode, Survey, Topic, may_answer, may_open
from gainline.engine.privacy.purposes import Basis, Purpose

DAY = date(2026, 9, 1)
GROUND = Ground("voices", Purpose.EVALUATION, Basis.CONSENT, tables=("responses",))
NOTICE = Notice("voices", "en", "We ask what you think. You can say no.", 3.0, "Language office", DAY)


def known(*more):
    register = Register()
    for record in (register.declare(GROUND), Register(grounds={"voices": GROUND}).tell(NOTICE), *more):
        register = register.after(record)
    return register


def said(act=Act.GIVEN, **changes):
    entry = Entry("p1", "voices", act, Relation.PARENT, DAY, notice=NOTICE.hash if act is Act.GIVEN else "")
    return replace(entry, **changes)


def after(*entries, register=None):
    register = register or known()
    for entry in entries:
        register = register.after(register.hear(entry))
    return register


def word(register, on=DAY):
    return register.standing("p1", "voices", on).word


def test_only_a_yes_that_still_stands_lets_records_be_read():
    assert word(known()) is Word.NEVER_ASKED
    assert word(after(said())) is Word.VALID
    assert word(after(said(), said(Act.REVOKED))) is Word.REVOKED
    assert word(after(said(), said(Act.REVOKED), said())) is Word.VALID


def test_a_yes_counts_through_its_last_day_and_not_after():
    register = after(said(valid_until=DAY + timedelta(9)))
    assert register.standing("p1", "voices", DAY).until == DAY + timedelta(9)
    assert word(register, DAY + timedelta(9)) is Word.VALID
    assert word(register, DAY + timedelta(10)) is Word.EXPIRED


def test_one_parents_no_outweighs_the_others_yes_until_that_parent_says_yes():
    register = after(said(holder="a"), said(Act.REVOKED, holder="b"))
    assert word(register) is Word.REVOKED
    assert word(after(said(holder="b"), register=register)) is Word.VALID


def test_the_rights_pass_on_the_eighteenth_birthday_itself():
    birthday = majority(date(2008, 12, 5))
    assert birthday == date(2026, 12, 5)
    register = after(said(rights_pass_on=birthday))
    assert register.standing("p1", "voices", DAY).until == birthday - timedelta(1)
    assert word(register, birthday - timedelta(1)) is Word.VALID
    assert word(register, birthday) is Word.PASSED
    assert register.speaks("p1", birthday) is Relation.STUDENT
    with pytest.raises(UserFixable, match="PR046"):
        register.hear(said(on=birthday))
    own = after(said(on=birthday, relation=Relation.STUDENT), register=register)
    assert word(own, birthday) is Word.VALID
    assert majority(date(2008, 2, 29)) == date(2026, 3, 1)


def test_somebody_of_age_who_never_gave_their_own_word_was_never_asked():
    born = replace(said(rights_pass_on=DAY), relation=Relation.STUDENT, ground="other")
    other = Ground("other", Purpose.EVALUATION, Basis.CONSENT)
    register = known().after(known().declare(other)).after(("consent_entry", born.to_json_value()))
    assert word(register) is Word.NEVER_ASKED


def test_consent_under_an_unchecked_translation_is_neither_taken_nor_valid():
    raw = Notice("voices", "es", "Le pedimos su opinión. Puede decir que no.")
    register = known().after(known().tell(raw))
    yes = said(notice=raw.hash, language="es")
    with pytest.raises(UserFixable, match="PR041"):
        register.hear(yes)
    assert word(register.after(("consent_entry", yes.to_json_value()))) is Word.UNREVIEWED
    checked = replace(raw, reviewed_by="Language office", reviewed_on=DAY)
    assert checked.hash == raw.hash
    assert word(after(yes, register=register.after(register.tell(checked)))) is Word.VALID


def test_a_yes_names_the_notice_that_stands_now():
    newer = replace(NOTICE, text="We ask what you think of it. You can say no.")
    register = known().after(known().tell(newer))
    with pytest.raises(UserFixable, match="PR044"):
        register.hear(said())
    assert word(after(said(notice=newer.hash), register=after(said()).after(known().tell(newer)))) is Word.VALID
    assert word(after(said()).after(known().tell(newer))) is Word.VALID, "who said yes to the earlier text still has"


def test_a_text_too_hard_for_families_is_no_notice():
    with pytest.raises(UserFixable, match="PR042"):
        replace(NOTICE, grade=8.1)
    with pytest.raises(UserFixable, match="PR042"):
        replace(NOTICE, text=" ")


def test_a_used_ground_keeps_its_basis_and_does_not_grow():
    register = after(said())
    for grown in (
        replace(GROUND, basis=Basis.SCHOOL_OFFICIAL),
        replace(GROUND, tables=()),
        replace(GROUND, recipients=("Lumen",)),
        replace(GROUND, where={"instrument": ("sus",)}),
    ):
        with pytest.raises(Conflict, match="PR040"):
            register.declare(grown)
    assert register.declare(replace(GROUND, cycles=("lumen",)))
    assert known().declare(replace(GROUND, basis=Basis.SCHOOL_OFFICIAL)), "nobody relied on it yet"
    ran = known().after(("consent_ran", {"grounds": ["voices"]}))
    with pytest.raises(Conflict, match="PR040"):
        ran.declare(replace(GROUND, basis=Basis.SCHOOL_OFFICIAL))
    narrow = after(said()).after(("consent_ground", replace(GROUND, cycles=("lumen",)).to_json_value()))
    with pytest.raises(Conflict, match="PR040"):
        narrow.declare(GROUND)


def test_the_roster_rests_on_no_consent_and_duties_on_none():
    with pytest.raises(UserFixable, match="PR048"):
        replace(GROUND, tables=("students",))
    with pytest.raises(UserFixable, match="PR045"):
        replace(GROUND, purpose=Purpose.REPORTING)


def test_opting_out_is_heard_where_it_may_be_and_outlives_the_birthday():
    free = Ground("sus", Purpose.EVALUATION, Basis.SCHOOL_OFFICIAL, tables=("responses",), may_opt_out=True)
    fixed = Ground("duty", Purpose.REPORTING, Basis.DUTY)
    register = Register().after(Register().declare(free)).after(Register().declare(fixed))
    assert register.standing("p1", "sus", DAY).word is Word.NOT_NEEDED
    out = said(Act.REVOKED, ground="sus", rights_pass_on=DAY + timedelta(5))
    register = after(out, register=register)
    assert register.standing("p1", "sus", DAY).word is Word.OPTED_OUT
    assert register.standing("p1", "sus", DAY + timedelta(5)).word is Word.OPTED_OUT
    own = replace(out, act=Act.GIVEN, relation=Relation.STUDENT, on=DAY + timedelta(6))
    assert after(own, register=register).standing("p1", "sus", DAY + timedelta(6)).word is Word.NOT_NEEDED
    with pytest.raises(UserFixable, match="PR056"):
        register.hear(said(Act.REVOKED, ground="duty"))
    with pytest.raises(Missing, match="PR043"):
        register.hear(said(ground="nothing"))


def test_a_reference_names_nobody_and_a_yes_does_not_end_before_it_starts():
    with pytest.raises(UserFixable, match="PR055"):
        said(reference="Ada's letter")
    with pytest.raises(UserFixable, match="PR047"):
        said(valid_until=DAY - timedelta(1))


def test_the_register_is_the_same_whether_it_grew_or_was_replayed():
    records = [known().declare(GROUND), known().tell(NOTICE)]
    grown = Register()
    for act in (None, Act.GIVEN, Act.REVOKED, Act.GIVEN):
        if act:
            records.append(grown.hear(said(act)))
        for record in records[-1 if act else 0 :]:
            grown = grown.after(record)
    assert Register.replay(records) == grown
    assert Entry.from_json_value(said(valid_until=DAY).to_json_value()) == said(valid_until=DAY)


def test_only_what_consent_alone_carries_is_purged():
    assert known().sole_basis("responses")
    assert not known().sole_basis("usage")
    school = Ground("ours", Purpose.INSTRUCTION, Basis.SCHOOL_OFFICIAL)
    assert not known().after(known().declare(school)).sole_basis("responses")


@pytest.mark.parametrize("sole", [True, False])
def test_each_stage_has_the_effects_of_the_table(sole):
    found = {stage: effects_of(stage, sole_basis=sole) for stage in Stage}
    assert not any(one.is_read for one in found.values())
    assert all(one.purges is sole for one in found.values())
    assert [stage for stage, one in found.items() if one.invalidates] == [Stage.RUNNING]
    assert [stage for stage, one in found.items() if one.recomputes] == [Stage.RUNNING, Stage.COMPUTED]
    assert [stage for stage, one in found.items() if one.stands] == [Stage.PUBLISHED]
    assert [stage for stage, one in found.items() if one.reapplies] == [Stage.BACKUP]
    assert not found[Stage.PUBLISHED].counts_as_attrition


def test_later_withdrawals_are_told_in_bands_in_which_nobody_and_a_few_look_the_same():
    assert {in_bands(count) for count in range(10)} == {"0 to 9"}
    assert in_bands(10) == "10 to 19"


def survey(**changes):
    return replace(Survey("climate", (None, Topic.MIND), is_required=False, is_federal=True), **changes)


def test_a_survey_with_a_protected_question_opens_only_after_its_window_or_on_consent():
    free = Ground("climate", Purpose.EVALUATION, Basis.SCHOOL_OFFICIAL, tables=("responses",), may_opt_out=True)
    asked = survey(told_on=DAY, opens_on=DAY + timedelta(14))
    assert survey(topics=(None,)).mode is Mode.NOTHING
    may_open(survey(topics=(None,)), None, DAY)
    for closed, ground, on in (
        (survey(), None, DAY), (survey(), free, DAY), (asked, free, DAY + timedelta(13)),
        (replace(asked, opens_on=DAY + timedelta(13)), free, DAY + timedelta(20)),
        (replace(asked, is_required=True), free, DAY + timedelta(20)),
        (asked, replace(free, may_opt_out=False), DAY + timedelta(20)),
    ):  # fmt: skip
        with pytest.raises(Conflict, match="PR050"):
            may_open(closed, ground, on)
    may_open(asked, free, DAY + timedelta(14))
    may_open(replace(asked, is_required=True), GROUND, DAY)


def test_no_answer_is_taken_from_who_opted_out_or_never_consented():
    free = Ground("climate", Purpose.EVALUATION, Basis.SCHOOL_OFFICIAL, tables=("responses",), may_opt_out=True)
    asked, late = survey(told_on=DAY, opens_on=DAY + timedelta(14)), DAY + timedelta(20)
    out = said(Act.REVOKED, ground="climate")
    reviewed = frozenset({NOTICE.hash})
    assert may_answer(asked, free, (), late, reviewed=reviewed)
    assert not may_answer(asked, free, (out,), late, reviewed=reviewed)
    assert not may_answer(asked, free, (), DAY, reviewed=reviewed), "it is not open yet"
    must = replace(asked, is_required=True)
    assert not may_answer(must, GROUND, (), late, reviewed=reviewed)
    assert may_answer(must, GROUND, (said(),), late, reviewed=reviewed)
