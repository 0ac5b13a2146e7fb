"""Files as they really come: broken. Each gives a clear issue, never a traceback, and its rows add up."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from terminal import gainline

HEADER = "student_id,school,assessment,form,score,taken_on\n"
GOOD = "".join(f"{1000 + n},Oak,reading,fall,{200 + n},2025-09-{1 + n:02d}\n" for n in range(9))
CANARY = "Zephyrine"  # stands in cells only; no message may carry it


def _results(body: str) -> bytes:
    return (HEADER + body).encode()


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, content in files.items():
            package.writestr(name, content)
    return buffer.getvalue()


BROKEN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty file": ("empty.csv", lambda: b""),
    "header and nothing else": ("bare.csv", lambda: _results("")),
    "truncated zip": ("roster.zip", lambda: _zip({"users.csv": b"sourcedId\n1\n" * 500, "orgs.csv": b"x"})[:-60]),
    "truncated gzip": ("scores.csv.gz", lambda: gzip.compress(_results(GOOD * 400))[:-40]),
    "a header nobody declared": ("odd.csv", lambda: f"pupil,mark\n{CANARY},3\n".encode()),
    "ragged rows": (
        "ragged.csv",
        lambda: _results(GOOD + f"1009,Oak,reading\n1010,Oak,reading,fall,1,2025-09-09,{CANARY}\n"),
    ),
    "unbalanced quote": ("quote.csv", lambda: _results(GOOD + f'1009,"{CANARY},reading,fall,3,2025-09-09\n')),
    "ids that a spreadsheet mangled": (
        "mangled.csv",
        lambda: _results(GOOD + "1.23E+11,Oak,reading,fall,3,2025-09-09\n"),
    ),
    "words for numbers and dates": (
        "words.csv",
        lambda: _results(GOOD + f"1009,Oak,reading,fall,{CANARY},2025-09-09\n1010,Oak,reading,fall,3,soon\n"),
    ),
    "a zero byte": ("nul.csv", lambda: _results(GOOD + "10\x0009,Oak,reading,fall,3,2025-09-09\n")),
    "a picture named csv": ("picture.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
    "an Excel workbook": (
        "scores.xlsx",
        lambda: _zip({"[Content_Types].xml": b"<Types/>", "xl/worksheets/sheet1.xml": CANARY.encode()}),
    ),
    "a roster without users": (
        "thin.zip",
        lambda: _zip(
            {"orgs.csv": b"sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nS,,,Oak,school,,\n"}
        ),
    ),
    "nobody is named": ("nobody.csv", lambda: _results(GOOD + ",Oak,reading,fall,3,2025-09-09\n")),
    "impossible days": ("days.csv", lambda: _results(GOOD + "1009,Oak,reading,fall,3,2025-02-30\n")),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_gives_a_clear_issue_and_its_rows_add_up(kind: str, rostered: Path, tmp_path: Path) -> None:
    name, make = BROKEN[kind]
    path = tmp_path / name
    path.write_bytes(make())
    ran = gainline("import", path, "-w", rostered, "--as-of", "2025-09-30", "--format", "json")
    assert ran.code in {0, 2, 10}, ran.err
    assert "Traceback" not in ran.err
    assert CANARY not in ran.out + ran.err
    if ran.code == 2:
        assert "->" in ran.err  # says what to do
        return
    report = json.loads(ran.out)
    rows = report["rows"]
    assert rows["read"] == rows["loaded"] + rows["repaired"] + rows["rejected"]
    said = [issue for file in report["files"] for issue in file["issues"]] + report["issues"]
    assert said, "a broken file is spoken of"
    assert all(issue["remedy"] for issue in said)


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8-sig", ","), ("utf-16", ","), ("cp1252", ";"), ("utf-8", "\t")]
)
def test_an_unusual_but_sound_file_loads_every_row(
    encoding: str, delimiter: str, rostered: Path, tmp_path: Path
) -> None:
    path = tmp_path / "scores.csv"
    text = (HEADER + GOOD.replace("Oak", "Peña Élémentaire")).replace(",", delimiter)
    path.write_bytes(text.encode(encoding))
    ran = gainline("import", path, "-w", rostered, "--as-of", "2025-09-30", "--format", "json")
    rows = json.loads(ran.out)["rows"]
    assert (rows["read"], rows["rejected"]) == (9, 0)
