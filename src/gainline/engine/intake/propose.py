"""Propose: a first profile for a file that nobody has described yet, each guess explained beside it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gainline.engine.core.issues import Issue
from gainline.engine.intake.cells import is_dated
from gainline.engine.intake.containers import Damaged, Part, zip_parts
from gainline.engine.intake.dialect import Header, fold
from gainline.engine.intake.encoding import CANDIDATES
from gainline.engine.intake.faults import fault
from gainline.engine.intake.forms import OFFICE, SHEET, ZIP, Look, first_cells, form_of, look, sheets_of
from gainline.engine.intake.profile import NULLS

ROWS = 500  # rows looked at
_MOST = 0.8  # share of the given cells that must look alike before a column counts as such
_NUMBER = re.compile(r"[$€£]?\s*[+-]?\d[\d,]*(\.\d+)?\s*%?$")
_CLOCK = re.compile(r"\d+:\d{2}(:\d{2})?$")
_YMD = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ].*)?$|\d{8}$")
_SLASHED = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}([T ,].*)?$")
_DATED = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")  # within a heading
_FOOTER = re.compile(r"(grand\s+)?totals?\b", re.IGNORECASE)
_IDENTITY = (
    ("EmailAddress", r"e-?mail"),
    ("AccountUserName", r"user\s?name|login\s?(id|name)|^login$|account name"),
    ("SisSourcedId", r"sis|sourced|(student|pupil|local|state|school|person|learner)[\s_]*(id|nu?m(ber)?|no)\b"),
    ("SystemId", r"user[\s_]*(id|key|pk)|account[\s_]*(id|key)|lti|^id$"),
)
_ROLES = (
    ("school", r"school|campus|building|location"),
    ("grade", r"grade([\s_]*level)?$|year group"),
    ("section", r"class|section|course|group"),
    ("tool", r"^(tool|product|app|application|program)([\s_]*name)?$"),
    ("resource", r"lesson|activity|resource|assignment|title"),
)
_ABSENT = 'absent_row = "unknown"  # CHECK: "zero" only where the vendor leaves out nobody who did anything'
_SCORE = r"score|points|percent correct|scale|mark$"
_METRICS = (
    ("minutes_active", r"min|time|duration|hour|sec|usage"),
    ("logins", r"login|log[\s_-]?ins?|sessions?"),
    ("items_passed", r"passed|completed|mastered|proficient"),
    ("days_active", r"days"),
    ("clicks", r"click|views"),
    ("resources_opened", r"opened|accessed|access"),
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One column of the sample: its header, and how its given cells look."""

    header: str
    given: int
    numbers: float
    clocks: float
    dates: float
    mails: float
    order: str  # ymd, mdy, dmy, or "?" where both orders read
    low: float
    high: float

    def named(self, pattern: str) -> bool:
        """Tell whether the header holds one of these words."""
        return re.search(pattern, self.header.strip(), re.IGNORECASE) is not None


@dataclass(frozen=True, slots=True)
class _Unfolded:
    """Columns that differ only in the date of their heading, and what their headings and cells look like."""

    heading: str
    members: tuple[_Seen, ...]
    dates: _Seen


@dataclass(frozen=True, slots=True)
class Proposal:
    """A profile as TOML text with its explanations; None with issues where the file cannot be read."""

    text: str | None
    issues: tuple[Issue, ...] = ()


def propose(path: Path) -> Proposal:
    """Propose a profile for a file, from its header and its first rows.

    The text names no value of the file: only headers, and how many cells look like what.

    Parameters
    ----------
    path
        Any tabular file; of a zip its first table, of a workbook its first sheet with a table.

    Refuses: IN002 nothing in it; IN004 damaged; IN005 no header; IN015 an office document; IN110 too large.
    """
    try:
        part, seen = first_table(Part(path))
    except Damaged as damage:
        return Proposal(None, (fault(damage.code, file=path.name),))
    if seen is None:
        return Proposal(None, (fault("IN015" if form_of(part) == OFFICE else "IN005", file=path.name),))
    way = max(seen.ways, key=likeness)
    columns = _columns(way, first_cells(part, seen, way, rows=ROWS))
    return Proposal(_written(part, seen, way, columns))


def first_table(part: Part) -> tuple[Part, Look | None]:
    """The first table within a file, and what it looks like; None where there is none."""
    form = form_of(part)
    inner: Sequence[Part] = [part]
    if form == ZIP and part.member is None:
        tables = [(first_table(member)) for member in zip_parts(part.path)]
        return next(((member, seen) for member, seen in tables if seen is not None), (part, None))
    if form == SHEET:
        inner = sheets_of(part)
    elif form in (ZIP, OFFICE):
        return part, None
    looks = ((one, look(one, form)) for one in inner)
    return next(((one, seen) for one, seen in looks if seen.ways), (part, None))


