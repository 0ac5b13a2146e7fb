"""`gainline backup`, `restore`, `rotate-key`, `purge` and `retention`: what a home holds, keeps and lets go."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.console import Format
from gainline.cli.online.serving import HERE, HomeOption
from gainline.cli.online.setting_up import set_up
from gainline.cli.options import FormatOption
from gainline.road.retaining import Line
from gainline.road.site_keys import rotate_key as rotate


def backup(
    folder: Annotated[Path, typer.Argument(help="New folder for the backup.")],
    home: HomeOption = HERE,
) -> None:
    """Copy the database and every district's workspace while the application goes on.

    The copy is complete or not there at all, and holds the digest of every file. It holds secrets and records: keep it
    as safe as the home itself.

    Example: gainline backup /srv/backups/2026-11-22 --home /srv/gainline
    """
    set_up(home)
    from gainline.services.backups import back_up  # after Django is set up

    kept = back_up(target=folder)
    console.talk(
        f"{kept.files:,} files, {kept.bytes / 1e6:,.1f} MB in {folder}; every one can be checked on the way back."
    )


def restore(
    folder: Annotated[Path, typer.Argument(help="A backup's folder.")],
    home: HomeOption = HERE,
) -> None:
    """Put a backup into a new, empty home, after every file was checked.

    Example: gainline restore /srv/backups/2026-11-22 --home /srv/gainline-restored
    """
    set_up(home)
    from gainline.services.backups import restore as put_back  # after Django is set up

    kept = put_back(source=folder)
    console.talk(f"{kept.files:,} files are back. Open them with: gainline serve --home {home}")


def rotate_key(home: HomeOption = HERE) -> None:
    """Put a new secret key in place of the one that signs sessions; the one before still opens what it signed.

    Start the application anew afterwards. Rotate twice when the old key is known to somebody: the first key is then
    gone, every session ends, and second factors are set up again.

    Example: gainline rotate-key --home /srv/gainline
    """
    console.talk(f"{rotate(home.resolve()).name} holds a new key; start the application anew.")


def purge(
    home: HomeOption = HERE,
    now: Annotated[bool, typer.Option("--now", help="Also throw away every arrival that is kept aside.")] = False,
) -> None:
    """Take what was deleted out of the bytes: rewrite the database, cut its log, sweep lakes and what lies aside.

    It runs by itself once a week. Run it after an erasure, and then make the newest backup; earlier backups still hold
    what they held.

    Example: gainline purge --home /srv/gainline
    """
    set_up(home)
    from gainline.services import imports, purging  # after Django is set up

    done = purging.purge(aside_older_than=timedelta(0) if now else imports.KEPT_FOR)
    console.talk(
        f"{done.bytes / 1e6:,.1f} MB given back; {done.arrivals} arrival(s) thrown away; {done.lakes} lake(s) swept, "
        f"{done.busy} busy."
    )


def retention(
    home: HomeOption = HERE,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would go and why, and change nothing.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take out of every district what has stayed as long as its class allows and no legal hold keeps.

    By class and source: a tool's rows on the day of destruction of its last agreement, a cycle's rows once its
    decision can no longer be appealed, students a year after they left. Counts pass the exit. Rows are deleted, the
    lake's files are written anew, and the database is rewritten; each part has a certificate. By itself it runs every
    day, on what has been due for the district's time of notice.

    Example: gainline retention --dry-run --home /srv/gainline
    """
    set_up(home)
    from gainline.services import retention as service  # after Django is set up

    if dry_run:
        found = [(name, line) for name, told in service.reports() for line in told.lines]
        console.show_rows([_due(*one) for one in found], form=form, title="Would go, or is kept by a hold")
        console.talk("Nothing was changed.")
        return
    done = service.carry_out()
    console.show_rows([_due(*one) for one in done], form=form, title="Gone")


def _due(district: str, line: Line) -> dict[str, str]:
    rows = "; ".join(f"{table} {many}" for table, many in line.rows.items())
    due = line.due
    words = {
        "district": district,
        "class": str(due.retention),
        "source": due.source,
        "due_since": due.since.isoformat(),
    }
    return {**words, "rows": rows, "students": line.people, "held_by": ", ".join(line.held_by)}
