from __future__ import annotations

import pytest

from gainline.engine.privacy.purposes import PURPOSES, Basis, Purpose


def test_every_purpose_is_told_in_both_languages() -> None:
    assert set(PURPOSES) == set(Purpose)
    for record in PURPOSES.values():
        assert set(record.name) == set(record.lay) == {"en", "es"}
        assert all((*record.name.values(), *record.lay.values()))


def test_a_legal_duty_carries_reporting_only() -> None:
    assert [key for key, record in PURPOSES.items() if Basis.DUTY in record.bases] == [Purpose.REPORTING]


def test_research_never_runs_as_work_of_a_school_official() -> None:
    assert Basis.SCHOOL_OFFICIAL not in PURPOSES[Purpose.RESEARCH].bases


def test_nobody_changes_the_list_while_it_runs() -> None:
    with pytest.raises(TypeError):
        PURPOSES[Purpose.SUPPORT].name["en"] = "Anything"  # type: ignore[index]
