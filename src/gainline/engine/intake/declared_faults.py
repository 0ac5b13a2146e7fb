"""Declared faults: what the codes say that wide files, platforms' tables and declared rosters bring."""

from __future__ import annotations

from gainline.engine.core.issues import Level

_NOTE, _WARN, _ERROR = Level.NOTE, Level.WARNING, Level.ERROR

DECLARED_FAULTS: dict[str, tuple[Level, str, str]] = {
    "IN300": (
        _WARN,
        "some cells of a wide row could not be read and were left out; its other cells were loaded",
        "correct the cells; they are named by column",
    ),
    "IN301": (_NOTE, "the file was checked, and nothing of it is kept{}", "nothing to do"),
    "IN302": (
        _NOTE,
        "the row is of a kind that the profile sets aside; it was counted, nothing is kept",
        "nothing to do",
    ),
    "IN304": (
        _WARN,
        "neither the file nor its name gives the day of the report; the day of the import stands for it",
        "put the day into the file's name, as 2026-03-31, or import on the day of the report",
    ),
    "IN305": (_NOTE, "the row describes the columns and no student; it was read as such", "nothing to do"),
    "IN306": (
        _ERROR,
        "the report is older than one that was imported before, which holds its amounts already",
        "import year-to-date reports in the order of their days",
    ),
    "IN307": (_ERROR, "the identifier is of a person who is in no file of the roster", "ask for the missing person"),
    "IN309": (
        _NOTE,
        "the file begins with a byte order mark, as spreadsheets write it; it was left out",
        "nothing to do",
    ),
    "IN311": (_NOTE, "the zip also holds what an operating system left behind; it was not read", "nothing to do"),
    "IN308": (_WARN, "a file of the roster is not there{}", "ask for it; the rest was read without it"),
}
"""Level, sentence (with a place for detail) and remedy."""
