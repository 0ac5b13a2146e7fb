"""A column that is added to a canonical table after rows were written: old rows have none, new rows have theirs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from canonical_rows import canonical
from gainline.engine.records import arrow_schema
from gainline.lake import Lake, shapes

DAY = date(2026, 6, 1)


def test_rows_written_before_a_column_existed_are_read_with_it_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    lake = Lake.create(tmp_path / "lake")
    whole = canonical("people", [{"person_key": 1, "role": "student", "end_date": DAY}])
    before = arrow_schema("people").remove(arrow_schema("people").get_field_index("end_date"))
    with monkeypatch.context() as patch, lake.writing() as writer:
        patch.setattr(shapes, "arrow_schema", lambda name: before if name == "people" else arrow_schema(name))
        writer.append("people", whole.drop_columns(["end_date"]))
        writer.publish(as_of=DAY)
    with lake.reading() as reading:
        assert reading.arrow(reading.table("people"))["end_date"].to_pylist() == [None]
    later = canonical("people", [{"person_key": 2, "role": "student", "end_date": DAY}])
    with lake.writing() as writer:
        writer.append("people", later)
        writer.publish(as_of=DAY)
    with lake.reading() as reading:
        found = reading.arrow(reading.current("people").order_by("person_key"))
    assert found["end_date"].to_pylist() == [None, DAY]
    assert found.schema.field("end_date").type == pa.date32()
