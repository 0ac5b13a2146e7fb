"""A roster and a vendor's accounts of its students as vendors keep them: typos, nicknames, twins, moves, no ids.

Whose account each one is stands beside it, so that whoever links the two can be judged.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gainline.engine.worlds import names
from gainline.engine.worlds.draws import Ints, Texts, stream

SCHOOL_SIZE = 500
GRADES = ("KG", "01", "02", "03", "04", "05", "06", "07", "08")
_KNOWN_FAMILIES = 0.55  # share of students with one of the listed family names; the others have rarer ones
_KNOWN_GIVEN = 0.7
_TWINS = 0.015  # share of births that are twins
_WITH_ID, _WITH_MAIL = 0.55, 0.55  # of all accounts; of those without an id
_ONSETS = tuple("B,C,D,F,G,H,J,K,L,M,N,P,R,S,T,V,W,Br,Ch,Cl,Dr,Fr,Gr,Kr,Pr,Sh,St,Th,Tr".split(","))  # noqa: SIM905 - a list
_VOWELS = tuple("a,e,i,o,u,ai,ea,ia,oo,ou".split(","))  # noqa: SIM905 - as above
_CODAS = ("", "", "n", "r", "l", "s", "m", "nd", "rt", "ck")
_ENDINGS = ("son", "man", "ez", "ski", "ova", "ley", "ton", "berg", "wood", "ani", "escu", "mura", "iya", "")
SHORT = {
    "Samuel": "Sam", "Isabel": "Bella", "Gabriel": "Gabe", "Elijah": "Eli", "Santiago": "Santi", "Valentina": "Vale",
    "Daniela": "Dani", "Olivia": "Liv", "Elena": "Lena", "Jonah": "Joe", "Rafael": "Rafa", "Javier": "Javi",
    "William": "Will", "Elizabeth": "Liz", "Katherine": "Kate", "Joseph": "Joe", "Michael": "Mike", "Matthew": "Matt",
    "Benjamin": "Ben", "Jacob": "Jake", "Alexander": "Alex", "Nicholas": "Nick", "Jonathan": "Jon", "Anthony": "Tony",
    "Christopher": "Chris", "Jennifer": "Jen", "Victoria": "Vicky", "Abigail": "Abby", "Madison": "Maddie",
    "Francisco": "Paco", "Guadalupe": "Lupe", "Jose": "Pepe", "Robert": "Bobby", "Thomas": "Tom", "James": "Jim",
    "Margaret": "Maggie", "Rebecca": "Becky", "Zachary": "Zach", "Timothy": "Tim", "Daniel": "Danny",
}  # fmt: skip
"""What some are called; the linker's own list of nicknames is longer and knows most of these, not all."""


@dataclass(frozen=True, slots=True)
class Rostered:
    """Students of a roster; every array has the shape (n_students,)."""

    sis_id: Texts
    email: Texts
    given: Texts
    family: Texts
    school: Texts
    grade: Texts

    def __len__(self) -> int:
        return len(self.sis_id)


@dataclass(frozen=True, slots=True)
class Accounts:
    """A vendor's accounts; every array has the shape (n_accounts,).

    ``sis_id`` and ``email`` are empty where the vendor has none; ``owner`` is the row of the student whose account it
    is, -1 for somebody whom the roster does not have.
    """

    sis_id: Texts
    email: Texts
    given: Texts
    family: Texts
    school: Texts
    grade: Texts
    owner: Ints

    def __len__(self) -> int:
        return len(self.owner)


