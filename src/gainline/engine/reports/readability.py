"""How hard a text is to read: the Flesch-Kincaid grade, with our own count of syllables.

Source: Kincaid, Fishburne, Rogers and Chissom (1975), Research Branch Report 8-75, table 6.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_SENTENCE = re.compile(r"[.!?]+(?=\s|$)")
_GROUP = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[^laeiouy]e|[^aeiouy]les|[^aeioudty]ed|[^aeiouysxzcgh]es)$")
# Two vowels that are heard apart although they are written together.
_APART = re.compile(
    r"(?:ia(?!l$|n$)|io(?!n)|(?<=[aeiou][^aeiou])ea$|eo(?!us)|ua(?!r)|uou|[aeiou]ing$|creat|ien(?!d)|riet)"
)


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
    numbers_aside = re.sub(r"[+−-]?\$?\d[\d,.]*\d|\d", " five ", text)
    heard = _WORD.findall(numbers_aside)
    if not heard:
        raise ValueError("a text without a word has no grade")
    sentences = max(1, len(_SENTENCE.findall(numbers_aside.strip())))
    per_word = sum(syllables(word) for word in heard) / len(heard)
    return 0.39 * len(heard) / sentences + 11.8 * per_word - 15.59
