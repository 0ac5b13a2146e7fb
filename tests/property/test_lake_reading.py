"""Reading what was written is identity, however the rows were cut into appends and publishes."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from canonical_rows import MONDAY, canonical, usage
from gainline.lake import Lake, Snapshot

DAY = date(2026, 1, 15)
rows = st.builds(
    usage,
    st.integers(0, 2**63 - 1),
    st.integers(0, 200).map(lambda days: MONDAY + timedelta(days=days)),
    st.floats(allow_nan=False, allow_infinity=False),
    resource=st.one_of(st.none(), st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)),
    source_line=st.one_of(st.none(), st.integers(1, 2**40)),
)
actions = st.lists(
    st.tuples(st.sampled_from(["append", "replace", "publish", "leave"]), st.lists(rows, max_size=6)), max_size=7
)


def sort_key(row: dict[str, Any]) -> str:
    return repr(sorted(row.items(), key=lambda item: item[0]))


def content(lake: Lake, snapshot: Snapshot) -> list[dict[str, Any]]:
    with lake.reading(snapshot) as reading:
        assert reading.verify() == []
        return sorted(reading.arrow(reading.table("usage")).to_pylist(), key=sort_key)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(actions=actions)
def test_every_snapshot_holds_what_was_written_when_it_was_published(
    actions: list[tuple[str, list[dict[str, Any]]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake.create(Path(folder) / "lake")
        published: dict[str, list[dict[str, Any]]] = {lake.head().id: []}
        remaining = list(actions)
        while remaining:
            held = published[lake.head().id]
            with lake.writing() as writer:
                while remaining:
                    verb, given_rows = remaining.pop(0)
                    if verb == "leave":
                        break
                    if verb == "publish":
                        published[writer.publish(as_of=DAY).id] = held
                        continue
                    fresh = canonical("usage", given_rows)
                    getattr(writer, verb)("usage", fresh)
                    held = fresh.to_pylist() if verb == "replace" else held + fresh.to_pylist()
        assert len(lake.snapshots()) == len(published)
        for snapshot in lake.snapshots():
            assert content(lake, snapshot) == sorted(published[snapshot.id], key=sort_key)
