"""What may be claimed: the grammar follows the design and the interval, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gainline.engine.reports.wording import FAIR, STRONG, Claim, Move, Strength, key, sentence, tail
from gainline.engine.reports.words import words

CLAIM = Claim(
    tool="Lumen Reading",
    outcome="reading score",
    unit="points",
    usual="usual lessons",
    effect=4.6,
    low=2.6,
    high=6.6,
    smallest=3.0,
    n="1,145",
    design="randomized",
    rating=STRONG,
    registration="2f9c",
    registered_on="2025-09-02",
)
WEAK = "Does Not Meet WWC Standards"


def test_a_randomized_pilot_with_a_clear_interval_may_name_the_cause():
    assert sentence(CLAIM, words("en")) == (
        "The pilot shows that Lumen Reading raised the reading score by 4.6 points, compared with usual lessons."
    )


def test_a_passing_matched_comparison_only_suggests():
    claim = replace(CLAIM, design="matched", rating=FAIR)
    assert claim.strength is Strength.SUGGESTS
    assert "suggests that Lumen Reading raised" in sentence(claim, words("en"))


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize(
    ("effect", "low", "high"), [(4.6, 2.6, 6.6), (-4.6, -6.6, -2.6), (0.2, -1.0, 1.4), (2, -6, 10)]
)
def test_a_comparison_that_does_not_meet_the_standards_never_names_a_cause(lang, effect, low, high):
    claim = replace(CLAIM, rating=WEAK, effect=effect, low=low, high=high)
    said = sentence(claim, words(lang)).lower()
    assert not any(word in said for word in ("raised", "lowered", "caused", "shows", "subió", "bajó", "muestra"))


def test_an_interval_that_covers_zero_and_a_worthwhile_effect_cannot_tell():
    claim = replace(CLAIM, effect=2.0, low=-2.0, high=6.0)
    assert (claim.move, claim.strength) == (Move.SAME, Strength.CANNOT)
    assert "cannot tell" in sentence(claim, words("en"))


def test_an_interval_around_zero_without_room_for_a_worthwhile_effect_shows_no_change():
    claim = replace(CLAIM, effect=0.2, low=-1.4, high=1.8)
    assert key(claim) == "shows.same"


def test_every_place_of_the_grammar_has_words():
    for lang in ("en", "es"):
        for rating in (STRONG, FAIR, WEAK):
            for low, high in ((1, 3), (-3, -1), (-1, 1), (-9, 9)):
                claim = replace(CLAIM, rating=rating, effect=(low + high) / 2, low=low, high=high)
                assert sentence(claim, words(lang))


def test_a_claim_is_read_with_its_interval_n_design_and_registration():
    said = tail(CLAIM, words("en"))
    for part in ("+2.6", "+6.6", "1,145", "randomized", "September 2, 2025", "plan 2f9c"):
        assert part in said


def test_more_looks_than_were_registered_take_the_firmness_from_a_claim_and_are_told():
    forked = replace(CLAIM, is_forked=True)
    assert (CLAIM.strength, forked.strength) == (Strength.SHOWS, Strength.SUGGESTS)
    assert "suggests" in sentence(forked, words("en"))
    assert "More was looked at" in tail(forked, words("en"))
    assert "Se miró más" in tail(forked, words("es"))


@pytest.mark.parametrize("part", ["n", "design", "rating", "registration"])
def test_a_claim_without_what_it_must_be_read_with_is_not_made(part):
    with pytest.raises(ValueError, match=f"RP001.*{part}"):
        replace(CLAIM, **{part: ""})


def test_a_claim_whose_interval_does_not_hold_its_effect_is_not_made():
    with pytest.raises(ValueError, match="RP001"):
        replace(CLAIM, low=5.0)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_every_headline_has_a_firm_and_a_careful_form(lang):
    held = {name.removeprefix("headline.") for name in words(lang).table if name.startswith("headline.")}
    firm = {"adopt_cause", "adopt_lower", "adapt_ahead", "adapt_gap", "adapt_harm", "adapt_some", "unknown_close"}
    assert firm | {f"{name}_likely" for name in firm} <= held
