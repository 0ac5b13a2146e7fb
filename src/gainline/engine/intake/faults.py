"""Faults: what each intake code says, and the book in which one reading writes them down, folded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gainline.engine.core.issues import Issue, Level
from gainline.engine.intake.declared_faults import DECLARED_FAULTS
from gainline.engine.intake.event_faults import EVENT_FAULTS
from gainline.engine.intake.roster_faults import ROSTER_FAULTS
from gainline.engine.intake.voice_faults import VOICE_FAULTS
from gainline.engine.intake.wire_faults import WIRE_FAULTS

Lines = npt.NDArray[np.int64]
LINES_KEPT = 20  # how many line numbers per folded fault the account lists; the count is always complete

_NOTE, _WARN, _ERROR = Level.NOTE, Level.WARNING, Level.ERROR

FAULTS: dict[str, tuple[Level, str, str]] = {
    "IN001": (_ERROR, "the file cannot be opened{}", "check the path and that you may read it"),
    "IN002": (_ERROR, "the file is empty", "export it again; the export may still have been running"),
    "IN003": (_WARN, "the file has a header and no rows", "check the export's date range and filters"),
    "IN004": (_ERROR, "the compressed file is cut off or damaged{}; nothing was read from it", "download it again"),
    "IN005": (_ERROR, "no profile fits this header{}", "describe this kind of file in a profile of your own"),
    "IN006": (_ERROR, "a required column is missing{}", "add the column, or an alias for it in the profile"),
    "IN007": (_NOTE, "a column was recognized only after ignoring case, blanks and punctuation{}", "nothing to do"),
    "IN008": (_NOTE, "columns that no profile asks for were left out: {}", "nothing to do, or map them in a profile"),
    "IN009": (
        _WARN,
        "a column looks like a misspelling{} and was not used",
        "declare it as an alias if it is the same",
    ),
    "IN010": (_WARN, "the text is not UTF-8; it was read as {}", "look at names with accents; export as UTF-8"),
    "IN012": (_NOTE, "title lines stand above the header and were skipped", "nothing to do"),
    "IN013": (_WARN, "a column name stands twice{}; the first one was used", "remove or rename the second"),
    "IN014": (
        _ERROR,
        "several profiles fit this header equally well{}",
        "name one more column in a profile's `detect`",
    ),
    "IN015": (
        _ERROR,
        "the file is an office document whose tables cannot be read: an old or password-protected workbook, or a text",
        "save it as XLSX without a password, or each sheet as CSV UTF-8",
    ),
    "IN020": (_ERROR, "the row has more or fewer cells than the header", "mend the row, often an unquoted comma"),
    "IN021": (_ERROR, "a quotation mark is never closed", "close it or remove it"),
    "IN022": (_ERROR, "the row holds NUL characters, so the file is damaged there", "export the file again"),
    "IN023": (_NOTE, "a totals row was left out", "nothing to do"),
    "IN024": (_NOTE, "the header is repeated among the rows and was left out", "nothing to do"),
    "IN025": (_NOTE, "a row of empty cells was left out", "nothing to do"),
    "IN030": (_ERROR, "a required cell is empty", "fill it in or leave the row out of the export"),
    "IN031": (_ERROR, "an amount is below zero", "ask the vendor what a negative amount means"),
    "IN032": (_ERROR, "a number was expected", "correct the cell"),
    "IN033": (_WARN, "a number was read after removing thousands commas, a currency or percent sign", "check one row"),
    "IN034": (_ERROR, "the date does not read in the declared order ({})", "correct the cell or the profile's `dates`"),
    "IN035": (_WARN, "the date lies after the day of the import", "check the year"),
    "IN036": (
        _ERROR,
        "a time such as 1:05:30 stands where a number was expected",
        'declare `unit = "h:m:s"` or `"m:s"`',
    ),
    "IN037": (
        _ERROR,
        "a spreadsheet turned the identifier into a number such as 1.23E+11 or a date such as 4-Mar",
        "export again and open it only after formatting the column as text",
    ),
    "IN038": (_ERROR, "the amount is more than the days it covers can hold", "check the unit: seconds, not minutes?"),
    "IN039": (_WARN, "a value is not in the declared list and was left empty", "declare the value in the profile"),
    "IN040": (
        _NOTE,
        "no score is given; the result was loaded without one",
        "nothing to do: a missing score stays missing",
    ),
    "IN041": (_WARN, "a label was brought to its usual spelling", "nothing to do"),
    "IN042": (_WARN, "a year-to-date amount fell: a reset or a transfer", "the amount since the fall was counted"),
    "IN043": (_ERROR, "the last day lies before the first day", "correct one of the two"),
    "IN044": (_WARN, "a score lies outside the assessment's declared scale", "check the scale in the profile"),
    "IN045": (_WARN, "the row says the same as an earlier row", "nothing to do: it was loaded once"),
    "IN046": (_ERROR, "the value is not in the declared list", "use one of the declared values"),
    "IN047": (_NOTE, "the row names a student and no amount, so no use was recorded", "nothing to do"),
    "IN050": (_WARN, "an identifier matched after a known prefix or ending was removed", "confirm on the worklist"),
    "IN051": (
        _WARN,
        "an identifier matched only without its leading zeros",
        "confirm; a spreadsheet may have cut them",
    ),
    "IN052": (
        _WARN,
        "an identifier fits more than one rostered person and was matched to none",
        "settle it on the worklist",
    ),
    "IN053": (_WARN, "an identifier is not in the roster", "see the worklist of unmatched identities"),
    "IN054": (_WARN, "a school is not in the roster: {}", "add it to the school aliases of the workspace"),
    "IN055": (
        _ERROR,
        "the school of an assignment is not in the roster",
        "add it to the school aliases, or correct it",
    ),
    "IN056": (_ERROR, "the student of an assignment is not in the roster", "correct the identifier"),
    "IN060": (
        _WARN,
        "the package has no manifest; the version was told from its columns and read as full",
        "nothing to do",
    ),
    "IN061": (_WARN, "the manifest and the files disagree{}", "ask the roster's source to mend its manifest"),
    "IN062": (_NOTE, "status or dateLastModified is filled in a file that is sent in full", "nothing to do"),
    "IN063": (_NOTE, "a status other than active was read as ended", "nothing to do"),
    "IN064": (_WARN, "a reference points to something that is in no file of the package", "ask for the missing rows"),
    "IN065": (_NOTE, "a sourcedId stands twice with the same content; it was loaded once", "nothing to do"),
    "IN066": (
        _ERROR,
        "a sourcedId stands twice with different content; all were left out",
        "correct them in the source",
    ),
    "IN067": (_WARN, "a listed value was read after ignoring its case", "nothing to do"),
    "IN068": (_NOTE, "a true/false value was spelled in another way", "nothing to do"),
    "IN069": (_NOTE, "dateLastModified is not a full UTC time", "nothing to do"),
    "IN070": (_WARN, "a column was read under another name than the standard's{}", "ask for the standard name"),
    "IN071": (_ERROR, "a file that every package needs is absent{}", "export the package again, with this file"),
    "IN072": (
        _WARN,
        "a person's role in a section differs from the role in the roster",
        "the section's role was kept there",
    ),
    "IN073": (
        _WARN,
        "a sourcedId holds characters that the standard does not allow",
        "nothing to do: it was kept as it is",
    ),
    "IN074": (_WARN, "an organization that is not a school stands where a school is required", "check its type"),
    "IN075": (_NOTE, "a list has blanks between its entries", "nothing to do"),
    "IN076": (_NOTE, "the file holds changes only; what it does not name stays as it was", "nothing to do"),
    "IN077": (
        _ERROR,
        "the row describes a person who is in no users file",
        "ask for the missing person or drop the row",
    ),
    "IN078": (_ERROR, "the person has no role anywhere in the package", "give a role in users, roles or enrollments"),
    "IN079": (_WARN, "a value is not in the standard's list; it was kept as it is", "ask for a value of the standard"),
    "IN080": (_ERROR, "the profile is not valid TOML{}", "correct the line"),
    "IN081": (_ERROR, "the profile is not valid: {}", "correct the entry; unknown names are refused on purpose"),
    "IN082": (_ERROR, "two profiles have the same key{}", "rename one of them"),
    "IN090": (_ERROR, "a table of the data set is missing{}", "put all of its tables into one folder"),
    "IN100": (
        _WARN,
        "rows that have to agree give different values; the row was loaded without the value",
        "ask the maker of the file whether this column belongs to these rows",
    ),
    "IN101": (
        _WARN,
        "a placeholder that was never filled in stands for the value, which counts as not given",
        "leave previews out of the export",
    ),
    "IN102": (_NOTE, "the survey was opened and no question was answered", "nothing to do"),
    "IN103": (_NOTE, "a student answered the survey more than once; the answers were averaged", "nothing to do"),
    "IN110": (
        _ERROR,
        "the file goes beyond every honest size{}; nothing was read from it",
        "ask where it comes from; a file that is sound is smaller, or can be split",
    ),
    "IN111": (_ERROR, "a zip lies within the zip", "unpack it and import the files within"),
    "IN112": (_NOTE, "a sheet beside those that were read is empty or fits no profile", "nothing to do, or map it"),
    "IN113": (_NOTE, "an identifier is held as a number and was read with the zeros its format shows", "nothing to do"),
    "IN114": (
        _WARN,
        "identifiers are held as numbers in the workbook, so leading zeros may be lost",
        "format the column as text before the ids are put in, or export as CSV",
    ),
    "IN115": (_NOTE, "hidden rows of the sheet were read", "nothing to do, or delete them before the export"),
    "IN116": (
        _WARN,
        "a formula has no stored value; the cell counts as empty",
        "open the workbook in a spreadsheet, save it, and import it again",
    ),
    "IN118": (
        _ERROR,
        "the text is Windows-1252 or Mac Roman, and both read equally well: {}; nothing was read from it",
        'declare `encoding = "cp1252"` or `"mac_roman"` in the profile, or export as UTF-8',
    ),
    "IN119": (
        _ERROR,
        "dates begin with day or month and no order is declared; {}",
        'declare `dates = "mdy"` or `"dmy"` in a profile, as the vendor writes them',
    ),
    "IN120": (
        _ERROR,
        "a date stands where a number was expected; a spreadsheet may have made it of 3-4",
        "export again and open it only after formatting the column as text",
    ),
    "IN117": (_ERROR, "the record is no JSON object, or names a key twice", "export the file again"),
    **DECLARED_FAULTS,
    "IN400": (
        _WARN,
        "the row has a name and no identifier; its rows wait until somebody says whose they are",
        "see: gainline link suggest",
    ),
    **EVENT_FAULTS,
    **ROSTER_FAULTS,
    **WIRE_FAULTS,
    **VOICE_FAULTS,
}
"""Level, sentence (with a place for detail) and remedy of every intake code."""


def fault(
    code: str, *, file: str | None, line: int | None = None, column: str | None = None, detail: str = ""
) -> Issue:
    """One issue with the code's sentence, its detail filled in."""
    level, says, remedy = FAULTS[code]
    return Issue(code, level, says.format(detail), remedy, file=file, line=line, column=column)


