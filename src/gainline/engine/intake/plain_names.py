"""Plain names: how two systems' spellings of one person are brought together before anybody compares them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_MARKS = re.compile(r"['’`´]")
_BETWEEN = re.compile(r"[^a-z]+")
_FURTHER = {"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})


@dataclass(frozen=True, slots=True)
class PlainName:
    """A name as it is compared: letters a to z only; empty where the system gives none.

    Parameters
    ----------
    given
        The first given name: middle names and initials come and go.
    root
        The name that a nickname comes from; the first given name itself for all others.
    family
        All family names without blanks and hyphens.
    part
        The first of several family names.
    """

    given: str
    root: str
    family: str
    part: str

    def swapped(self) -> PlainName:
        """The name with given and family name in each other's place, as hasty imports have it."""
        return plain_name(self.family, self.given)


@cache
def _roots() -> dict[str, str]:
    """Nickname to name; a form that several names share stands for none of them."""
    table = tomllib.loads((Path(__file__).parent / "nicknames.toml").read_text(encoding="utf-8"))
    found: dict[str, set[str]] = {}
    for name, forms in table.items():
        for form in forms:
            found.setdefault(form, set()).add(name)
    return {form: next(iter(names)) for form, names in found.items() if len(names) == 1}


def letters(text: str | None) -> list[str]:
    """The words of a name in letters a to z; accents, apostrophes, case and suffixes such as Jr. tell nobody apart.

    Examples
    --------
    >>> letters("O'Neil-García Jr."), letters("Łukasz")
    (['oneil', 'garcia'], ['lukasz'])
    """
    return list(_letters(text or ""))


@lru_cache(maxsize=1 << 14)  # a roster has far fewer names than people
def _letters(text: str) -> tuple[str, ...]:
    low = "".join(_FURTHER.get(letter, letter) for letter in _MARKS.sub("", text).casefold())
    flat = unicodedata.normalize("NFKD", low).encode("ascii", "ignore").decode()
    words = [word for word in _BETWEEN.split(flat) if word]
    return tuple(word for word in words if word not in _SUFFIXES) if len(words) > 1 else tuple(words)


def plain_name(given: str | None, family: str | None) -> PlainName:
    """A name as it is compared.

    Examples
    --------
    >>> plain_name("Liz Ann", "García López")
    PlainName(given='liz', root='elizabeth', family='garcialopez', part='garcia')
    """
    first, last = letters(given), letters(family)
    one = first[0] if first else ""
    return PlainName(one, _roots().get(one, one), "".join(last), last[0] if last else "")
