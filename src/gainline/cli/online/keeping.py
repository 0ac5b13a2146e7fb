"""`gainline backup`, `restore` and `rotate-key`: everything that a home holds, in one folder and back; its key."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from gainline.cli import console
from gainline.cli.online.serving import HERE, HomeOption
from gainline.cli.online.setting_up import set_up
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