@dataclass(slots=True)
class Fold:
    """One fault with all its rows: where, how many, and the first lines."""

    code: str
    file: str
    column: str | None
    detail: str
    rows: int = 0
    lines: list[int] = field(default_factory=list)

    @property
    def level(self) -> Level:
        """The level of the fault's code."""
        return FAULTS[self.code][0]

    def issue(self) -> Issue:
        """The fold as one issue, at its first line."""
        level, says, remedy = FAULTS[self.code]
        line = min(self.lines) if self.lines else None
        return Issue(self.code, level, says.format(self.detail), remedy, self.file, line, self.column, self.rows)

    def to_json_value(self) -> dict[str, Any]:
        """The fold as plain JSON values."""
        says = FAULTS[self.code][1].format(self.detail)
        where = {"file": self.file, "column": self.column}
        return {
            "code": self.code,
            "level": self.level.value,
            **where,
            "says": says,
            "rows": self.rows,
            "lines": self.lines,
        }


class Book:
    """Collects the faults of one reading, folded by code, file, column and detail."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._folds: dict[tuple[str, str, str | None, str], Fold] = {}

    def add(
        self,
        code: str,
        lines: Lines | Sequence[int] = (),
        *,
        column: str | None = None,
        detail: str = "",
        file: str = "",
    ) -> None:
        """Write down a fault for these lines; without lines it is the whole file's and counts once."""
        where = file or self.file
        fold = self._folds.setdefault((code, where, column, detail), Fold(code, where, column, detail))
        fold.rows += max(len(lines), 1)
        room = LINES_KEPT - len(fold.lines)
        if room > 0 and len(lines):
            fold.lines.extend(int(line) for line in lines[:room])

    def add_where(
        self, code: str, bad: npt.NDArray[np.bool_], lines: Lines, *, column: str | None = None, detail: str = ""
    ) -> None:
        """Write down a fault for the lines whose flag is set; nothing where none is."""
        if bad.any():
            self.add(code, lines[bad], column=column, detail=detail)

    def folds(self) -> list[Fold]:
        """Every fault, by file, code and first line."""
        return sorted(self._folds.values(), key=lambda fold: (fold.file, fold.code, min(fold.lines, default=0)))

    def issues(self) -> list[Issue]:
        """One issue per folded fault: first line and number of rows."""
        return [fold.issue() for fold in self.folds()]