def likeness(way: Header) -> tuple[int, int]:
    """How much a line looks like a header: distinct words that are no numbers; the higher line where equal."""
    cells = {cell for cell in way.cells if cell and not _NUMBER.match(cell) and not _YMD.match(cell)}
    return len(cells), -way.line


def _columns(way: Header, rows: Sequence[Sequence[str]]) -> list[_Seen]:
    body = [row for row in rows if row and not _FOOTER.match(row[0].strip()) and len(row) >= len(way.cells)]
    names: dict[str, int] = {}
    for position, name in enumerate(way.cells):
        if name.strip():
            names.setdefault(name, position)
    return [_seen(name, [row[position].strip() for row in body]) for name, position in names.items()]


def _seen(header: str, texts: Sequence[str]) -> _Seen:
    given = [text for text in texts if text.casefold() not in NULLS]

    def share(fits: Callable[[str], object]) -> float:
        return sum(bool(fits(text)) for text in given) / len(given) if given else 0.0

    found = [float(re.sub(r"[^0-9.+-]", "", text)) for text in given if _NUMBER.match(text)]
    return _Seen(
        header,
        len(given),
        share(_NUMBER.match),
        share(_CLOCK.match),
        share(lambda text: _YMD.match(text) or _SLASHED.match(text) or is_dated(text)),
        share(lambda text: "@" in text),
        _order(given),
        min(found, default=0.0),
        max(found, default=0.0),
    )


def _order(texts: Sequence[str]) -> str:
    pairs = [(int(m.group(1)), int(m.group(2))) for m in map(_SLASHED.match, texts) if m]
    if not pairs:
        return "ymd"
    first, second = max(a for a, _ in pairs), max(b for _, b in pairs)
    if first <= 12 and second <= 12:
        return "?"
    return "mdy" if first <= 12 else "dmy"


