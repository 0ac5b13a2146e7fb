"""Every indicator whose source a district brings says something on it, and only those stay silent that have none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gainline.engine.worlds import INCOMING, build, tiny, write
from gainline.road.importing import import_files
from gainline.road.measuring import catalogue_of, measure
from gainline.road.workspace import Workspace

DAYS = (date(2025, 10, 6), date(2026, 5, 1))
WHERE = {"assessment": ["mathematics"]}
FORMS = {"retention_of_learning": ["prior-spring", "fall"]}
NO_SOURCE = {  # the two tools send neither events nor clicks, and what nobody counts is not zero
    "active_event_share",
    "clicks",
    "days_with_clicks",
    "engagement_beyond_clicks",
    "time_on_task_clicks",
    "time_on_task_events",
}
COMPARES = {"gap_in_outcome", "gap_in_use"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder: Path = tmp_path_factory.mktemp("every")
    write(build(tiny(), seed=5), folder)
    home = Workspace.create(folder / "home", salt=b"a salt of thirty-two bytes, kept.")
    for name in ("gainline.toml", "profiles/lumen-reading.toml", "profiles/math-quest.toml"):
        (home.root / name).write_bytes((folder / name).read_bytes())
    home = Workspace.open(home.root)
    import_files(home, [folder / INCOMING], as_of=date(2026, 6, 10))
    return home


@pytest.mark.slow
def test_every_indicator_with_a_source_says_something(home: Workspace) -> None:
    silent = set()
    for key, indicator in catalogue_of(home.root).items():
        where = WHERE | ({"form": FORMS[key]} if key in FORMS else {}) if indicator.needs_assessment else {}
        by = ["economically_disadvantaged"] if key in COMPARES else []
        window = None if indicator.needs_assessment else DAYS
        shown = measure(home, key, by=by, days=window, where=where)
        if all(row["value"] is None for row in shown):
            silent.add(key)
    assert silent == NO_SOURCE
