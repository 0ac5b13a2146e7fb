"""`gainline roadmap new | import | export | report | calendar`: templates, and other people's formats."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import AsOfOption, FormatOption, day
from gainline.engine.core.errors import DataIssues, UserFixable
from gainline.engine.core.issues import has_errors
from gainline.engine.roadmap import Effort
from gainline.engine.roadmap.exchange import calendar_text
from gainline.road.pedagogy import map_pedagogy
from gainline.road.plan_files import (
    adopt_plan,
    dated,
    export_files,
    new_text,
    read_calendar_file,
    template_rows,
    write_new,
)
from gainline.road.roadmap_page import write_page
from gainline.road.workspace import Workspace

FileArgument = Annotated[Path, typer.Argument(help="The roadmap's TOML file.")]
DatesOption = Annotated[
    Path | None, typer.Option("--dates", help="Saved dates (CSV or JSON of solve); without them it is solved now.")
]
BeforeOption = Annotated[Path | None, typer.Option("--before", help="Saved dates of the last review, to compare with.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="File to write; must be new. Default: stdout.")]
WorkOption = Annotated[float, typer.Option(min=0.01, help="Effort per stage when it is solved now.")]


def new(
    template: Annotated[list[str] | None, typer.Option("--template", help="May be given more than once.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the templates.")] = False,
    year: Annotated[int | None, typer.Option(help="Year in which the first school year begins.")] = None,
    out: OutOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Begin a roadmap from templates of common initiatives.

    What comes out can be checked at once; calendar, schools, people and money are placeholders that you replace.

    Example: gainline roadmap new --template single-sign-on --template adaptive-math --out roadmap.toml
    """
    if listed:
        console.show_rows(template_rows(), form=form, title="Templates")
        return
    if not template:
        raise UserFixable("no template was named", "name one or more with --template; see them with --list")
    text = new_text(template, year=year or day(None).year)
    _give(text, out)
    if out:
        console.talk(f"Wrote {out}. Next: put your schools in, then gainline roadmap check {out}")


def import_(
    path: Annotated[Path, typer.Argument(help="MS Project XML, CSV or XLSX.")],
    calendar: Annotated[Path | None, typer.Option(help="The district's calendar as .ics.")] = None,
    out: OutOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come in, and write nothing.")] = False,
) -> None:
    """Adopt a plan of another program as a roadmap; every task is taken or said by line.

    Exits with 10 when a task or the file could not be taken.

    Example: gainline roadmap import plan.xml --calendar district.ics --out roadmap.toml
    """
    found = adopt_plan(path, calendar=calendar)
    console.show_issues(found.issues, most=40)
    console.talk(f"{found.read:,} tasks read = {found.taken:,} taken + {found.left:,} left out or made initiatives.")
    if found.text is not None and not dry_run:
        _give(found.text, out)
    if has_errors(found.issues):
        raise typer.Exit(DataIssues.exit_code)


def export(
    path: FileArgument,
    dates: DatesOption = None,
    before: BeforeOption = None,
    xml: Annotated[Path | None, typer.Option(help="MS Project XML to write.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Table to write.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Workbook to write.")] = None,
    ics: Annotated[Path | None, typer.Option(help="Folder for calendars, one per role and school.")] = None,
    work: WorkOption = 2,
    as_of: AsOfOption = None,
) -> None:
    """Write the dated roadmap for other programs: MS Project XML, tables, calendars.

    Calendars that lie in the folder are continued, so subscribers hear of changes only.

    Example: gainline roadmap export roadmap.toml --dates plan.csv --xml plan.xml --ics calendars
    """
    targets = {form: to for form, to in (("xml", xml), ("csv", csv), ("xlsx", xlsx), ("ics", ics)) if to}
    if not targets:
        raise UserFixable("nothing to write was named", "name --xml, --csv, --xlsx or --ics")
    plan = dated(path, dates, Effort(work=work))
    written = export_files(plan, targets, on=day(as_of), before=before)
    for file in written[:8]:
        console.talk(f"Wrote {file}")
    if len(written) > 8:
        console.talk(f"... and {len(written) - 8} more calendars")


def report(
    path: FileArgument,
    html: Annotated[Path | None, typer.Option(help="Page to write.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Tagged PDF of one sheet to write; ends in .pdf.")] = None,
    dates: DatesOption = None,
    before: BeforeOption = None,
    work: WorkOption = 2,
    as_of: AsOfOption = None,
) -> None:
    """Write the roadmap on one page: by phase and school, what drives its end, what changed, load, and budget.

    The page needs nothing from elsewhere, reads without its drawings, and prints on one sheet of A3 or tabloid.

    Example: gainline roadmap report roadmap.toml --dates plan.csv --before last-review.csv --html roadmap.html
    """
    targets = [target for target in (html, pdf) if target]
    if not targets or (pdf and pdf.suffix.lower() != ".pdf"):
        raise UserFixable("nothing to write was named", "name --html FILE, --pdf FILE.pdf, or both")
    plan = dated(path, dates, Effort(work=work))
    for target in targets:
        console.talk(f"Wrote {write_page(plan, target, as_of=day(as_of), before=before)}")


def map_(
    path: Annotated[Path, typer.Argument(help="The pedagogy map's TOML file.")],
    workspace: Annotated[
        Path | None, typer.Option("--workspace", "-w", help="Its frameworks give the standards their words.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show which tool serves which standard, for which teaching activity and for whom: gaps and overlaps.

    Example: gainline roadmap map pedagogy.toml -w riverbend
    """
    rows, issues = map_pedagogy(path, Workspace.open(workspace) if workspace else None)
    told = [
        {
            "standard": row.standard,
            "activity": row.activity.value,
            "finding": row.cell.value,
            "tools": ", ".join(row.tools),
            "affordances": ", ".join(row.affordances),
            "without": ", ".join(row.without),
        }
        for row in rows
    ]
    console.show_rows(told, form=form, title="Standards by teaching activity")
    if form is Format.TABLE:
        console.show_issues(issues, most=20, each=6)


def calendar(
    path: Annotated[Path, typer.Argument(help="The district's calendar as .ics.")],
    form: FormatOption = Format.TABLE,
) -> None:
    """Read terms, holidays, testing, learning and board days from an iCalendar file.

    Prints the [calendar] of a roadmap, or with --format json or csv what is to be said of its events.

    Example: gainline roadmap calendar district.ics
    """
    found = read_calendar_file(path)
    if form is not Format.TABLE:
        console.show_rows([issue.to_json_value() for issue in found.issues], form=form)
    else:
        console.show_issues(found.issues, most=40)
        console.show_text(calendar_text(found))
    console.talk(f"{found.read:,} events read = {found.taken:,} taken + {found.left:,} left out.")
    if has_errors(found.issues):
        raise typer.Exit(DataIssues.exit_code)


def _give(text: str, out: Path | None) -> None:
    if out is None:
        console.show_text(text)
    else:
        write_new(out, text)
