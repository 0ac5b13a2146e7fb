"""Profile parts: what a profile says about one column, one amount, a wide file, and a roster of several files."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gainline.engine.intake.oneroster_spec import SPECS

Text = Annotated[str, Field(min_length=1)]
FilePattern = Annotated[str, Field(pattern=r"^[\w .*?-]+$")]
IDENTIFIERS = "identifiers"
_PLACE = re.compile(r"\{(\w+)(?::(date|number))?\}")
_MOST_PLACES, _LONGEST_HEADING, _MOST_REPEATS = 3, 500, 3
_REPEAT = re.compile(r"(?<!\\)[+*]|\{\d*,\d*\}")
_FITS = {"date": r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", "number": r"\d+", None: r".+?"}


class Part(BaseModel):
    """Any part of a profile: unknown keys are refused, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Part):
    """Where one role comes from: a column of the file, or one fixed value.

    Parameters
    ----------
    header, aliases
        The column's name as the vendor writes it, and other spellings of it.
    required
        A row with an empty cell here is rejected.
    value
        Used for every row without such a column (and for empty cells where the role is not required).
    labels
        The vendor's label -> ours; labels that are not listed pass unchanged.
    closed
        Only listed labels count; others, and those of a comma-separated cell that are not listed, say nothing.
    prefix
        Put before what the cell says, so that ids of two systems never meet by chance.
    from_name
        Pattern with one group, looked for in the file's name; what the group holds stands for every row.
    """

    header: Text | None = None
    aliases: tuple[Text, ...] = ()
    required: bool = False
    value: Text | None = None
    labels: dict[str, str] = Field(default_factory=dict)
    closed: bool = False
    prefix: str = ""
    from_name: Text | None = None

    @model_validator(mode="after")
    def _from_somewhere(self) -> Self:
        if self.header is None and self.value is None and self.from_name is None:
            raise ValueError("name a `header` or give a `value`")
        if self.from_name is not None and pattern_of(self.from_name).groups != 1:
            raise ValueError("`from_name` needs exactly one group in parentheses")
        return self


class Only(Part):
    """Which rows of a mixed file are meant: those whose cell holds one of these values; the others are set aside."""

    header: Text
    values: Annotated[tuple[Text, ...], Field(min_length=1)]


class Wide(Part):
    """A file with one column per week, date or assignment, read as if each of them were rows.

    Parameters
    ----------
    headings
        What the headings of these columns look like: fixed words, and one or more ``{name}`` in place of what varies.
        ``{name:date}`` takes only dates and ``{name:number}`` only digits. What stands there becomes a column called
        `name`, to which ``[columns]`` refers.
    cell
        Name of the column that the cells themselves become.
    empty
        What an empty cell means: ``skip`` says nothing about this week (it is never zero minutes), ``zero`` because the
        vendor leaves zeros empty, ``keep`` passes it on, as for results without a score.
    but
        Headings that are none of these columns although they look alike.
    below
        Name -> first cell of a line under the header that says something about each of these columns (as the due dates
        and points of a gradebook); it becomes a column of this name.
    """

    headings: Annotated[tuple[Text, ...], Field(min_length=1)]
    cell: Text
    empty: Literal["skip", "zero", "keep"]
    but: tuple[Text, ...] = ()
    below: dict[str, Text] = Field(default_factory=dict)

    @field_validator("headings")
    @classmethod
    def _with_places(cls, headings: tuple[str, ...]) -> tuple[str, ...]:
        if bare := [one for one in headings if not 1 <= len(_PLACE.findall(one)) <= _MOST_PLACES]:
            raise ValueError(
                f"the heading {bare[0]!r} needs a {{name}} in place of what varies, and no more than three"
            )
        return headings

    def names(self) -> set[str]:
        """The columns that headings and lines below them become."""
        return {name for one in self.headings for name, _ in _PLACE.findall(one)} | set(self.below)

    def read(self, heading: str) -> dict[str, str] | None:
        """What a heading says, by name; None where it is none of these columns.

        Examples
        --------
        >>> wide = Wide(headings=("Week of {week:date}",), cell="minutes", empty="skip")
        >>> wide.read("Week of 2026-01-05"), wide.read("Week of my life")
        ({'week': '2026-01-05'}, None)
        """
        text = heading.strip()
        if not text or text in self.but or len(text) > _LONGEST_HEADING:
            return None
        for one in self.headings:
            if found := re.fullmatch(_as_pattern(one), text, re.IGNORECASE):
                return found.groupdict()
        return None


def _as_pattern(heading: str) -> str:
    """A heading as a pattern; only its places vary, whatever else it holds stands for itself."""
    parts, at = [], 0
    for place in _PLACE.finditer(heading):
        parts += [re.escape(heading[at : place.start()]), f"(?P<{place[1]}>{_FITS[place[2]]})"]
        at = place.end()
    return "".join([*parts, re.escape(heading[at:])])


class Checked(Part):
    """A kind of file whose rows are counted and of which nothing is kept, and the reason."""

    detect: Annotated[tuple[Text, ...], Field(min_length=1)]
    because: Text


class RosterFilePart(Part):
    """One file of a roster that is not OneRoster: which of the standard's files its rows are.

    Parameters
    ----------
    file
        Its name without an ending, any case; ``*`` and ``?`` stand for what varies.
    to
        The OneRoster file that its rows become, or ``identifiers`` for further ids of people (columns
        ``userSourcedId``, ``kind``, ``value``); None where it is counted and not kept (`because`).
    because
        Why nothing of it is kept.
    header
        Its columns in order, where it has no header line.
    detect
        Headers that must be in it for this roster to be meant at all.
    needed
        Without it this roster is not meant.
    made
        Its rows are made from a file that another part already counts; each sourcedId once.
    adds
        Its cells fill what is empty in rows of the same sourcedId that other parts give.
    columns
        The standard's column -> where it comes from.
    """

    file: FilePattern
    to: Text | None = None
    because: Text | None = None
    header: tuple[Text, ...] = ()
    detect: tuple[Text, ...] = ()
    needed: bool = False
    made: bool = False
    adds: bool = False
    columns: dict[str, Column] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.to is None:
            if not self.because or self.columns:
                raise ValueError("say what its rows are (`to`), or `because` of what nothing of it is kept")
            return self
        spec = SPECS.get(self.to)
        if spec is None and self.to != IDENTIFIERS:
            raise ValueError(f"`to` names no file of OneRoster ({self.to})")
        known = {"userSourcedId", "kind", "value"} if spec is None else set(spec.asked())
        if unknown := set(self.columns) - known:
            raise ValueError(f"{self.to} has no column {sorted(unknown)[0]!r}")
        return self

    def asked(self) -> dict[str, tuple[str, ...]]:
        """Every header it asks for, with its aliases."""
        wanted = {column.header: column.aliases for column in self.columns.values() if column.header}
        return dict.fromkeys(self.detect, ()) | wanted


def pattern_of(text: str) -> re.Pattern[str]:
    """A declared pattern, compiled.

    Raises
    ------
    ValueError
        When it is no pattern, is too long, or could take forever: many repeats and repeats within repeats are refused.
    """
    if (
        len(text) > 200
        or len(_REPEAT.findall(text)) > _MOST_REPEATS
        or re.search(r"[+*}]\)?[+*{]|\([^)]*[+*][^)]*\)[+*{]", text)
    ):
        raise ValueError("the pattern is too long, or repeats too often or within a repeat")
    try:
        return re.compile(text)
    except re.error as error:
        raise ValueError(f"the pattern cannot be read: {error}") from error
