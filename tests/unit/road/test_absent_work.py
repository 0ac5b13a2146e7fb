"""Work that was not handed in counts as the plan declares."""

from __future__ import annotations

import ibis
import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from gainline.engine.pilots.plan import Source
from gainline.road.framing.sources import _with_absent


def test_every_student_has_every_form_and_missing_work_earns_what_the_plan_says():
    con = ibis.duckdb.connect()
    handed_in = pa.table(
        {"person_key": [1, 1, 2], "assessment": ["tma"] * 3, "form": ["a", "b", "a"], "score": [50.0, 70.0, 90.0]}
    )
    table = con.create_table("handed_in", handed_in)
    source = Source(result="tma", forms=("a", "b"), absent_as=0.0)
    rows = con.to_pyarrow(_with_absent(table, source, np.array([1, 2, 3])).order_by("person_key", "form")).to_pylist()
    assert [(r["person_key"], r["form"], r["score"]) for r in rows] == [
        (1, "a", 50.0),
        (1, "b", 70.0),
        (2, "a", 90.0),
        (2, "b", 0.0),
        (3, "a", 0.0),
        (3, "b", 0.0),
    ]


def test_only_the_forms_of_a_result_can_be_absent():
    with pytest.raises(ValidationError, match="absent_as"):
        Source(field="grade", absent_as=0.0)
