"""Passwords that are too near: words of the place, and those of a file of breached ones; none is asked online."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = (
    "gainline", "district", "school", "schools", "unified", "student", "students", "teacher", "principal", "analyst",
    "password", "welcome", "letmein", "qwerty", "summer", "autumn", "winter", "spring", "edtech", "classroom",
)  # fmt: skip
"""Words of the place; those of the account's own district, name and address come to them."""
LEAST_LEFT = 5  # letters that must be left when the words of the place are taken out
SHORTEST = 4  # letters of a word that counts
_NOT_LETTERS = re.compile(r"[\W\d_]+")


class NotOfThisPlace:
    """Refuses a password that is little more than words which stand on every page here."""

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ANN401 - an account, or nobody
        """Raise what Django's forms show, when too little is left."""
        left = _NOT_LETTERS.sub("", password.casefold())
        near = left
        for word in sorted({*WORDS, *_own_words(user)}, key=len, reverse=True):
            near = near.replace(word, "")
        if near != left and len(near) < LEAST_LEFT:
            raise ValidationError(_("This password is made of words that stand on every page here."), code="of_place")

    def get_help_text(self) -> str:
        """What the form says beforehand."""
        return _("Not of your district's, your school's or your own name.")


def _own_words(user: Any) -> set[str]:  # noqa: ANN401
    texts = [getattr(user, "name", ""), getattr(user, "email", ""), getattr(user, "title", "")]
    district = getattr(user, "district", None)
    texts += [district.name] if district is not None else []
    words = (word for text in texts for word in _NOT_LETTERS.split(text.casefold()))
    return {word for word in words if len(word) >= SHORTEST}


class NotBreached:
    """Refuses a password whose SHA-1 stands in a sorted file, one ``HASH`` or ``HASH:COUNT`` a line.

    Parameters
    ----------
    path
        The file; without one nothing is asked, because nothing can be looked up.
    """

    def __init__(self, path: str = "") -> None:
        self.path = Path(path) if path else None

    def validate(self, password: str, user: Any = None) -> None:  # noqa: ANN401
        """Raise what Django's forms show, when the password is known."""
        if self.path is not None and _stands_in(self.path, hashlib.sha1(password.encode()).hexdigest().upper()):  # noqa: S324 - the corpora are of SHA-1
            raise ValidationError(_("This password was found among stolen ones. Choose another."), code="breached")

    def get_help_text(self) -> str:
        """What the form says beforehand."""
        return _("Not one that was stolen elsewhere.")


def _stands_in(path: Path, digest: str) -> bool:
    """Halve the file until the line is found or cannot be there; a file of 40 GB takes some forty steps."""
    wanted = digest.encode()
    with path.open("rb") as file:
        low, high = 0, path.stat().st_size
        while low < high:
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                file.readline()  # the rest of a line in whose midst we may be
            line = file.readline().strip()[: len(wanted)].upper()
            low, high = (middle + 1, high) if line and line < wanted else (low, middle)
        file.seek(low)
        if low:
            file.readline()
        return file.readline().strip()[: len(wanted)].upper() == wanted
