"""What the register answers when several grounds, languages, people and holders stand side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gainline.engine.core.errors import Conflict, Missing, UserFixable
from gainline.engine.privacy.consent import Act, Entry, Ground, Notice, Register, Relation, Standing, Word, standing
from gainline.engine.privacy.consent.grounds import FACTS
from gainline.engine.privacy.consent.standing import majority
from gainline.engine.privacy.consent.surveys import Survey, Topic, may_open
from gainline.engine.privacy.purposes import Basis, Purpose

DAY = date(2026, 9, 1)
VOICES = Ground("voices", Purpose.EVALUATION, Basis.CONSENT, tables=("responses",), cycles=("fall", "spring"))
USE = Ground("use", Purpose.EVALUATION, Basis.CONSENT, tables=("usage",))
FREE = Ground("climate", Purpose.EVALUATION, Basis.SCHOOL_OFFICIAL, tables=("responses",), may_opt_out=True)
DUTY = Ground("report", Purpose.REPORTING, Basis.DUTY)


def told(ground: str, language: str, text: str = "You can say no.", **changes) -> Notice:
    return Notice(ground, language, text, 3.0, **({"reviewed_by": "Language office", "reviewed_on": DAY} | changes))


def yes(ground: str = "voices", **changes) -> Entry:
    entry = Entry("p1", ground, Act.GIVEN, Relation.PARENT, DAY, notice=told(ground, "en").hash)
    return replace(entry, **changes)


def no(ground: str = "voices", **changes) -> Entry:
    return replace(yes(ground, notice=""), act=Act.REVOKED, **changes)


@pytest.fixture
def register() -> Register:
    """Three grounds that ask families and one that does not; a notice in two languages for each that rests on them."""
    register = Register()
    for ground in (VOICES, USE, FREE, DUTY):
        register = register.after(register.declare(ground))
    for ground in ("voices", "use"):
        for language in ("en", "es"):
            register = register.after(register.tell(told(ground, language)))
    return register


def heard(register: Register, *entries: Entry) -> Register:
    for entry in entries:
        register = register.after(register.hear(entry))
    return register


def test_each_ground_has_the_notice_of_its_own_language(register):
    for ground in ("voices", "use"):
        for language in ("en", "es"):
            assert register.notice(ground, language) == told(ground, language)
    assert register.notice("voices", "vi") is None
    assert register.notice("climate", "en") is None


def test_of_two_texts_in_a_language_the_last_one_stands(register):
    newer = told("voices", "en", "You can say no. You can change your mind.")
    register = register.after(register.tell(newer))
    assert register.notice("voices", "en") == newer
    assert register.notice("voices", "es") == told("voices", "es")


def test_a_yes_under_another_grounds_text_or_an_unknown_one_is_not_taken(register):
    for strange in (told("use", "en").hash, "0" * 64, ""):
        with pytest.raises(UserFixable, match="PR044"):
            register.hear(yes(notice=strange))
    with pytest.raises(Missing, match="PR043"):
        register.tell(told("nothing", "en"))


def test_a_no_and_a_yes_to_an_opt_out_need_no_notice(register):
    assert heard(register, no(), yes("climate", notice="")).entries["p1"] == (no(), yes("climate", notice=""))


def test_who_names_an_unknown_ground_is_told_the_known_ones(register):
    with pytest.raises(Missing) as caught:
        register.ground("nothing")
    assert "climate, report, use, voices" in f"{caught.value} {caught.value.remedy}"
    with pytest.raises(Missing) as caught:
        Register().ground("nothing")
    assert "none yet" in f"{caught.value} {caught.value.remedy}"


def test_families_are_asked_about_grounds_that_their_word_decides(register):
    assert register.asked() == (VOICES, USE, FREE)
    assert register.asked("summer") == (USE, FREE)


def test_who_ever_said_yes_to_a_ground_had_agreed_to_that_one_alone(register):
    assert heard(register, yes(), no()).agreed("p1", "voices")
    assert not heard(register, yes()).agreed("p1", "use")
    assert not heard(register, yes()).agreed("p2", "voices")
    assert not heard(register, no()).agreed("p1", "voices")


def test_what_one_family_said_says_nothing_about_another_child(register):
    register = heard(register, yes(), replace(no(), person="p2"), yes("use"))
    assert register.standing("p1", "voices", DAY) == Standing(Word.VALID)
    assert register.standing("p2", "voices", DAY).word is Word.REVOKED
    assert register.standing("p3", "voices", DAY).word is Word.NEVER_ASKED
    assert register.used == {"voices", "use"}


def test_a_parent_speaks_until_the_day_that_was_named_last(register):
    assert register.speaks("p1", DAY) is Relation.PARENT
    assert register.rights_pass_on("p1") is None
    first, later = DAY + timedelta(30), DAY + timedelta(60)
    register = heard(register, yes(rights_pass_on=first), yes(rights_pass_on=later), yes())
    assert register.rights_pass_on("p1") == later
    assert register.rights_pass_on("p2") is None
    assert register.speaks("p1", later - timedelta(1)) is Relation.PARENT
    assert register.speaks("p1", later) is Relation.STUDENT


def test_a_parent_who_names_a_birthday_that_has_come_is_not_heard(register):
    with pytest.raises(UserFixable, match="PR046"):
        register.hear(yes(rights_pass_on=DAY))
    with pytest.raises(UserFixable, match="PR046"):
        register.hear(no(rights_pass_on=DAY - timedelta(1)))
    assert register.hear(yes(rights_pass_on=DAY + timedelta(1)))
    assert register.hear(yes(rights_pass_on=DAY, relation=Relation.STUDENT))


def test_a_ground_that_nobody_used_may_change_and_a_used_one_may_only_shrink(register):
    grown = replace(VOICES, cycles=())
    assert register.declare(grown)
    register = heard(register, yes())
    assert register.declare(VOICES), "the same again"
    assert register.declare(replace(VOICES, cycles=("fall",)))
    for other in (
        grown,
        replace(VOICES, cycles=("fall", "summer")),
        replace(VOICES, purpose=Purpose.INSTRUCTION),
        replace(VOICES, may_opt_out=True),
        replace(VOICES, tables=("responses", "usage")),
    ):
        with pytest.raises(Conflict, match="PR040"):
            register.declare(other)
    assert register.declare(replace(USE, recipients=("Lumen",))), "nobody said anything about that one"


def test_who_gets_records_may_become_fewer_and_not_others():
    shared = replace(VOICES, recipients=("Lumen", "State"))
    register = Register().after(Register().declare(shared)).after(("consent_ran", {"grounds": ["voices"]}))
    assert register.declare(shared)
    assert register.declare(replace(shared, recipients=("State",)))
    with pytest.raises(Conflict, match="PR040"):
        register.declare(replace(shared, recipients=("State", "Other")))


def test_a_ground_may_name_every_table_of_facts_and_needs_a_name_of_its_own():
    assert replace(VOICES, tables=tuple(FACTS)).covers == replace(VOICES, tables=()).covers == FACTS
    assert VOICES.covers == {"responses"}
    for changes in ({"key": "Two Words"}, {"tables": ("nothing",)}, {"key": "Two Words", "tables": ("nothing",)}):
        with pytest.raises(UserFixable, match="PR048"):
            replace(VOICES, **changes)


def test_families_decide_where_they_consent_or_may_opt_out():
    assert VOICES.asks_families
    assert FREE.asks_families
    assert not DUTY.asks_families
    assert not replace(FREE, may_opt_out=False).asks_families


def test_a_table_that_no_ground_covers_rests_on_no_consent(register):
    assert not Register().sole_basis("usage")
    only = Register(grounds={"voices": VOICES, "use": USE})
    assert only.sole_basis("usage")
    assert only.sole_basis("responses")
    assert not only.sole_basis("scores")
    assert not register.sole_basis("responses"), "the survey's ground covers it, too"


def test_everything_comes_back_from_its_record_as_it_was():
    rich = Ground(
        "rich-one",
        Purpose.RESEARCH,
        Basis.CONSENT,
        tables=("responses", "usage"),
        where={"instrument": ("panorama", "sus")},
        cycles=("fall",),
        recipients=("State", "Lumen"),
        may_opt_out=True,
    )
    assert Ground.from_json_value(rich.to_json_value()) == rich
    for notice in (told("voices", "es"), Notice("voices", "vi", "Quý vị có thể từ chối.")):
        assert Notice.from_json_value(notice.to_json_value()) == notice
    word = yes(
        at="2026-09-01T08:00:00Z", holder="2", language="en", method="paper", reference="A/17", receipt="R-9",
        because="moved", valid_until=DAY + timedelta(90), rights_pass_on=DAY + timedelta(200),
    )  # fmt: skip
    for entry in (word, yes(), no(relation=Relation.STUDENT)):
        assert Entry.from_json_value(entry.to_json_value()) == entry
    for survey in (
        Survey("mood", (Topic.MIND, None), is_required=True, is_federal=False, told_on=DAY),
        Survey("mood", (None,), is_required=False, is_federal=True, opens_on=DAY),
    ):
        assert Survey.from_json_value(survey.to_json_value()) == survey


def test_a_notice_is_another_one_when_a_word_language_ground_or_grade_is_another_and_not_when_it_is_checked():
    raw = Notice("voices", "en", "You can say no.")
    others = [
        raw,
        replace(raw, grade=3.0),
        replace(raw, grade=3.5),
        replace(raw, ground="use"),
        replace(raw, language="es"),
        replace(raw, text="You may say no."),
    ]
    assert len({one.hash for one in others}) == len(others)
    assert replace(raw, reviewed_by="Language office", reviewed_on=DAY).hash == raw.hash


def test_a_notice_is_checked_when_both_the_office_and_the_day_are_known():
    assert told("voices", "en").is_reviewed
    for half in ({"reviewed_by": ""}, {"reviewed_by": "  "}, {"reviewed_on": None}):
        assert not told("voices", "en", **half).is_reviewed


def test_a_text_of_grade_eight_is_a_notice_and_a_harder_one_is_told_its_grade():
    assert replace(told("voices", "en"), grade=8.0).grade == 8.0
    with pytest.raises(UserFixable, match=r"PR042: .*\(grade 8\.1\)"):
        replace(told("voices", "en"), grade=8.1)
    with pytest.raises(UserFixable, match=r"PR042: .*families$"):
        Notice("voices", "vi", " ")


def test_a_reference_is_a_number_of_the_office_of_64_characters_at_most():
    assert yes(reference="a" * 64).reference == "a" * 64
    for field in ("holder", "method", "reference", "receipt", "because"):
        for said in ("a" * 65, "two words", "-1"):
            with pytest.raises(UserFixable, match="PR055"):
                yes(**{field: said})


def test_a_no_is_heard_whatever_day_the_form_shows_and_a_yes_may_hold_for_one_day():
    assert no(valid_until=DAY - timedelta(1)).valid_until == DAY - timedelta(1)
    assert yes(valid_until=DAY).valid_until == DAY
    with pytest.raises(UserFixable, match="PR047"):
        yes(valid_until=DAY - timedelta(1))


REVIEWED = frozenset({told("voices", "en").hash})


def stands(*entries: Entry, ground: Ground = VOICES, on: date = DAY) -> Standing:
    return standing(entries, ground, on, reviewed=REVIEWED)


def test_what_was_said_after_the_day_or_about_another_ground_does_not_count():
    assert stands(yes(), no(on=DAY + timedelta(1))) == Standing(Word.VALID)
    assert stands(yes(), no("use")) == Standing(Word.VALID)
    later = yes(on=DAY + timedelta(2), rights_pass_on=DAY)
    assert stands(yes(), later) == Standing(Word.VALID), "nobody had said yet that the rights had passed"


def test_a_yes_stands_as_long_as_one_holders_does_and_no_longer_than_the_parents_right():
    weeks = [DAY + timedelta(7 * number) for number in range(1, 5)]
    one, other = yes(holder="1", valid_until=weeks[0]), yes(holder="2", valid_until=weeks[1])
    assert stands(one, other) == stands(other, one) == Standing(Word.VALID, weeks[1])
    assert stands(one, other, on=weeks[1]).may_read
    assert stands(one, replace(other, valid_until=None)) == Standing(Word.VALID)
    named = replace(one, rights_pass_on=weeks[3])
    assert stands(replace(other, valid_until=None), named).until == weeks[3] - timedelta(1)
    assert stands(other, named).until == weeks[1]


def test_one_checked_text_carries_a_family_and_an_unchecked_one_does_not():
    unchecked = yes(holder="2", notice="0" * 64)
    assert stands(yes(holder="1"), unchecked) == Standing(Word.VALID)
    assert stands(unchecked).word is Word.UNREVIEWED
    lapsed = yes(holder="1", on=DAY - timedelta(9), valid_until=DAY - timedelta(1))
    assert stands(lapsed, unchecked).word is Word.EXPIRED


def test_a_grown_students_own_word_decides_alone():
    own = replace(no(), relation=Relation.STUDENT)
    passed = yes(on=DAY - timedelta(30), rights_pass_on=DAY)
    assert stands(passed).word is Word.PASSED
    assert stands(passed, own).word is Word.REVOKED
    assert stands(passed, replace(yes(), relation=Relation.STUDENT)) == Standing(Word.VALID)
    assert stands(replace(passed, act=Act.REVOKED), replace(yes(), relation=Relation.STUDENT)) == Standing(Word.VALID)


def test_a_students_yes_before_coming_of_age_does_not_undo_a_parents_no():
    own = replace(yes("climate"), relation=Relation.STUDENT)
    out = no("climate", rights_pass_on=DAY + timedelta(1))
    assert stands(out, own, ground=FREE).word is Word.OPTED_OUT
    assert stands(out, own, ground=FREE, on=DAY + timedelta(1)) == Standing(Word.NOT_NEEDED)
    assert stands(replace(own, act=Act.REVOKED), ground=FREE).word is Word.OPTED_OUT


def test_a_no_to_what_nobody_can_opt_out_of_changes_nothing():
    assert stands(no("climate"), ground=replace(FREE, may_opt_out=False)) == Standing(Word.NOT_NEEDED)
    assert stands(yes("climate"), ground=FREE) == Standing(Word.NOT_NEEDED)


def test_only_two_words_let_records_be_read():
    assert {word for word in Word if Standing(word).may_read} == {Word.NOT_NEEDED, Word.VALID}


def test_the_age_of_majority_is_eighteen_in_leap_years_too():
    assert majority(date(2008, 3, 1)) == date(2026, 3, 1)
    assert majority(date(2008, 2, 28)) == date(2026, 2, 28)
    assert majority(date(2010, 12, 31)) == date(2028, 12, 31)


def test_a_window_is_as_long_as_the_district_says_and_14_days_otherwise():
    survey = Survey("mood", (Topic.MIND,), False, False, told_on=DAY, opens_on=DAY + timedelta(7))
    may_open(survey, survey.ground, DAY + timedelta(7), window_days=7)
    with pytest.raises(Conflict, match="PR050"):
        may_open(survey, survey.ground, DAY + timedelta(7))
    with pytest.raises(Conflict, match="PR050"):
        may_open(survey, survey.ground, DAY + timedelta(7), window_days=8)


def test_a_survey_asks_for_consent_only_where_it_is_both_required_and_paid_by_federal_money():
    survey = Survey("mood", (Topic.MIND,), is_required=True, is_federal=True)
    assert survey.ground.basis is Basis.CONSENT
    for half in (replace(survey, is_required=False), replace(survey, is_federal=False)):
        assert half.ground.basis is Basis.SCHOOL_OFFICIAL
        assert half.ground.may_opt_out
