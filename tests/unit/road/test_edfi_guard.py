"""An Ed-Fi interchange that would end many students' stays is stopped for somebody to look at."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from gainline.engine.core.errors import Refused
from gainline.road.importing import import_files
from gainline.road.workspace import Workspace

TODAY, LATER = date(2026, 2, 2), date(2026, 3, 2)
MANY = 20
STUDENT = (
    "<Student><StudentUniqueId>{0}</StudentUniqueId><Name><FirstName>Ada</FirstName><LastSurname>Lo</LastSurname></Name>"
    "</Student>"
)
STAY = (
    "<StudentSchoolAssociation><StudentReference><StudentIdentity><StudentUniqueId>{0}</StudentUniqueId></StudentIdentity>"
    "</StudentReference><SchoolReference><SchoolIdentity><SchoolId>11</SchoolId></SchoolIdentity></SchoolReference>"
    "<EntryDate>2025-08-18</EntryDate>{1}</StudentSchoolAssociation>"
)
LEFT = "<ExitWithdraw><ExitWithdrawDate>2026-02-20</ExitWithdrawDate></ExitWithdraw>"


def interchange(path: Path, *elements: str) -> Path:
    body = "".join(elements)
    path.write_text(
        f'<?xml version="1.0"?><InterchangeStudent xmlns="http://ed-fi.org/5.2.0">{body}</InterchangeStudent>'
    )
    return path


def left(path: Path, many: int) -> Path:
    return interchange(path, *(STAY.format(n, LEFT if n < many else "") for n in range(MANY)))


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    home = Workspace.create(tmp_path / "home")
    people = (STUDENT.format(n) + STAY.format(n, "") for n in range(MANY))
    import_files(home, [interchange(tmp_path / "Student.xml", *people)], as_of=TODAY)
    return home


def open_stays(home: Workspace) -> int:
    with home.lake.reading() as reading:
        return sum(row["end_date"] is None for row in reading.arrow(reading.current("roles")).to_pylist())


def test_a_tenth_may_leave_without_a_word(home: Workspace, tmp_path: Path) -> None:
    import_files(home, [left(tmp_path / "Later.xml", 2)], as_of=LATER)
    assert open_stays(home) == MANY - 2


def test_more_than_a_tenth_stops_the_import_until_somebody_confirms(home: Workspace, tmp_path: Path) -> None:
    path = left(tmp_path / "Later.xml", 3)
    with pytest.raises(Refused, match=r"IN190.*3 of 20 stays in schools"):
        import_files(home, [path], as_of=LATER)
    assert open_stays(home) == MANY
    import_files(home, [path], as_of=LATER, confirm_removals=True)
    assert open_stays(home) == MANY - 3


def test_an_end_that_has_not_come_is_no_removal(home: Workspace, tmp_path: Path) -> None:
    import_files(home, [left(tmp_path / "Later.xml", MANY)], as_of=date(2026, 2, 10))
    with home.lake.reading() as reading:
        assert reading.arrow(reading.current("roles")).num_rows == MANY
