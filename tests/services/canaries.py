"""A home of its own in which many names are entered, erased and purged: a program, so that real files are looked at.

`canaries.py COUNT` prints one line of JSON: in how many places the names stood while they were held, and stand after.
"""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HERE))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gainline.config.settings")
DAY = date(2025, 9, 29)
NAME = re.compile(rb"canary\d{4}|c\0a\0n\0a\0r\0y\0\d", re.IGNORECASE)
HEAD = (
    "SIS ID,School SIS ID,Username,First Name,Last Name,Secondary Email,Grade,Status,Gender,Birthdate,LowIncome,"
    "ELLStatus"
)


def main(count: int) -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)
    from django.conf import settings

    from cast import found
    from gainline.services import clock

    home = Path(settings.GAINLINE_HOME)
    with clock.stopped_at(DAY):
        cast = found()
        enter(cast, count)
        held = names_in(home)
        erase(cast, count)
        left = names_in(home)
        purge(home)
    print(json.dumps({"held": len(held), "unpurged": len(left), "left": names_in(home), "backup": newest(home)}))


def enter(cast, count: int) -> None:
    """A roster that is imported, a sheet that stays aside as a preview, and rows of the store that are deleted."""
    from gainline.services import imports, notes

    taken_in(cast, "students", roster(count), preview=False)
    taken_in(cast, "sheet", roster(count).replace(b"SIS ID", b"id"), preview=True)
    for number in range(count):
        pinned = notes.pin(by=cast.lead, says=f"About Canary{number:04d}", tool=tool_of(cast), on=DAY)
        notes.unpin(by=cast.lead, note=pinned)
    assert imports.imports(by=cast.lead)[1].rows["loaded"] >= count


def tool_of(cast):
    from gainline.services import tools

    known = tools.tools(by=cast.lead)
    return known[0] if known else tools.add_tool(by=cast.lead, key="lumen", name="Lumen")


def roster(count: int) -> bytes:
    rows = [
        f"{700_000 + n},1,canary{n:04d},Canary{n:04d},Canary{n:04d}son,canary{n:04d}@d.example,03,Active,Male,1/2/2016,"
        "no,Not ELL"
        for n in range(count)
    ]
    return "\n".join([HEAD, *rows]).encode()


def taken_in(cast, name: str, content: bytes, *, preview: bool) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from gainline.services import imports, working

    file = SimpleUploadedFile(f"{name}.csv", content)
    brought = imports.receive(by=cast["analyst"], source=name, files=[file], preview=preview)
    working.carry_out(public_id=brought.job.public_id, district_id=cast.district.pk)


def erase(cast, count: int) -> None:
    """Every student is erased as the terminal does it."""
    from gainline.road.erasing import Order, people_named
    from gainline.road.erasing import erase as erased
    from gainline.services.workspaces import open_workspace

    workspace = open_workspace(cast.district)
    whom = people_named(workspace, [str(700_000 + n) for n in range(count)])
    done = erased(workspace, whom, Order(by="the privacy lead", because="letter 1", on=DAY, clean_copies=True))
    assert done.people == count


def purge(home: Path) -> None:
    from datetime import timedelta

    from django.core.cache import cache

    from gainline.services import purging

    cache.clear()
    purging.purge(aside_older_than=timedelta(0))


def newest(home: Path) -> list[str]:
    """The names in a backup that is made now."""
    from gainline.services.backups import back_up

    target = home.with_name("backup")
    back_up(target=target)
    return names_in(target)


def names_in(folder: Path) -> list[str]:
    """Files that hold one of the names, in their bytes or, where these are packed, in their cells."""
    import pyarrow.parquet as pq

    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = path.read_bytes()
        if content.startswith(b"PAR1"):
            content += json.dumps(pq.read_table(path).to_pylist(), default=str).encode()
        many = len(NAME.findall(content))
        found += [f"{path.relative_to(folder)}: {many}"] if many else []
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]))
