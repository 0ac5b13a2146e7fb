"""The account of an import, as a person reads it: what became of the rows, who was found, what is wrong."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.options import HERE
from gainline.engine.core.issues import Level
from gainline.engine.intake import Linkage
from gainline.road.importing import ImportedFile, ImportReport
from gainline.road.linking import MatchRate, match_rates, school_rates

MOST_SCHOOLS = 5  # schools with few matched people that are named per file
WHOLE = 95  # percent from which a school's people count as found
MOST_KINDS = 8  # kinds of issues that are said per file


def show(report: ImportReport, *, form: Format, workspace: Path) -> None:
    """Show the account: rows on stdout; matching, issues and what comes next on stderr."""
    new = [file for file in report.files if file.account]
    rows = [_row(file) for file in report.files]
    if form is Format.CSV:
        console.show_rows(rows, form=form)
    elif new:
        cells = [_cells(_row(file)) for file in new]
        title = "What would become of the rows" if report.is_preview else "What became of the rows"
        console.show_rows(rows, form=form, title=title, cells=cells)
    if known := [file.name for file in report.files if file.already]:
        console.talk(f"\nAlready in the lake, nothing changed: {', '.join(known)}")
    _tell_matching(new)
    _tell_issues(report)
    _tell_next(report, new, workspace)


def _row(file: ImportedFile) -> dict[str, Any]:
    account = file.account
    linkage = account.linkage if account else None
    return {
        "file": file.name,
        "read_by": file.profile,
        "already": file.already,
        "rows": account.read if account else None,
        "loaded": account.loaded if account else None,
        "repaired": account.repaired if account else None,
        "rejected": account.rejected if account else None,
        "matched": round(linkage.matched / linkage.identities, 4) if linkage and linkage.identities else None,
    }


def _cells(row: dict[str, Any]) -> dict[str, Any]:
    matched = "" if row["matched"] is None else f"{row['matched']:.1%}"
    shown = {name: row[name] for name in ("file", "rows", "loaded", "repaired", "rejected")}
    return {**shown, "matched": matched}


def _tell_matching(files: list[ImportedFile]) -> None:
    for file in files:
        linkage = file.account.linkage if file.account else None
        if linkage and linkage.identities:
            console.talk(f"\n{file.name}, read as {file.profile}: {_overall(linkage)}")
            for line in _by_group(match_rates(linkage)):
                console.talk(f"  {line}")
            if schools := _uneven(school_rates(linkage)):
                console.talk(f"  of a school's people in the file, in the roster: {schools}")


def _overall(linkage: Linkage) -> str:
    people = f"{linkage.matched:,} of {linkage.identities:,} identities matched to the roster"
    share = linkage.matched_rows / linkage.rows if linkage.rows else 0.0
    return f"{people}, with {share:.1%} of the rows"


def _uneven(rates: tuple[MatchRate, ...]) -> str:
    """The schools with the lowest rates; nothing where all of them are above 95 percent or too small to show."""
    low = sorted((rate.low, rate.value, str(rate)) for rate in rates if rate.low is not None and rate.low < WHOLE)
    return ", ".join(f"{school} {said}" for _, school, said in low[:MOST_SCHOOLS])


def _by_group(rates: tuple[MatchRate, ...]) -> list[str]:
    """One line per kind of group: the share of rostered students of the file's schools who occur in the file."""
    lines = []
    for field, members in groupby(rates, key=lambda rate: rate.group):
        if field == "all":
            lines.append(f"of the rostered students of these schools, in the file: {next(members)}")
        else:
            said = ", ".join(f"{rate.value} {rate}" for rate in members)
            lines.append(f"  {field.replace('_', ' ')}: {said}")
    return lines


def _tell_issues(report: ImportReport) -> None:
    for file in report.files:
        if file.issues:
            console.talk(f"\n{file.name}")
            console.show_issues(file.issues, most=MOST_KINDS)
    if report.issues:
        console.talk("\nNot read")
        console.show_issues(report.issues, each=20)


def _tell_next(report: ImportReport, new: list[ImportedFile], workspace: Path) -> None:
    here = "" if workspace == HERE else f" -w {workspace}"
    rows = report.rows
    parts = f"{rows['loaded']:,} loaded + {rows['repaired']:,} repaired and reported + {rows['rejected']:,} rejected"
    console.talk(f"\n{rows['read']:,} rows read = {parts}.")
    linked = [file.account.linkage for file in new if file.account and file.account.linkage]
    if missed := sum(linkage.identities - linkage.matched for linkage in linked):
        console.talk(f"{missed:,} identities are unmatched; their rows are kept. See: gainline unmatched{here}")
    if any(issue.code == "IN005" and issue.level is Level.ERROR for issue in report.issues):
        console.talk(f"What can be read: gainline profiles{here}. To read another file: docs/how-to/write-a-profile.md")
    if report.is_preview:
        console.talk("This was a preview: nothing was kept.")
    else:
        console.talk(f"Snapshot {report.snapshot[:12]}. What the lake holds now: gainline status{here}")
