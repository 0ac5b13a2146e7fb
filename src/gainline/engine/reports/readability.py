"""How hard a text is to read: the Flesch-Kincaid grade in English, Fernández Huerta's ease in Spanish.

Source: Kincaid, Fishburne, Rogers and Chissom (1975), Research Branch Report 8-75, table 6; Fernández Huerta (1959),
"Medidas sencillas de lecturabilidad", with words per sentence, as its own worked example has it. The syllables are
counted by rules of our own.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_NUMBER = re.compile(r"[+−-]?\$?\d[\d,.]*\d|\d")
_SENTENCE = re.compile(r"[.!?]+(?=\s|$)")
_GROUP = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^laeiouy]e|[^aeiouy]les|[^aeioudty]ed|[^aeiouysxzcgh]es)$")
# Two vowels that are heard apart although they are written together.
_APART = re.compile(
    r"(?:ia(?!l$|n$)|io(?!n)|(?<=[aeiou][^aeiou])ea$|eo(?!us)|ua(?!r)|uou|[aeiou]ing$|creat|ien(?!d)|riet)"
)
_PALABRA = re.compile(r"[a-záéíóúüñ]+", re.IGNORECASE)
_STRONG = re.compile(r"[aeoáéóíú]")  # heard by themselves; an accent on i or u parts it from its neighbor
_WEAK = re.compile(r"(?<![aeoáéóíúiuü])[iuüy](?![aeoáéóíú])[iuü]*(?![aeoáéóíú])")
EIGHTH_GRADE = 60.0  # of ease: from here on "normal", read in grades 7 and 8, upward


def syllables(word: str) -> int:
    """How many syllables an English word has, near enough for a grade.

    Examples
    --------
    >>> [syllables(word) for word in ("tool", "students", "reading", "table", "compared", "idea")]
    [1, 2, 2, 2, 2, 3]
    """
    lower = re.sub(r"[^a-z]", "", word.lower())
    found = len(_GROUP.findall(lower)) + len(_APART.findall(lower))
    if found > 1 and _SILENT.search(lower):
        found -= 1
    return max(1, found)


def grade(text: str) -> float:
    """The United States school grade at which an English text can be read.

    Numbers are read as one easy word.

    Raises
    ------
    ValueError
        When there is no word to read.
    """
    per_word, per_sentence = _counted(_NUMBER.sub(" five ", text), _WORD, syllables)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


def syllables_es(word: str) -> int:
    """How many syllables a Spanish word has: each strong vowel one, and each run of weak ones that no strong one takes.

    Examples
    --------
    >>> [syllables_es(word) for word in ("niño", "escuela", "lectura", "día", "ciudad", "muy", "que")]
    [2, 3, 3, 2, 2, 1, 1]
    """
    lower = re.sub(r"(?<=[qg])u(?=[eéií])", "", word.lower())
    return max(1, len(_STRONG.findall(lower)) + len(_WEAK.findall(lower)))


def ease(text: str) -> float:
    """How easily a Spanish text is read, from 0 for very hard to 100 for very easy.

    Families get texts from `EIGHTH_GRADE` upward. Numbers are read as one easy word.

    Raises
    ------
    ValueError
        When there is no word to read.
    """
    per_word, per_sentence = _counted(_NUMBER.sub(" cinco ", text), _PALABRA, syllables_es)
    return 206.84 - 60.0 * per_word - 1.02 * per_sentence


def is_plain(text: str, lang: str) -> bool:
    """Tell whether families can be expected to read a text: grade 8 or below, in English or Spanish."""
    return grade(text) <= 8.0 if lang == "en" else ease(text) >= EIGHTH_GRADE


def _counted(text: str, word: re.Pattern[str], heard_in: Callable[[str], int]) -> tuple[float, float]:
    """Syllables a word, and words a sentence, of a text without numbers."""
    heard = word.findall(text)
    if not heard:
        raise ValueError("a text without a word cannot be graded")
    sentences = max(1, len(_SENTENCE.findall(text.strip())))
    return sum(heard_in(one) for one in heard) / len(heard), len(heard) / sentences
