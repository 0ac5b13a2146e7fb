"""Random packages, sound and then damaged: nothing raises, every row is accounted for, no value is wrong unsaid.

The obviously right twin of the reader is `float` and `date.fromisoformat` on the damaged cell itself: a row that no
issue names must hold exactly what its cells say.
"""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gainline.engine.core.ids import person_key
from gainline.engine.intake import Profile, discover, read
from intake_files import AS_OF, ROSTER, SALT, Office, zipped

OFFICE = Office()
USAGE = ["student_id", "school", "tool", "day", "minutes"]
CANARY = "Zzyzxq"
Table = list[list[str]]
CELLS = st.sampled_from(
    ["", " ", "-3", "soon", "1:05", "2025-02-30", "2025-13-01", "1.2E+11", "nan", "inf", "Total", "4-Mar", "3/4/2026",
     "n/a", "1,5", "0", "99999999", "true", "=1+1", "\x00", "é", "2199-01-01", "s1", "u1", "tobedeleted", '"', "a,b",
     "x\ny"]
)  # fmt: skip


@st.composite
def packages(draw: st.DrawFn) -> dict[str, Table]:
    """A sound roster of a few students, and the minutes of some of them."""
    students = draw(st.integers(2, 8))
    files = {name: list(csv.reader(io.StringIO(text))) for name, text in ROSTER.items()}
    users, enrollments = files["users.csv"], files["enrollments.csv"]
    demographics = files["demographics.csv"]
    files["users.csv"], files["enrollments.csv"], files["demographics.csv"] = (
        users[:1],
        enrollments[:1],
        demographics[:1],
    )
    for one in range(students):
        person = list(users[1 + one % 3])
        person[0], person[11] = f"p{one}", f"{one + 100:06d}"
        person[6], person[8], person[9], person[12] = (
            f"user{one}",
            f"{CANARY}{one}",
            f"Family{one}",
            f"user{one}@x.example",
        )
        person[7] = ""
        files["users.csv"].append(person)
        row = list(enrollments[1 + one % 3])
        row[0], row[5] = f"n{one}", f"p{one}"
        files["enrollments.csv"].append(row)
        files["demographics.csv"].append([f"p{one}", *demographics[1 + one % 3][1:]])
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, students - 1), st.dates(date(2025, 9, 1), date(2026, 5, 30)), st.integers(0, 90)),
            max_size=10,
            unique_by=lambda row: row[:2],
        )
    )
    files["use.csv"] = [
        USAGE,
        *([f"{who + 100:06d}", "Oak School", "mathly", str(day), str(n)] for who, day, n in rows),
    ]
    return files


@st.composite
def damaged_tables(draw: st.DrawFn) -> dict[str, Table]:
    """A package with cells, rows, columns or files changed; still text, so that its rows can be counted."""
    files = {name: [list(row) for row in rows] for name, rows in draw(packages()).items()}
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(sorted(files)))
        _damage(
            draw,
            files,
            name,
            draw(
                st.sampled_from(
                    [
                        "cell",
                        "cell",
                        "swap",
                        "drop row",
                        "double row",
                        "ragged",
                        "short",
                        "drop column",
                        "double column",
                        "rename column",
                        "shuffle columns",
                        "drop file",
                        "rename file",
                    ]
                )
            ),
        )
    return files


def _damage(draw: st.DrawFn, files: dict[str, Table], name: str, how: str) -> None:
    if how.endswith("file"):
        if name != "use.csv":
            kept = files.pop(name)
            if how == "rename file":
                files[name.upper().replace(".CSV", ".csv")] = kept
    elif "column" in how:
        _damage_columns(draw, files[name], how)
    elif len(files[name]) > 1:
        _damage_row(draw, files[name], how)


def _damage_columns(draw: st.DrawFn, rows: Table, how: str) -> None:
    at = draw(st.integers(0, len(rows[0]) - 1))
    if how == "rename column":
        rows[0][at] += draw(st.sampled_from([" ", "x", "_2"]))
        return
    order = list(range(len(rows[0])))
    if how == "shuffle columns":
        order = draw(st.permutations(order))
    else:
        order[at : at + 1] = [at, at] if how == "double column" else []
    rows[:] = [[row[place] for place in order if place < len(row)] for row in rows]


def _damage_row(draw: st.DrawFn, rows: Table, how: str) -> None:
    at = draw(st.integers(1, len(rows) - 1))
    place, other = (draw(st.integers(0, max(len(rows[at]) - 1, 0))) for _ in range(2))
    if how == "drop row":
        del rows[at]
    elif how == "double row":
        rows.insert(at, list(rows[at]))
    elif how == "ragged":
        rows[at].append(draw(CELLS))
    elif how == "short" or not rows[at]:
        rows[at] = rows[at][:-1]
    elif how == "swap":
        rows[at][place], rows[at][other] = rows[at][other], rows[at][place]
    else:
        rows[at][place] = draw(CELLS)


def text_of(rows: Table) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


