"""Profiles: what a district has declared about a vendor's file, as data. Unknown keys are refused with their line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from gainline.engine.core.issues import Issue
from gainline.engine.intake.faults import fault

SHIPPED = Path(__file__).parent / "profiles"
Target = Literal[
    "usage",
    "events",
    "results",
    "contracts",
    "licenses",
    "assignments",
    "attributes",
    "oulad",
    "star",
    "k12_online",
    "xapi",
    "caliper",
]
Grain = Literal["day", "week", "month", "year-to-date", "lesson"]
Unit = Literal["minutes", "seconds", "hours", "h:m:s", "m:s", "count", "flag"]
Text = Annotated[str, Field(min_length=1)]
MonthDay = Annotated[str, Field(pattern=r"^\d\d-\d\d$")]
NULLS = ("", "n/a", "na", "null", "none", "-", "--", "#n/a", ".")
ABOUT_PEOPLE = frozenset({"usage", "events", "results", "licenses", "attributes"})

ROLES: dict[str, frozenset[str]] = {
    "usage": frozenset(
        {"tool", "metric", "day", "first_day", "last_day", "year", "month", "section", "resource", "school", "grade"}
    ),
    "events": frozenset({"tool", "at", "action", "event_id", "resource", "school", "grade"}),
    "results": frozenset({"assessment", "form", "score", "taken_on", "section", "status", "school", "grade"}),
    "licenses": frozenset({"tool", "first_day", "last_day", "school", "grade"}),
    "contracts": frozenset(
        {"tool", "tool_name", "vendor", "licenses", "cost", "currency", "start_date", "end_date", "notice_date"}
    ),
    "assignments": frozenset({"pilot", "unit", "unit_id", "arm", "block", "how", "assigned_on"}),
    "attributes": frozenset({"attribute", "text", "number", "section", "school", "grade"}),
    "oulad": frozenset(),
    "star": frozenset(),
    "k12_online": frozenset(),
    "xapi": frozenset(),
    "caliper": frozenset(),
}
"""Which roles a column may play for each target table."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Part):
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
    """

    header: Text | None = None
    aliases: tuple[Text, ...] = ()
    required: bool = False
    value: Text | None = None
    labels: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _from_somewhere(self) -> Self:
        if self.header is None and self.value is None:
            raise ValueError("name a `header` or give a `value`")
        return self


class IdentityColumn(_Part):
    """A column that names the person, with the kind of identifier (Caliper's list; see the reference)."""

    header: Text
    aliases: tuple[Text, ...] = ()
    kind: Text = "SisSourcedId"


class Measure(_Part):
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
        What an empty cell does: ``reject`` the row, or ``skip`` this amount.
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
    empty: Literal["reject", "skip"] = "reject"
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


class Profile(_Part):
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
    dates
        Declared order of dates: ymd, mdy, dmy.
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
    identity, columns, measures
        The mapping.
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

    key: Text
    name: Text
    target: Target
    source_system: Text
    tool: Text | None = None
    grain: Grain = "day"
    week_day: Literal["first", "last"] = "first"
    minute: Text | None = None
    dates: Literal["ymd", "mdy", "dmy"] = "ymd"
    encoding: Literal["cp1252", "mac_roman"] | None = None
    time_zone: Text = "UTC"
    nulls: tuple[str, ...] = NULLS
    footer: str = r"^(grand\s+)?totals?\b"
    detect: tuple[Text, ...] = ()
    files: tuple[Text, ...] = ()
    like: Text | None = None
    identity: tuple[IdentityColumn, ...] = ()
    columns: dict[str, Column] = Field(default_factory=dict)
    measures: tuple[Measure, ...] = ()
    prefixes: tuple[Text, ...] = ()
    form_by_month: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    scale: tuple[float, float] | None = None
    year_begins: MonthDay = "08-01"
    starts: dict[str, MonthDay] = Field(default_factory=dict)
    ends: dict[str, MonthDay] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if unknown := set(self.columns) - ROLES[self.target]:
            raise ValueError(
                f"{self.target} has no role {sorted(unknown)[0]!r}; roles: {', '.join(sorted(ROLES[self.target]))}"
            )
        if self.target in ABOUT_PEOPLE and not self.identity:
            raise ValueError(f"{self.target} speaks of people: declare at least one [[identity]] column")
        if self.target == "usage" and not self.measures:
            raise ValueError("usage needs at least one [[measures]] entry")
        re.compile(self.footer)
        return self

    def asked(self) -> dict[str, tuple[str, ...]]:
        """Every header the profile asks for, with its aliases."""
        wanted = {identity.header: identity.aliases for identity in self.identity}
        wanted.update({measure.header: measure.aliases for measure in self.measures})
        wanted.update({column.header: column.aliases for column in self.columns.values() if column.header})
        return dict.fromkeys(self.detect, ()) | wanted

    def required(self) -> list[str]:
        """Headers without which the file cannot be read: `detect`, required columns, and one identity."""
        needed = dict.fromkeys(self.detect)
        needed.update(dict.fromkeys(c.header for c in self.columns.values() if c.header and c.required and not c.value))
        return [header for header in needed if header]

    def reads(self, found: Collection[str]) -> bool:
        """Tell whether these recognized headers are enough: the required ones, one identity and one amount."""
        identified = not self.identity or any(part.header in found for part in self.identity)
        measured = not self.measures or any(part.header in found for part in self.measures)
        return identified and measured and all(header in found for header in self.required())

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
    try:
        document = tomllib.loads(text)
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
            profile, found = parse_profile(path.read_text(encoding="utf-8"), file=path.name, known=profiles)
            issues.extend(found)
            if profile and profile.key in profiles:
                issues.append(fault("IN082", file=path.name, line=1, detail=f": {profile.key}"))
            elif profile:
                profiles[profile.key] = profile
    return profiles, issues
