from __future__ import annotations

from dataclasses import replace

import pytest

from gainline.engine.privacy.catalog import Export, Log, catalogue
from gainline.engine.privacy.catalog.reading import _kind, _records
from gainline.engine.privacy.catalog.records import contradictions, unclassified
from gainline.engine.records import TABLES, Retention, Sensitivity
from gainline.engine.reports.readability import grade

CATALOGUE = catalogue()


def test_every_personal_field_has_a_retention_class_with_its_reason_and_a_purpose() -> None:
    personal = [record for record in CATALOGUE.records() if record.kind.is_personal]
    assert len(personal) > 80
    for record in personal:
        assert isinstance(record.kind.retention, Retention)
        assert record.kind.because
        assert record.kind.purposes


def test_no_personal_field_is_ever_logged_or_open() -> None:
    for record in CATALOGUE.records():
        if record.kind.is_personal:
            assert record.kind.log is Log.NEVER
            assert record.kind.export is not Export.OPEN


def test_what_everybody_may_see_says_nothing_about_a_student() -> None:
    for kind in CATALOGUE.kinds.values():
        if kind.sensitivity is Sensitivity.PUBLIC:
            assert kind.element.key == "none"


def test_every_element_stands_under_a_category_and_is_told_in_both_languages() -> None:
    for element in CATALOGUE.elements.values():
        assert element.category in CATALOGUE.categories
        assert set(element.lay) == {"en", "es"}


def test_families_can_read_the_elements() -> None:
    told = " ".join(f"We hold: {element.lay['en']}." for element in CATALOGUE.elements.values())
    assert grade(told) <= 8.0


def test_every_kind_is_used() -> None:
    assert {record.kind.key for record in CATALOGUE.records()} == set(CATALOGUE.kinds)


def test_provenance_belongs_to_every_table() -> None:
    assert CATALOGUE.of_lake("students", "import_id") is CATALOGUE.of_lake("usage", "import_id")


def test_a_field_that_nobody_classified_has_no_record() -> None:
    with pytest.raises(KeyError, match="shoe_size"):
        CATALOGUE.of_lake("students", "shoe_size")


def test_a_table_that_says_another_thing_than_the_record_is_found() -> None:
    students = TABLES["students"]
    fields = tuple(
        replace(field, sensitivity=Sensitivity.PUBLIC) if field.name == "sex" else field for field in students.fields
    )
    found = contradictions(CATALOGUE, {"students": replace(students, fields=fields)})
    assert [issue.code for issue in found] == ["PR072"]


def test_a_kind_about_students_needs_a_purpose() -> None:
    said = {"element": "name", "sensitivity": "student-pii", "retention": "roster", "export": "agreement"}
    rest = {"log": "never", "scrub": "replace", "purposes": []}
    with pytest.raises(ValueError, match="needs purposes"):
        _kind("mine", said | rest, CATALOGUE.elements, {"roster": "because"})


def test_a_kind_of_an_unknown_element_is_refused() -> None:
    with pytest.raises(ValueError, match="schedule of data"):
        _kind("mine", {"element": "aura"}, CATALOGUE.elements, {})


def test_an_element_is_held_when_some_field_about_a_student_is_of_it() -> None:
    held = {element.key for element in CATALOGUE.held()}
    assert "none" not in held
    assert held == {one.kind.element.key for one in CATALOGUE.records() if one.kind.is_personal}
    assert [one.key for one in CATALOGUE.held()] == [key for key in CATALOGUE.elements if key in held]


def test_a_place_that_names_a_kind_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="students names kinds that there are not: aura"):
        _records({"students": {"aura": ["color"]}}, CATALOGUE.kinds)


def test_a_field_stands_once() -> None:
    kind = next(iter(CATALOGUE.kinds))
    with pytest.raises(ValueError, match="students lists a field twice"):
        _records({"students": {kind: ["name", "name"]}}, CATALOGUE.kinds)


def test_a_field_without_a_record_and_a_record_without_a_field_are_found() -> None:
    kind = next(iter(CATALOGUE.kinds))
    room = _records({"*": {kind: ["import_id"]}, "students": {kind: ["name", "gone"]}}, CATALOGUE.kinds)
    found = unclassified(room, {"students": ["name", "new", "import_id"], "unknown": ["x"]})
    assert [issue.code for issue in found] == ["PR070", "PR071", "PR070"]
    assert "students.new" in found[0].says
    assert "students.gone" in found[1].says
