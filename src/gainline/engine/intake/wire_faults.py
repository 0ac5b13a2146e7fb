"""Wire faults: what the codes of Ed-Fi interchanges and CASE packages say, beside the ones that every file shares."""

from __future__ import annotations

from gainline.engine.core.issues import Level

_NOTE, _WARN, _ERROR = Level.NOTE, Level.WARNING, Level.ERROR

WIRE_FAULTS: dict[str, tuple[Level, str, str]] = {
    "IN351": (
        _ERROR,
        "the XML has a DOCTYPE; nothing is read from there on",
        "export it without; no interchange has one",
    ),
    "IN352": (_ERROR, "from here on the file cannot be read", "export it again; it may be cut"),
    "IN353": (
        _ERROR,
        "an element goes beyond every honest size; nothing is read from there on",
        "ask where it comes from",
    ),
    "IN354": (
        _NOTE,
        "elements of a kind that no table here has were read, and nothing of them is kept{}",
        "nothing to do",
    ),
    "IN355": (
        _WARN,
        "it says something else of the same thing than an element before; the later one stands",
        "ask which",
    ),
    "IN356": (_WARN, "the time of the last change is none; the record was loaded without it", "tell the publisher"),
    "IN357": (_WARN, "the kind of association is none of the standard's; it was kept as it is", "tell the publisher"),
    "IN358": (_WARN, "a place in the tree refers to a statement that is not in the package", "get the whole package"),
}
"""Level, sentence (with a place for detail) and remedy of every such code."""
