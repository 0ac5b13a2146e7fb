"""Profiles: what a district has declared about a vendor's file, as data. Unknown keys are refused with their line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.compute as pac
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from gainline.engine.core.issues import Issue
from gainline.engine.intake.dialect import fold
from gainline.engine.intake.faults import fault
from gainline.engine.intake.profile_parts import Checked, Column, Only, Part, RosterFilePart, Text, Wide
from gainline.engine.intake.voice_roles import ANYONE, VOICE_PEOPLE, VOICE_ROLES

SHIPPED = Path(__file__).parent / "profiles"
Target = Literal[
    "usage",
    "events",
    "results",
    "contracts",
    "licenses",
    "assignments",
    "attributes",
    "attendance",
    "assessments",
    "sections",
    "identities",
    "responses",
    "survey_items",
    "feedback",
    "observations",
    "tickets",
    "outages",
    "training",
    "access",
    "incidents",
    "roster",
    "checked",
    "oulad",
    "star",
    "k12_online",
    "xapi",
    "caliper",
    "edfi",
    "case",
]
Grain = Literal["day", "week", "month", "year-to-date", "lesson"]
Unit = Literal["minutes", "seconds", "hours", "h:m:s", "m:s", "count", "flag"]
Dates = Literal["ymd", "mdy", "dmy", "moment"]
MonthDay = Annotated[str, Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$")]
Key = Annotated[str, Field(pattern=r"^\w[\w.-]*$", max_length=80)]
MOST_BYTES = 1 << 18  # of a profile; the longest shipped one has a hundredth of it
NULLS = ("", "n/a", "na", "null", "none", "-", "--", "#n/a", ".")
ABOUT_PEOPLE = (
    frozenset({"usage", "events", "results", "licenses", "attributes", "attendance", "identities"}) | VOICE_PEOPLE
)
COUNTED = frozenset({"usage", "events", "oulad", "k12_online", "xapi", "caliper", "edfi"})
"""Targets that may bring usage or events."""

ROLES: dict[str, frozenset[str]] = {
    "usage": frozenset(
        {"tool", "metric", "day", "first_day", "last_day", "year", "month", "section", "resource", "school", "grade"}
    ),
    "events": frozenset({"tool", "at", "action", "event_id", "resource", "school", "grade"}),
    "results": frozenset({"assessment", "form", "score", "points", "taken_on", "section", "status", "school", "grade"}),
    "licenses": frozenset({"tool", "first_day", "last_day", "school", "grade"}),
    "contracts": frozenset(
        {"tool", "tool_name", "vendor", "licenses", "cost", "currency", "start_date", "end_date", "notice_date"}
    ),
    "assignments": frozenset({"pilot", "unit", "unit_id", "arm", "block", "how", "assigned_on"}),
    "attributes": frozenset({"attribute", "text", "number", "section", "school", "grade"}),
    "attendance": frozenset({"day", "status", "school", "section", "grade"}),
    "assessments": frozenset(
        {"assessment", "form", "title", "domain", "scale_max", "assign_date", "due_date", "section"}
    ),
    "sections": frozenset({"section", "title", "code", "subject", "school"}),
    "identities": frozenset({"school", "grade"}),
    **VOICE_ROLES,
    "roster": frozenset(),
    "checked": frozenset(),
    "oulad": frozenset(),
    "star": frozenset(),
    "k12_online": frozenset(),
    "xapi": frozenset(),
    "caliper": frozenset(),
    "edfi": frozenset(),
    "case": frozenset(),
}
"""Which roles a column may play for each target table."""

NAME_ROLES = ("given_name", "family_name", "full_name")
"""Roles of further columns where rows speak of people: names are kept of identities that the roster does not know."""


class IdentityColumn(Part):
    """A column that names the person, with the kind of identifier (Caliper's list; see the reference)."""

    header: Text
    aliases: tuple[Text, ...] = ()
    kind: Text = "SisSourcedId"


class Measure(Part):
    """An amount in the file, one usage record each.

    Parameters
    ----------
    header, aliases
        The column.
    metric
        minutes_active, minutes_logged_in, logins, resources_opened, items_passed, days_active, clicks, ...
    unit
        What the vendor counts in; minutes, seconds, hours, h:m:s and m:s are all stored as minutes. Of the last two,
        the one says that 65:30 are hours and minutes, the other that they are minutes and seconds.
    definition
        The vendor's own words for what is counted.
    empty
        What an empty cell does: ``reject`` the row, ``skip`` this amount, or ``zero`` where the vendor declares that it
        leaves zeros empty.
    day_limit
        The most that one day can hold, in the stored unit; None for no limit.
    true, false
        For ``flag``: further words for yes and no.
    """

    header: Text
    aliases: tuple[Text, ...] = ()
    metric: Text
    unit: Unit = "minutes"
    definition: Text
    empty: Literal["reject", "skip", "zero"] = "reject"
    day_limit: float | None = None
    true: tuple[Text, ...] = ()
    false: tuple[Text, ...] = ()

    @property
    def factor(self) -> float:
        """From the vendor's unit to ours."""
        return {"seconds": 1 / 60, "hours": 60.0}.get(self.unit, 1.0)

    @property
    def clock(self) -> str:
        """The unit, where amounts are written with colons."""
        return self.unit if ":" in self.unit else ""


class Profile(Part):
    """One kind of file: how to recognize it, and what each of its columns says.

    Parameters
    ----------
    key, name
        The profile's key, and its name for people.
    target
        The canonical table its rows go to.
    source_system
        Name space of the identifiers in the file.
    tool
        Tool key of every row, unless a column says it.
    grain
        What one row of usage covers.
    week_day
        For week grain: which end of the week the day column gives.
    minute
        The vendor's own definition of a minute of use.
    absent_row
        What it says of a student that the file has no row of them: ``zero`` where the vendor declares that it leaves
        out nobody who did anything, else ``unknown``.
    dates
        Declared order of dates: ymd, mdy, dmy; ``moment`` for ISO 8601 times and Unix seconds, whose day is reckoned in
        `time_zone`.
    encoding
        What text that is not UTF-8 or UTF-16 is written in; told from the bytes where it is not declared.
    time_zone
        For events: zone of times that carry none, and in which `local_date` is reckoned.
    nulls, footer
        Texts that mean "nothing", and a pattern that totals rows begin with.
    detect, files
        Headers that must all be there for this profile to be chosen; and, where given, patterns of file names
        (``lumen-*.csv``) of which one must fit.
    like
        Key of a profile from which everything that is not said here is taken.
    header
        The columns in order, for a file that has no header line; it is then told by `files` and its width.
    only
        Rows that are meant, in a file that holds others too.
    wide
        How to read one column per week, date or assignment.
    identity, columns, measures
        The mapping.
    tables, version
        For ``target = "roster"``: the files, and the OneRoster version whose columns they are declared in.
    checked
        For ``target = "checked"``: kinds of files of which nothing is kept, with the reason.
    described
        For results: their assessments are described by a file of their own, and not by these results.
    prefixes
        Further prefixes that the vendor puts before identifiers.
    form_by_month
        For results without a form column: form -> months of the date taken.
    scale
        Lowest and highest possible score.
    year_begins
        For year-to-date grain: month and day on which the vendor's counter starts, ``MM-DD``.
    starts, ends
        For data sets that name terms without their days: term letter -> month and day on which it starts and ends.
    """

    key: Key
    name: Text
    target: Target
    source_system: Text
    tool: Text | None = None
    grain: Grain = "day"
    week_day: Literal["first", "last"] = "first"
    minute: Text | None = None
    absent_row: Literal["zero", "unknown"] = "unknown"
    dates: Dates = "ymd"
    encoding: Literal["cp1252", "mac_roman"] | None = None
    time_zone: Text = "UTC"
    nulls: tuple[str, ...] = NULLS
    footer: str = r"^(grand\s+)?totals?\b"
    detect: tuple[Text, ...] = ()
    files: tuple[Text, ...] = ()
    like: Text | None = None
    header: tuple[Text, ...] = ()
    only: Only | None = None
    wide: Wide | None = None
    identity: tuple[IdentityColumn, ...] = ()
    columns: dict[str, Column] = Field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    tables: tuple[RosterFilePart, ...] = ()
    version: Literal["1.1", "1.2"] = "1.1"
    checked: tuple[Checked, ...] = ()
    described: bool = False
    prefixes: tuple[Text, ...] = ()
    form_by_month: dict[str, tuple[Annotated[int, Field(ge=1, le=12)], ...]] = Field(default_factory=dict)
    scale: tuple[float, float] | None = None
    year_begins: MonthDay = "08-01"
    starts: dict[str, MonthDay] = Field(default_factory=dict)
    ends: dict[str, MonthDay] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        names = set(NAME_ROLES) if self.target in ABOUT_PEOPLE else set()
        if unknown := set(self.columns) - ROLES[self.target] - names:
            raise ValueError(
                f"{self.target} has no role {sorted(unknown)[0]!r}; roles: {', '.join(sorted(ROLES[self.target]))}"
            )
        if self.target in ABOUT_PEOPLE and not self.identity:
            raise ValueError(f"{self.target} speaks of people: declare at least one [[identity]] column")
        if self.target == "usage" and not self.measures:
            raise ValueError("usage needs at least one [[measures]] entry")
        self._check_shape()
        return self

    def _check_shape(self) -> None:
        if self.absent_row == "zero" and self.target not in COUNTED:
            raise ValueError(f"`absent_row` is about use, and {self.target} holds none")
        if self.header and not self.files:
            raise ValueError("a file without a header line is told by its name: declare `files`")
        if bool(self.tables) != (self.target == "roster") or bool(self.checked) != (self.target == "checked"):
            raise ValueError("`[[tables]]` belong to target roster, `[[checked]]` to target checked, and only there")
        made = {self.wide.cell, *self.wide.names()} if self.wide else set()
        asked = {part.header for part in self.measures} | {part.header for part in self.columns.values()}
        if made - asked:
            raise ValueError(f"nothing asks for {sorted(made - asked)[0]!r}, which [wide] makes of headings and cells")

    @field_validator("footer")
    @classmethod
    def _readable(cls, footer: str) -> str:
        try:
            pac.match_substring_regex(pa.scalar(""), footer)
        except pa.ArrowInvalid as error:
            raise ValueError("the pattern cannot be read") from error
        return footer

    @field_validator("time_zone")
    @classmethod
    def _of_this_world(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("there is no such time zone; write it as America/Chicago") from error
        return zone

    def asked(self) -> dict[str, tuple[str, ...]]:
        """Every header the profile asks for, with its aliases."""
        wanted = {identity.header: identity.aliases for identity in self.identity}
        wanted.update({measure.header: measure.aliases for measure in self.measures})
        wanted.update({column.header: column.aliases for column in self.columns.values() if column.header})
        if self.only:
            wanted.setdefault(self.only.header, ())
        made = self.made()
        sets = dict.fromkeys((header for part in self.checked for header in part.detect), ())
        return {
            **dict.fromkeys(self.detect, ()),
            **sets,
            **{name: also for name, also in wanted.items() if name not in made},
        }

    def made(self) -> set[str]:
        """Columns that no header holds because the headings and cells of a wide file make them."""
        return {self.wide.cell, *self.wide.names()} if self.wide else set()

    def required(self) -> list[str]:
        """Headers without which the file cannot be read: `detect` and required columns; of a roster, its files."""
        needed = dict.fromkeys(self.detect)
        needed.update(dict.fromkeys(c.header for c in self.columns.values() if c.header and c.required and not c.value))
        if self.tables:
            return [f"{part.file}.csv" for part in self.tables if part.needed]
        if self.checked:
            needed = dict.fromkeys(min(self.checked, key=lambda part: len(part.detect)).detect)
        return [header for header in needed if header and header not in self.made()]

    def may_read(self, folded: Collection[str]) -> bool:
        """Tell by folded header cells alone whether `reads` has a chance; quick enough to ask of every line."""
        asked = self.asked()
        if self.checked:
            return any(all(fold(header) in folded for header in part.detect) for part in self.checked)
        return all(any(fold(name) in folded for name in (header, *asked.get(header, ()))) for header in self.required())

    def reads(self, found: Collection[str], cells: Sequence[str] = ()) -> bool:
        """Tell whether these recognized headers are enough: the required ones, one identity and one amount.

        Of a wide file's header `cells`, one at least has to be a heading that the profile knows.
        """
        if self.checked:
            return self.checked_as(found) is not None
        identified = not self.identity or self.target in ANYONE or any(part.header in found for part in self.identity)
        own = [part.header for part in self.measures if part.header not in self.made()]
        measured = not own or any(header in found for header in own)
        unfolds = self.wide is None or any(self.wide.read(cell) for cell in cells)
        return identified and measured and unfolds and all(header in found for header in self.required())

    def checked_as(self, found: Collection[str]) -> Checked | None:
        """Which of the kinds of files that are only checked these headers belong to."""
        fits = [part for part in self.checked if all(header in found for header in part.detect)]
        return max(fits, key=lambda part: len(part.detect), default=None)

    @property
    def shipped(self) -> bool:
        """Tell whether the profile came with Gainline and not from the district."""
        return (SHIPPED / f"{self.key}.toml").exists()

    def null_words(self) -> frozenset[str]:
        """The texts that mean "nothing", folded."""
        return frozenset(word.casefold() for word in (*self.nulls, ""))


def parse_profile(
    text: str, *, file: str, known: Mapping[str, Profile] = MappingProxyType({})
) -> tuple[Profile | None, list[Issue]]:
    """Read one profile; None with issues at line numbers where it is not valid.

    Parameters
    ----------
    text, file
        The TOML text, and the file's name for the issues.
    known
        Profiles that this one may be `like`.

    Refuses: IN080 not TOML; IN081 an unknown key, a missing key or a bad value.
    """
    if len(text) > MOST_BYTES:
        return None, [fault("IN080", file=file, detail=": it is far too long for a profile")]
    try:
        document = tomllib.loads(text)
    except RecursionError:
        return None, [fault("IN080", file=file, detail=": it is nested without end")]
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        return None, [fault("IN080", file=file, line=int(line.group(1)) if line else None, detail=f": {error}")]
    model = document.get("like")
    if model is not None and model not in known:
        detail = f"`like` names no profile that is known here ({model})"
        return None, [fault("IN081", file=file, line=line_of(text, ("like",)), column="like", detail=detail)]
    inherited = known[model].model_dump(exclude_unset=True) if model else {}
    try:
        return Profile.model_validate(inherited | document), []
    except ValidationError as error:
        return None, [_as_issue(found, text, file) for found in error.errors()]


def _as_issue(found: ErrorDetails, text: str, file: str) -> Issue:
    place = tuple(found["loc"])
    path = ".".join(str(part) for part in place) or "profile"
    says = "unknown key" if found["type"] == "extra_forbidden" else str(found["msg"]).removeprefix("Value error, ")
    return fault("IN081", file=file, line=line_of(text, place), column=path, detail=says)


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """The line on which the key at this place of a TOML document stands; None when it does not stand there.

    Walks the tables in order: enough for profiles, which hold no multi-line inline tables.
    """
    table: tuple[str | int, ...] = ()
    counts: dict[str, int] = {}
    best: int | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]", line):
            table = _table_place(found.group(1) == "[[", found.group(2), counts)
            if tuple(place[: len(table)]) == table:
                best = number
        elif found := re.match(r"\s*([\w.-]+|\"[^\"]+\")\s*=", line):
            here = (*table, *found.group(1).strip('"').split("."))
            if tuple(str(part) for part in place[: len(here)]) == tuple(str(part) for part in here):
                return number
    return best


def _table_place(is_array: bool, name: str, counts: dict[str, int]) -> tuple[str | int, ...]:
    parts = tuple(part.strip().strip('"') for part in name.split("."))
    if not is_array:
        return parts
    counts[name] = counts.get(name, -1) + 1
    return (*parts, counts[name])


def load_profiles(folders: Sequence[Path] = ()) -> tuple[dict[str, Profile], list[Issue]]:
    """Load the shipped profiles and then the district's own, by key.

    Parameters
    ----------
    folders
        Folders with ``*.toml`` profiles; a folder that does not exist holds none.

    Refuses: IN080, IN081 for a profile that is not valid (the others are still loaded); IN082 for a repeated key.
    """
    profiles: dict[str, Profile] = {}
    issues: list[Issue] = []
    for folder in (SHIPPED, *folders):
        for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
            try:
                text = path.read_text(encoding="utf-8")
            except (UnicodeDecodeError, OSError):
                issues.append(fault("IN080", file=path.name, detail=": it is no UTF-8 text"))
                continue
            profile, found = parse_profile(text, file=path.name, known=profiles)
            issues.extend(found)
            if profile and profile.key in profiles:
                issues.append(fault("IN082", file=path.name, line=1, detail=f": {profile.key}"))
            elif profile:
                profiles[profile.key] = profile
    return profiles, issues
