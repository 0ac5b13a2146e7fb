"""The verbs that bring a roadmap in and out: templates, saved dates, exports, plans and calendars from elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gainline.engine.core.errors import Conflict, DataIssues, Missing, UserFixable
from gainline.engine.core.issues import Issue, has_errors
from gainline.engine.core.strict_json import read_json
from gainline.engine.roadmap import Dates, Effort, Roadmap, check_plan
from gainline.engine.roadmap.exchange import (
    Outline,
    feeds,
    outline_of,
    project_xml,
    read_calendar,
    read_project,
    read_table,
    roadmap_text,
    table_csv,
    table_xlsx,
)
from gainline.engine.roadmap.exchange.calendar_in import CalendarRead
from gainline.engine.roadmap.exchange.feeds import PRODUCT
from gainline.engine.roadmap.templating import new_roadmap, templates
from gainline.engine.worlds.templates import demo_roadmap
from gainline.road.roadmapping import read_file, solve_file

DEMO = "riverbend"
Row = dict[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class Dated:
    """A roadmap with dates, solved now or saved before."""

    roadmap: Roadmap
    dates: Mapping[str, Dates]


@dataclass(frozen=True, slots=True)
class Adopted:
    """A plan from elsewhere as a roadmap's text, with the account of its tasks: ``read = taken + left``."""

    text: str | None
    issues: list[Issue]
    read: int
    taken: int
    left: int


def template_rows() -> list[Row]:
    """What `new_text` knows, one row each."""
    rows: list[Row] = [
        {"template": one.key, "title": one.title, "phase": one.phase, "steps": one.steps} for one in templates()
    ]
    whole: Row = {"template": DEMO, "title": "The demo district's two years, whole", "phase": "all", "steps": None}
    return [*rows, whole]


def new_text(keys: Sequence[str], *, year: int) -> str:
    """The text of a new roadmap out of templates, or the demo district's.

    Raises
    ------
    UserFixable
        When a template is unknown, named twice, or none is named.
    """
    if list(keys) == [DEMO]:
        return demo_roadmap()
    try:
        return new_roadmap(keys, year=year)
    except KeyError as fault:
        raise UserFixable(f"there is no template {fault.args[0]}", "see: gainline roadmap new --list") from fault
    except ValueError as fault:
        raise UserFixable(str(fault), "see: gainline roadmap new --list") from fault


def write_new(path: Path, content: str | bytes) -> Path:
    """Write a file that is not there yet.

    Raises
    ------
    Conflict
        When it is there; nobody's work is overwritten.
    """
    if path.exists():
        raise Conflict(f"{path} is there already", "name another file, or move it away")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def dated(path: Path, saved: Path | None, effort: Effort) -> Dated:
    """The roadmap with its saved dates, which must keep every rule, or with dates solved now.

    Raises
    ------
    DataIssues
        When the roadmap has errors, or the saved dates are not its own or break a rule.
    Refused
        When there is no plan (RM020, RM021).
    """
    if saved is None:
        roadmap, plan = solve_file(path, effort)
        return Dated(roadmap, plan.dates)
    read = read_file(path)
    if read.roadmap is None or has_errors(read.issues):
        raise DataIssues("the roadmap has errors", f"see them with: gainline roadmap check {path}")
    dates = saved_dates(saved)
    if broken := check_plan(read.roadmap, dates):
        says = f"the dates in {saved.name} do not fit this roadmap: {broken[0].says} ({broken[0].code})"
        raise DataIssues(says, f"solve it anew: gainline roadmap solve {path} --format csv")
    return Dated(read.roadmap, dates)


def saved_dates(path: Path) -> dict[str, Dates]:
    """Dates by activity out of what `solve` or `export` wrote as CSV or JSON.

    Raises
    ------
    Missing
        When there is no such file.
    UserFixable
        When it holds no dates.
    """
    if not path.is_file():
        raise Missing(f"there is no file {path}", "save dates with: gainline roadmap solve FILE --format csv")
    try:
        text = path.read_text(encoding="utf-8-sig")
        rows = read_json(text) if text.lstrip().startswith("[") else list(csv.DictReader(io.StringIO(text)))
        dates = {
            row.get("activity") or row["key"]: Dates(
                date.fromisoformat(row["start"]), date.fromisoformat(row["finish"])
            )
            for row in rows
        }
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError, csv.Error) as fault:
        raise UserFixable(f"{path} holds no dates", "it needs activity, start and finish, as CSV or JSON") from fault
    if not dates:
        raise UserFixable(f"{path} holds no dates", "it needs activity, start and finish, as CSV or JSON")
    return dates


def export_files(plan: Dated, targets: Mapping[str, Path], *, on: date, before: Path | None = None) -> list[Path]:
    """Write a dated roadmap in the formats named: ``xml``, ``csv``, ``xlsx`` files and an ``ics`` folder.

    Calendars that lie in the folder already are continued: only what changed gets a new sequence.

    Parameters
    ----------
    on
        The day that new events carry.
    before
        Saved dates of an earlier plan, for the baseline of the XML.
    """
    outline = outline_of(plan.roadmap, plan.dates)
    earlier = saved_dates(before) if before else None
    written = []
    for form, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        if form == "ics":
            written += _write_feeds(target, _continued(outline, target, on))
            continue
        made = {"xml": lambda: project_xml(outline, earlier), "csv": lambda: table_csv(outline).encode(),
                "xlsx": lambda: table_xlsx(outline)}[form]()  # fmt: skip
        target.write_bytes(made)
        written.append(target)
    return written


def _continued(outline: Outline, folder: Path, on: date) -> dict[str, bytes]:
    try:
        return feeds(outline, on=on, before=_lying(folder))
    except (ValueError, KeyError) as fault:
        raise UserFixable(f"a calendar in {folder} is damaged", "move it away, or name another folder") from fault


def _lying(folder: Path) -> dict[str, bytes]:
    """Our own calendars in a folder; anybody else's are left alone."""
    found = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.ics"))}
    return {name: content for name, content in found.items() if PRODUCT.encode() in content}


def _write_feeds(folder: Path, made: Mapping[str, bytes]) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (folder / f"{name}.ics").write_bytes(content)
    return [folder / f"{name}.ics" for name in made]


def adopt_plan(path: Path, *, calendar: Path | None = None) -> Adopted:
    """Read a plan of another program, MS Project XML, CSV or XLSX, as a roadmap's text.

    Raises
    ------
    Missing
        When there is no such file.
    """
    body = _body(path)
    is_xml = body.lstrip()[:1] == b"<" or path.suffix.lower() == ".xml"
    found = read_project(body, file=path.name) if is_xml else read_table(body, file=path.name)
    days = read_calendar_file(calendar) if calendar else None
    text = roadmap_text(found, file=path.name, calendar=days) if found.outline else None
    issues = [*found.issues, *(days.issues if days else [])]
    return Adopted(text, issues, found.read, found.taken, found.left)


def read_calendar_file(path: Path) -> CalendarRead:
    """The district's calendar out of an iCalendar file.

    Raises
    ------
    Missing
        When there is no such file.
    """
    return read_calendar(_body(path).decode("utf-8-sig", errors="replace"), file=path.name)


def _body(path: Path) -> bytes:
    if not path.is_file():
        raise Missing(f"there is no file {path}", "name a file that is there")
    return path.read_bytes()
