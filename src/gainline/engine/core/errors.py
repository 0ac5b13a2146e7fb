"""Errors: what stops a command. Faulty data is an `Issue`; an unanswerable question is a `Refusal`."""

from __future__ import annotations

import re

_CODE = re.compile(r"([A-Z]{2}\d{3}):?(?: |$)")


class GainlineError(Exception):
    """The base of every error that we raise on purpose.

    Parameters
    ----------
    says
        What happened and where, in one plain sentence without any student's name or identifier; its code may stand
        before it, as in ``SV110 this evidence was not audited``.
    remedy
        What the reader can do about it.
    """

    exit_code = 1

    def __init__(self, says: str, remedy: str = "") -> None:
        super().__init__(says)
        self.says = says
        self.remedy = remedy

    @property
    def code(self) -> str:
        """The code that it begins with; empty where it has none."""
        found = _CODE.match(self.says)
        return found[1] if found else ""

    @property
    def because(self) -> str:
        """What it says, without the code."""
        return self.says[found.end() :] if (found := _CODE.match(self.says)) else self.says


class UserFixable(GainlineError):
    """The request cannot be carried out as given, and the reader can mend it."""

    exit_code = 2


class DataIssues(GainlineError):
    """The data have issues of level error, so nothing was written."""

    exit_code = 10


class Refused(GainlineError):
    """A `Refusal` reached the edge of the program."""

    exit_code = 11


class NotAllowed(GainlineError):
    """The actor has no right to this."""

    exit_code = 12


class Missing(GainlineError):
    """What was named does not exist."""

    exit_code = 13


class Conflict(GainlineError):
    """Somebody else's work or an earlier promise stands in the way."""

    exit_code = 14