def build_roster(count: int, *, seed: int) -> Rostered:
    """Students with names as frequent as names are, 15 twins in a thousand, 500 to a school."""
    rng = stream(seed, "rostered names")
    given, family = _given(count, rng), _family(count, rng)
    schools = max(count // SCHOOL_SIZE, 1)
    school, grade = rng.integers(0, schools, count), rng.integers(0, len(GRADES), count)
    twins = np.flatnonzero(rng.random(count - 1) < _TWINS) + 1
    for column in (family, school, grade):
        column[twins] = column[twins - 1]
    numbers = rng.choice(np.arange(10_000, 4_000_000), size=count, replace=False)
    mail = [f"{g[0]}{f}{n % 1000:03d}@d.example".lower() for g, f, n in zip(given, family, numbers, strict=True)]
    return Rostered(
        sis_id=_texts([f"{number:07d}" for number in numbers]),
        email=_texts(mail),
        given=given,
        family=family,
        school=_texts([f"School {number + 1}" for number in school]),
        grade=_texts(GRADES)[grade],
    )


def build_accounts(roster: Rostered, count: int, *, seed: int, strangers: int = 0) -> Accounts:
    """One account for each of `count` students of the roster, and `strangers` of people who are not in it.

    Of the accounts 55 in a hundred have the id, of the others 55 in a hundred the e-mail address. Names: 12 in a
    hundred with a typo, 6 with a nickname where there is one, 2 with both names swapped, 3 with a second family name
    or half of one, 4 with a middle name or initial, 3 without accents or in capitals. Of the places: 5 in a hundred at
    another school, 3 a grade lower, 3 without a grade.
    """
    rng = stream(seed, "vendor accounts")
    owner = rng.permutation(len(roster))[:count]
    other = build_roster(max(strangers, 2), seed=seed + 1)
    pool = {
        name: np.concatenate([getattr(roster, name)[owner], getattr(other, name)[:strangers]])
        for name in ("sis_id", "email", "given", "family", "school", "grade")
    }
    pool["school"][count:] = rng.choice(roster.school, strangers)
    n = count + strangers
    has_id = (rng.random(n) < _WITH_ID) & (np.arange(n) < count)
    has_mail = ~has_id & (rng.random(n) < _WITH_MAIL) & (np.arange(n) < count)
    pool["sis_id"][~has_id], pool["email"][~has_mail] = "", ""
    _misspell(pool, rng)
    _displace(pool, roster, rng)
    return Accounts(**pool, owner=np.concatenate([owner, np.full(strangers, -1)]).astype(np.int64))


def _misspell(pool: dict[str, Texts], rng: np.random.Generator) -> None:
    given, family = pool["given"], pool["family"]
    draw = rng.random((6, len(given)))
    for row in range(len(given)):
        if draw[0, row] < 0.06:
            given[row] = SHORT.get(given[row], given[row])
        if draw[1, row] < 0.03:
            family[row] = _second_family(family[row], rng)
        if draw[2, row] < 0.04:
            given[row] = f"{given[row]} {names.GIVEN_MALE[rng.integers(0, 30)][: 1 + 9 * int(rng.random() < 0.5)]}"
        if draw[3, row] < 0.12:
            side = given if rng.random() < 0.5 else family
            side[row] = _typo(side[row], rng)
        if draw[4, row] < 0.03:
            given[row], family[row] = given[row].upper(), family[row].upper()
        if draw[5, row] < 0.02:
            given[row], family[row] = family[row], given[row]


def _second_family(family: str, rng: np.random.Generator) -> str:
    if "-" in family:
        return family.partition("-")[0]
    return f"{family}{'-' if rng.random() < 0.5 else ' '}{names.FAMILY[rng.integers(0, len(names.FAMILY))]}"


def _typo(text: str, rng: np.random.Generator) -> str:
    place, kind = int(rng.integers(0, max(len(text) - 1, 1))), int(rng.integers(0, 4))
    letter = "aeinorst"[rng.integers(0, 8)]
    before, after = text[:place], text[place + 1 :]
    if kind == 0:
        return before + letter + after
    if kind == 1 and len(text) > 3:
        return before + after
    if kind == 2:
        return before + letter + text[place:]
    return before + text[place + 1 : place + 2] + text[place : place + 1] + text[place + 2 :]


def _displace(pool: dict[str, Texts], roster: Rostered, rng: np.random.Generator) -> None:
    n = len(pool["school"])
    moved = rng.random(n) < 0.05
    pool["school"][moved] = rng.choice(np.unique(roster.school.astype(str)), int(moved.sum()))
    draw = rng.random(n)
    for row in np.flatnonzero(draw < 0.06):
        place = GRADES.index(pool["grade"][row])
        pool["grade"][row] = "" if draw[row] < 0.03 else GRADES[max(place - 1, 0)]


def _given(count: int, rng: np.random.Generator) -> Texts:
    listed = list(dict.fromkeys((*names.GIVEN_FEMALE, *names.GIVEN_MALE, *SHORT)))
    rare = [_invented(rng, 2, ("", "a", "o", "elle", "ie", "an")) for _ in range(600)]
    return _drawn(count, listed, rare, _KNOWN_GIVEN, rng)


def _family(count: int, rng: np.random.Generator) -> Texts:
    rare = [_invented(rng, 1 + number % 2, _ENDINGS) for number in range(max(count // 4, 400))]
    family = _drawn(count, list(names.FAMILY), rare, _KNOWN_FAMILIES, rng)
    for row in np.flatnonzero(rng.random(count) < 0.04):
        family[row] = f"{family[row]}-{names.FAMILY[rng.integers(0, len(names.FAMILY))]}"
    return family


def _drawn(count: int, listed: list[str], rare: list[str], share: float, rng: np.random.Generator) -> Texts:
    """Listed names by the inverse of their rank (Zipf), rare ones alike."""
    weight = 1 / (np.arange(len(listed)) + 5.0)
    common = rng.choice(len(listed), size=count, p=weight / weight.sum())
    uncommon = rng.integers(0, len(rare), count)
    return np.where(rng.random(count) < share, _texts(listed)[common], _texts(rare)[uncommon])


def _invented(rng: np.random.Generator, syllables: int, endings: tuple[str, ...]) -> str:
    parts = [
        f"{_ONSETS[rng.integers(0, len(_ONSETS))]}{_VOWELS[rng.integers(0, len(_VOWELS))]}"
        f"{_CODAS[rng.integers(0, len(_CODAS))]}"
        for _ in range(syllables)
    ]
    return ("".join(parts) + endings[rng.integers(0, len(endings))]).capitalize()


def _texts(values: list[str] | tuple[str, ...]) -> Texts:
    return np.array(values, dtype=object)