@st.composite
def damaged_bytes(draw: st.DrawFn) -> tuple[str, bytes]:
    """The zip or the usage file of a sound package with bytes changed, cut out, doubled or put in."""
    files = draw(packages())
    use = text_of(files.pop("use.csv")).encode()
    roster = zipped({name: text_of(rows) for name, rows in files.items()})
    name, whole = draw(st.sampled_from([("use.csv", use), ("roster.zip", roster)]))
    content = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        long = draw(st.integers(1, 60))
        piece = draw(st.sampled_from([b"", b"\x00", b"\xff\xfe", b'"', b"\r\n", bytes(content[at : at + long])]))
        content[at : at + draw(st.sampled_from([0, 1, long]))] = piece
    return name, bytes(content)


def read_all(
    path: Path, office: Office, profiles: dict[str, Profile]
) -> list[tuple[object, dict[str, list[dict[str, object]]], str]]:
    """Account, rows by table and everything said, of each source that lies there."""
    sources, issues = discover([path], profiles)
    assert sources or issues
    found = []
    for source in sources:
        reading = read(source, profiles=profiles, identity=office.identity(), import_id="i1", as_of=AS_OF)
        tables: dict[str, list[dict[str, object]]] = {}
        for batch in reading.batches:
            tables.setdefault(batch.table, []).extend(batch.rows.to_pylist())
            office.known.setdefault(batch.table, []).append(batch.rows)
        account = reading.account
        assert account.read == account.loaded + account.repaired + account.rejected
        said = " ".join(str(issue) for issue in (*reading.issues, *issues))
        assert CANARY not in said
        found.append((reading, tables, said))
    return found


def check_tables(files: dict[str, Table]) -> None:
    use = files.pop("use.csv")
    with tempfile.TemporaryDirectory() as folder:
        office, zip_path, use_path = Office(OFFICE.profiles), Path(folder) / "roster.zip", Path(folder) / "use.csv"
        zip_path.write_bytes(zipped({name: text_of(rows) for name, rows in files.items()}))
        use_path.write_text(text_of(use), encoding="utf-8", newline="")
        for reading, tables, _ in read_all(zip_path, office, OFFICE.profiles):
            check_names(files, reading, tables)
        for reading, tables, _ in read_all(use_path, office, OFFICE.profiles):
            check_minutes(use, reading, tables)


def lines_said(reading: object, name: str) -> set[int]:
    """Lines of a file that an issue names; every line where it names the whole file."""
    found: set[int] = set()
    for fold in reading.account.faults:
        if fold.file.endswith(name):
            found |= set(fold.lines) if fold.lines else set(range(1, 200))
    return found


def check_names(files: dict[str, Table], reading: object, tables: dict[str, list[dict[str, object]]]) -> None:
    """A person whom no issue names is called what their row says."""
    users = files.get("users.csv")
    if users is None or len(set(users[0])) < len(users[0]) or not {"sourcedId", "givenName"} <= set(users[0]):
        return
    said = lines_said(reading, "users.csv")
    place, given = users[0].index("sourcedId"), users[0].index("givenName")
    by_key = {row["person_key"]: row for row in tables.get("people", [])}
    for line, row in enumerate(users[1:], start=2):
        if line in said or len(row) != len(users[0]) or any("\n" in cell for each in users for cell in each):
            continue
        person = by_key.get(person_key(SALT, "roster", row[place]))
        assert person is None or person["given_name"] in {row[given].strip() or None, row[given]}


def check_minutes(use: Table, reading: object, tables: dict[str, list[dict[str, object]]]) -> None:
    """Every row of the file is counted, and one that no issue names holds exactly what its cells say."""
    rows = sum(any(cell.strip() for cell in row) for row in use[1:])
    if any("\n" in cell for row in use for cell in row):
        assert reading.account.read >= rows  # a cell of two lines in a row that is kept out may count as two
        return
    assert reading.account.read == rows
    said = lines_said(reading, "use.csv")
    header = [name.strip() for name in use[0]]
    for row in tables.get("usage", []):
        line = row["source_line"]
        if line in said or len(set(header)) < len(header) or not {"day", "minutes", "student_id"} <= set(header):
            continue
        cells = dict(zip(header, use[line - 1], strict=False))
        assert row["value"] == float(cells["minutes"])
        assert row["first_day"] == date.fromisoformat(cells["day"].strip())


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=damaged_tables())
def test_damaged_cells_rows_and_columns_lose_no_row_and_change_no_value_unsaid(files: dict[str, Table]):
    check_tables(files)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(file=damaged_bytes())
def test_damaged_bytes_give_issues_and_no_exception(file: tuple[str, bytes]):
    check_bytes(*file)


def check_bytes(name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        read_all(path, Office(OFFICE.profiles), OFFICE.profiles)


@pytest.mark.slow
@settings(max_examples=1200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=damaged_tables())
def test_twelve_hundred_damaged_packages(files: dict[str, Table]):
    check_tables(files)


@pytest.mark.slow
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(file=damaged_bytes())
def test_eight_hundred_files_with_damaged_bytes(file: tuple[str, bytes]):
    check_bytes(*file)
