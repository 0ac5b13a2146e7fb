"""Found a served home that holds the tiny district as a demo: its people, an aim, a roster. Run as a program."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date
from pathlib import Path


def main(home: Path) -> None:
    """Migrate the home, found the district with the demo's cast, and give it the tiny world's roster."""
    os.environ["GAINLINE_HOME"] = str(home)
    from gainline.cli.online.setting_up import set_up

    set_up(home)
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    _found()


def _found() -> None:
    from django.db import transaction

    from builders.tiny_district import files, give_records
    from gainline.services import aims, clock, demo_district, people
    from gainline.store.tenancy import within

    name, email = demo_district.LEAD[0], f"{demo_district.LEAD[0].split()[0].lower()}@{demo_district.DOMAIN}"
    with transaction.atomic(), clock.stopped_at(date(2025, 8, 1)):
        founding = people.Founding("Tiny Unified", is_demo=True)
        lead = people.found_district(founding=founding, lead_name=name, lead_email=email, brings_workspace=True)
        demo_district._hire(lead)
        folder = give_records(lead.district)
        shutil.copytree(files() / "incoming", folder.parent.parent / "incoming-files", dirs_exist_ok=True)
        with within(lead.district_id):
            root = people.root(by=lead)
            aims.set_aim(by=lead, unit=root, title="More students read at their grade", by_when=date(2026, 7, 31))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