def _said(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _written(part: Part, seen: Look, way: Header, columns: list[_Seen]) -> str:
    """The whole profile."""
    identity = _identities(columns)
    taken = {column.header for column, _ in identity}
    wide = _wide(columns)
    if wide:
        columns = [column for column in columns if column not in wide.members]
    dates = [column for column in columns if column.dates >= _MOST and column.header not in taken]
    taken |= {column.header for column in dates}
    scores = [c for c in columns if c.named(_SCORE) and c.numbers >= _MOST and c.header not in taken]
    dates = [wide.dates] if wide else dates
    target = "results" if scores and dates and not wide else "usage"
    key = fold(part.sheet or part.file_name.split(".", 1)[0]) or "vendor"
    lines = [
        f"# Proposed from {_said(part.name)}: header on line {way.line}, {_many(columns)} rows seen.",
        "# Every guess says what it rests on. Correct what is wrong, then keep the profile.",
        f"key = {_said(key)}",
        f"name = {_said(part.name)}",
        f"target = {_said(target)}  # {_why_target(scores, dates) if not wide else 'amounts under one date each'}",
        f"source_system = {_said(key)}  # CHECK: files whose identifiers mean the same people share one name here",
        *_tool(columns, key, target),
        *_order_lines(dates),
        *_encoding_line(seen),
    ]
    if wide:
        lines += _wide_lines(columns, wide, taken)
    elif target == "usage":
        lines += _usage_lines(columns, dates, taken)
    else:
        lines += _result_lines(columns, dates, scores[0], taken, key)
    for column, why in identity:
        kind = next(kind for kind, pattern in _IDENTITY if why == kind or column.named(pattern))
        lines += ["", f"[[identity]]  # {_why_identity(column, why)}", f"header = {_said(column.header)}"]
        lines.append(f"kind = {_said(why or kind)}")
    if not identity:
        lines += ["", "[[identity]]  # CHECK: no column looks like an identifier; name the one that says who"]
        lines += [f"header = {_said(columns[0].header if columns else 'student_id')}", 'kind = "SisSourcedId"']
    return "\n".join(lines) + "\n"


def _wide(columns: Sequence[_Seen]) -> _Unfolded | None:
    """The largest set of two or more columns of amounts whose headings are alike but for one date."""
    groups: dict[str, list[_Seen]] = {}
    for column in columns:
        if len(_DATED.findall(column.header)) == 1 and "{" not in column.header:
            groups.setdefault(_DATED.sub("{week:date}", column.header.strip()), []).append(column)
    heading, members = max(groups.items(), key=lambda group: len(group[1]), default=("", []))
    amounts = [one for one in members if not one.given or max(one.numbers, one.clocks) >= _MOST]
    if len(amounts) < 2 or len(amounts) < len(members):
        return None
    order = _order([found for one in members for found in _DATED.findall(one.header)])
    return _Unfolded(heading, tuple(members), _Seen("week", len(members), 0.0, 0.0, 1.0, 0.0, order, 0.0, 0.0))


def _wide_lines(columns: Sequence[_Seen], wide: _Unfolded, taken: set[str]) -> list[str]:
    """How to read one column per date."""
    cells = max(wide.members, key=lambda one: one.given)
    amount = replace(cells, header=wide.heading.replace("{week:date}", ""))
    read = [line if not line.startswith("header = ") else 'header = "amount"' for line in _measure(amount)]
    return [
        'grain = "week"  # CHECK: one column a week is assumed; "day" and "month" can stand here',
        'minute = "CHECK: the vendor\'s own words for what counts as a minute of use"',
        _ABSENT,
        "",
        f"[wide]  # {len(wide.members)} headings differ only in a date",
        f"headings = [{_said(wide.heading)}]",
        'cell = "amount"',
        'empty = "skip"  # CHECK: an empty cell says nothing; "zero" only where the vendor leaves zeros empty',
        "",
        "[columns]",
        *_roles(columns, taken),
        'day = { header = "week", required = true }  # the date in the heading',
        "",
        *read,
    ]


def _many(columns: Sequence[_Seen]) -> int:
    return max((column.given for column in columns), default=0)


def _identities(columns: Sequence[_Seen]) -> list[tuple[_Seen, str]]:
    """Columns that say who, the most trustworthy kind first."""
    found: list[tuple[_Seen, str]] = []
    for kind, pattern in _IDENTITY:
        for column in columns:
            by_value = kind == "EmailAddress" and column.mails >= _MOST
            staff = column.named(r"teacher|staff|parent|school[\s_]*id")
            if (column.named(pattern) or by_value) and not staff and column.header not in {c.header for c, _ in found}:
                found.append((column, kind))
    order = ["SisSourcedId", "SystemId", "EmailAddress", "AccountUserName"]
    return sorted(found, key=lambda pair: order.index(pair[1]))


def _why_target(scores: Sequence[_Seen], dates: Sequence[_Seen]) -> str:
    if scores and dates:
        return f"the column {_said(scores[0].header)} holds numbers and is named like a score"
    return "no dated score was found, so the amounts are taken for use; results, events and others can stand here"


def _why_identity(column: _Seen, kind: str) -> str:
    if kind == "EmailAddress" and column.mails >= _MOST:
        return f"{column.mails:.0%} of its cells look like e-mail addresses"
    return "by its name"


def _tool(columns: Sequence[_Seen], key: str, target: str) -> list[str]:
    if target != "usage" or any(column.named(_ROLES[3][1]) for column in columns):
        return []
    return [f"tool = {_said(key)}  # CHECK: no column names the tool, so every row is of this one"]


def _order_lines(dates: Sequence[_Seen]) -> list[str]:
    orders = {column.order for column in dates} - {"ymd"}
    if not orders:
        return ['dates = "ymd"  # every date begins with the year'] if dates else []
    if orders == {"?"}:
        return [
            'dates = "mdy"  # CHECK: no day is after the 12th, so "dmy" reads as well, as other days; ask the vendor'
        ]
    order = sorted(orders - {"?"})[0]
    return [f'dates = "{order}"  # only this order reads every date' + (" CHECK" if len(orders - {"?"}) > 1 else "")]


def _encoding_line(seen: Look) -> list[str]:
    if seen.survey.encoding not in CANDIDATES:
        return []
    sure = "CHECK: the other of the two reads as well" if seen.survey.doubt else "accents read best this way"
    return [f'encoding = "{seen.survey.encoding}"  # {sure}']


def _roles(columns: Sequence[_Seen], taken: set[str]) -> list[str]:
    lines, used = [], set(taken)
    for role, pattern in _ROLES:
        for column in columns:
            if column.header not in used and column.named(pattern) and column.numbers < 1 + (role == "grade"):
                used.add(column.header)
                lines.append(f"{role} = {{ header = {_said(column.header)} }}  # by its name")
                break
    taken |= used
    return lines


def _usage_lines(columns: Sequence[_Seen], dates: Sequence[_Seen], taken: set[str]) -> list[str]:
    roles = _roles(columns, taken)
    amounts = [c for c in columns if c.header not in taken and max(c.numbers, c.clocks) >= _MOST]
    weekly = any(column.named("week") for column in dates)
    ends = next((c for c in dates if c.named("end|last|to$|through")), None)
    begins = next((c for c in dates if c.named("start|begin|first|from")), None)
    lines = [f'grain = "{"week" if weekly else "day"}"  # {_why_grain(columns, weekly=weekly)}']
    lines += ['minute = "CHECK: the vendor\'s own words for what counts as a minute of use"', _ABSENT]
    lines += ["", "[columns]", *roles]
    if begins and ends and begins is not ends:
        lines.append(f"first_day = {{ header = {_said(begins.header)}, required = true }}  # a date, named as a start")
        lines.append(f"last_day = {{ header = {_said(ends.header)}, required = true }}  # a date, named as an end")
    elif dates:
        day = next((c for c in dates if not c.named("birth|dob")), dates[0])
        why = f"{day.dates:.0%} of its cells are dates"
        lines.append(f"day = {{ header = {_said(day.header)}, required = true }}  # {why}")
    else:
        lines.append("# CHECK: no column holds dates; name day, first_day and last_day, or year and month")
    for column in amounts or [c for c in columns if c.header not in taken][:1]:
        lines += ["", *_measure(column)]
    return lines


def _why_grain(columns: Sequence[_Seen], *, weekly: bool) -> str:
    if any(c.named(r"year.to.date|ytd|to date|overall|cumulative") for c in columns):
        return 'CHECK: a header speaks of totals to date; then "year-to-date"'
    return "the date column names a week" if weekly else 'CHECK: one row a day is assumed; "week", "month" and others'


def _measure(column: _Seen) -> list[str]:
    metric = next((metric for metric, pattern in _METRICS if column.named(pattern)), None)
    unit, why = _unit(column, metric)
    name = metric or re.sub(r"\W+", "_", column.header.casefold()).strip("_") or "amount"
    return [
        f"[[measures]]  # {max(column.numbers, column.clocks):.0%} of its cells are amounts",
        f"header = {_said(column.header)}",
        f"metric = {_said(name)}  # {'by its name' if metric else 'CHECK: taken over from the header'}",
        f"unit = {_said(unit)}  # {why}",
        'definition = "CHECK: what the vendor counts here"',
        'empty = "skip"  # an empty cell is no zero',
    ]


def _unit(column: _Seen, metric: str | None) -> tuple[str, str]:
    if column.clocks >= _MOST:
        return "h:m:s", 'CHECK: written with colons; "m:s" if 65:30 are minutes and seconds'
    if metric != "minutes_active":
        return "count", "a number without a time in its name"
    if column.named(r"sec"):
        return "seconds", "by its name"
    if column.named(r"hour|hrs?\b"):
        return "hours", "by its name"
    sure = "by its name" if column.named("min") else "CHECK: the name says no unit"
    return "minutes", sure


def _result_lines(
    columns: Sequence[_Seen], dates: Sequence[_Seen], score: _Seen, taken: set[str], key: str
) -> list[str]:
    taken.add(score.header)
    subject = next((c for c in columns if c.named(r"assessment|test|subject|exam") and c.header not in taken), None)
    taken |= {subject.header} if subject else set()
    form = next(
        (c for c in columns if c.named(r"\b(form|window|term|period|season)\b") and c.header not in taken), None
    )
    taken |= {form.header} if form else set()
    day = next((c for c in dates if not c.named("birth|dob")), dates[0])
    high = max(100.0, math.ceil(score.high / 100) * 100.0)
    low = min(0.0, math.floor(score.low / 100) * 100.0)
    lines = [
        f"scale = [{low}, {high}]  # CHECK: the lowest and highest possible; the scores seen lie within",
        "",
        "[columns]",
        f"score = {{ header = {_said(score.header)} }}  # numbers, named like a score",
        f"taken_on = {{ header = {_said(day.header)}, required = true }}  # {day.dates:.0%} of its cells are dates",
    ]
    for role, column in (("assessment", subject), ("form", form)):
        if column:
            lines.append(f"{role} = {{ header = {_said(column.header)}, required = true }}  # by its name")
        else:
            fixed = key if role == "assessment" else "once"
            lines.append(f"{role} = {{ value = {_said(fixed)} }}  # CHECK: no column names it, so it is always this")
    return lines + [line for line in _roles(columns, taken) if not line.startswith(("tool", "resource"))]
