"""Roster faults: what the codes of OneRoster packages say, beside the ones that every file shares."""

from __future__ import annotations

from gainline.engine.core.issues import Level

_NOTE, _WARN, _ERROR = Level.NOTE, Level.WARNING, Level.ERROR

ROSTER_FAULTS: dict[str, tuple[Level, str, str]] = {
    "IN171": (_NOTE, "the package's files lie in a folder within the zip", "nothing to do"),
    "IN172": (
        _WARN,
        "a status is neither active nor tobedeleted; it counts as ended",
        "ask for the standard's words",
    ),
    "IN173": (_NOTE, "a column is not the standard's and does not say so; it was read as metadata", "nothing to do"),
    "IN174": (_NOTE, "a file's name is spelled in another case than the standard's", "nothing to do"),
    "IN175": (_NOTE, "a column has no name and was left out", "nothing to do"),
    "IN176": (
        _WARN,
        "an identifier stands for several people; only a single student among them keeps it",
        "correct it in the source: nobody is matched by a number that is not theirs alone",
    ),
    "IN177": (_WARN, "a reference points into a file that was not sent", "ask for the file"),
    "IN178": (
        _WARN,
        "a person has a new sourcedId and was known again by their number and name",
        "ask the roster's source to keep sourcedIds",
    ),
    "IN179": (_NOTE, "a time of day stands behind a date and was left out", "nothing to do"),
    "IN180": (_NOTE, "the manifest gives a file's mode where the name of a system belongs{}", "nothing to do"),
    "IN181": (_NOTE, "the file's last line has no line end; it was read all the same", "nothing to do"),
    "IN182": (_WARN, "a property of the manifest is unknown or stands twice{}", "ask for a manifest by the standard"),
    "IN183": (_WARN, "a value is not of the kind that the standard asks for", "ask for a value of the standard"),
    "IN184": (_WARN, "a column that the standard asks for is absent", "ask for the whole file"),
    "IN185": (_WARN, "a value that the standard asks for is missing; the row was loaded without it", "fill it in"),
    "IN186": (_NOTE, "a file of the package is none of the standard's and was not read", "nothing to do"),
    "IN187": (_WARN, "subjects and their codes are not as many as each other", "ask for one code a subject"),
    "IN188": (_WARN, "a person has more than one primary role in one organization", "ask which one it is"),
    "IN189": (_NOTE, "the file was checked, and nothing of it is kept: no question here needs it", "nothing to do"),
    "IN191": (_NOTE, "people whom the roster no longer names were ended today{}", "nothing to do if they left"),
    "IN192": (_NOTE, "enrollments that the roster no longer names were ended{}", "nothing to do if they left"),
    "IN193": (_WARN, "some rows cannot be read, so nobody was ended for being absent", "mend the file, import again"),
    "IN194": (_NOTE, "a person who had left is in the roster again", "nothing to do"),
    "IN196": (_WARN, "a file of changes does not say what changed when", "ask for status and dateLastModified"),
    "IN197": (_ERROR, "the row hangs on a line item or resource that nobody sent", "ask for what it hangs on"),
}
"""Level, sentence (with a place for detail) and remedy of every code of a roster package."""
