"""Files that were made to harm are turned away at the door, in two seconds of work and half a gigabyte at most."""

from __future__ import annotations

import gzip
import io
import os
import stat
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from gainline.engine.core.errors import Conflict
from gainline.engine.intake.arrivals import check_arrival
from gainline.engine.intake.edfi.nodes import Unreadable, nodes_of_xml
from gainline.engine.roadmap.exchange import read_project
from intake_files import Office, zipped
from table_files import sheet_xml, workbook

MEGABYTE = 1 << 20
CSV = b"student_id,minutes\n1,30\n"
BOOK = workbook({"Use": [["a"]]})
LINE = os.urandom(MEGABYTE).replace(b"\n", b"").replace(b"\r", b"")
BOMB_ENTITIES = (
    b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>',
    b"<!DOCTYPE a ["
    + b"".join(b'<!ENTITY e%d "%s">' % (n, b"&e%d;" % (n - 1) * 10) for n in range(1, 12))
    + b"]><a>&e11;</a>",
    b'<!DOCTYPE a [<!ENTITY b "' + b"x" * 50_000 + b'">]><a>' + b"&b;" * 5_000 + b"</a>",
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>',
    b'<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><a/>',
    b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>',
)
"""Entities within entities, a billion laughs, one huge entity, an outer entity, a parameter entity, an outer DTD."""


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def lying() -> bytes:
    """A zip whose list says 100 bytes for a member of 80 MB."""
    content = bytearray(zipped({"use.csv": b"student_id,school\n" + b"0" * (80 * MEGABYTE)}))
    struct.pack_into("<I", content, content.rindex(b"PK\x01\x02") + 24, 100)
    return bytes(content)


def in_zip(name: str, content: bytes) -> bytes:
    return zipped({name: content})


def many(count: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}.csv", "")
    return out.getvalue()


def linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("use.csv")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/hostname")
    return out.getvalue()


def overlapping() -> bytes:
    """A zip whose second member is the first one once more, so that little holds much."""
    content = bytearray(zipped({"a.csv": CSV, "b.csv": CSV}))
    struct.pack_into("<I", content, content.rindex(b"PK\x01\x02") + 42, 0)
    return bytes(content)


def long_line() -> bytes:
    """A gigabyte without a line end, as a gzip of many parts."""
    return gzip.compress(b"x" * (16 * MEGABYTE), 9) * 64


TURNED_AWAY = {
    "a thousand to one": ("bomb.zip", lambda: zipped({"use.csv": b"0" * (300 * MEGABYTE)}), "IN445"),
    "a thousand to one, in a workbook": ("bomb.xlsx", lambda: big_workbook(), "IN445"),
    "a thousand to one, in a gzip": ("bomb.csv.gz", lambda: gzip.compress(b"00000000\n" * (9 * MEGABYTE)), "IN445"),
    "a zip in a zip": ("nested.zip", lambda: zipped({"use.zip": zipped({"use.csv": CSV})}), "IN447"),
    "a zip that hides as a table in a zip": ("nested.zip", lambda: in_zip("use.csv", zipped({"a.csv": CSV})), "IN447"),
    "a gzip in a zip": ("nested.zip", lambda: zipped({"use.csv.gz": gzip.compress(CSV, mtime=0)}), "IN447"),
    "members within each other": ("overlap.zip", overlapping, "IN447"),
    "a link": ("link.zip", linked, "IN447"),
    "too many": ("many.zip", lambda: many(1_001), "IN446"),
    "a line of a gigabyte": ("line.csv.gz", long_line, "IN448"),
    "a line of 40 MB": ("line.csv", lambda: b"x" * (40 * MEGABYTE), "IN448"),
    "a line of 40 MB in a zip": ("line.zip", lambda: in_zip("a.csv", LINE * 40), "IN448"),
    "arrays, 100,000 deep": ("deep.json", lambda: b"[" * 100_000, "IN449"),
    "objects, 100,000 deep": ("deep.json", lambda: b'{"a":' * 100_000, "IN449"),
    "deep JSON in a zip": ("deep.zip", lambda: zipped({"deep.json": b"[" * 100_000}), "IN449"),
    **{f"XML bomb {n}": ("plan.xml", lambda bomb=bomb: bomb, "IN449") for n, bomb in enumerate(BOMB_ENTITIES)},
    **{f"XML bomb {n} in a zip": ("p.zip", lambda bomb=bomb: in_zip("p.xml", bomb), "IN449")
       for n, bomb in enumerate(BOMB_ENTITIES)},
    "a program": ("use.csv", lambda: b"\x7fELF" + bytes(100), "IN444"),
    "a picture": ("use.csv", lambda: b"\x89PNG\r\n\x1a\n", "IN444"),
    "a script": ("use.txt", lambda: b"#!/bin/sh\nrm -r x\n", "IN444"),
    "a zip under another name": ("use.csv", lambda: zipped({"use.csv": CSV}), "IN444"),
    "an old workbook": ("use.csv", lambda: b"\xd0\xcf\x11\xe0" + bytes(500), "IN444"),
    "a table under the name of a zip": ("use.zip", lambda: CSV, "IN444"),
    "a table under the name of a workbook": ("use.xlsx", lambda: CSV, "IN444"),
    "a zip that is no workbook": ("use.xlsx", lambda: zipped({"use.csv": CSV}), "IN444"),
    "a table under the name of a gzip": ("use.csv.gz", lambda: CSV, "IN444"),
    "a table under the name of JSON": ("use.json", lambda: CSV, "IN444"),
    "a table under the name of XML": ("use.xml", lambda: CSV, "IN444"),
    "a picture in a gzip": ("use.csv.gz", lambda: gzip.compress(b"\x89PNG\r\n", mtime=0), "IN444"),
    "a picture in a zip": ("use.zip", lambda: zipped({"use.csv": b"\x89PNG\r\n"}), "IN444"),
    "a zip that is cut off": ("cut.zip", lambda: zipped({"use.csv": CSV})[:-20], "IN444"),
    "a gzip that is cut off": ("cut.csv.gz", lambda: gzip.compress(os.urandom(5_000))[:-2_000], "IN444"),
}  # fmt: skip


def big_workbook() -> bytes:
    out = io.BytesIO(workbook({"Use": [["a"]]}))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b" " * (200 * MEGABYTE))
    return out.getvalue()


@pytest.mark.parametrize("kind", TURNED_AWAY)
def test_what_was_made_to_harm_is_turned_away(kind, tmp_path):
    name, make, code = TURNED_AWAY[kind]
    with pytest.raises(Conflict, match=f"^{code} "):
        check_arrival(put(tmp_path, name, make()))


CHECKED = """
import os, resource, sys
from pathlib import Path
from gainline.engine.core.errors import Conflict
from gainline.engine.intake.arrivals import check_arrival
used = resource.getrusage(resource.RUSAGE_SELF)
seconds = int(used.ru_utime + used.ru_stime) + 1 + 2
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
for path in sys.argv[1:]:
    try:
        check_arrival(Path(path))
    except Conflict:
        continue
    sys.exit(f"{path} was let in")
# what getrusage says is inherited from whoever started us
print(int(next(s for s in open("/proc/self/status") if s.startswith("VmHWM")).split()[1]) * 1024)
"""
HEAVY = (
    "a thousand to one", "a thousand to one, in a gzip", "a zip in a zip", "a line of a gigabyte", "XML bomb 1",
    "arrays, 100,000 deep", "too many", "a line of 40 MB in a zip",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("kind", HEAVY)
def test_turning_away_takes_two_seconds_of_work_and_half_a_gigabyte_at_most(kind, tmp_path):
    name, make, _ = TURNED_AWAY[kind]
    path = put(tmp_path, name, make())
    ran = subprocess.run([sys.executable, "-c", CHECKED, str(path)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr  # the kernel ends what works longer than its two seconds
    assert int(ran.stdout) <= 512 * MEGABYTE


def test_a_member_that_lies_about_its_size_is_turned_away_when_it_is_read(tmp_path):
    path = put(tmp_path, "lying.zip", lying())
    kinds, issues = Office(Office().profiles).discover(path)
    assert (kinds, [issue.code for issue in issues]) == ([], ["IN004"])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("use.csv", CSV),
        ("use.csv", b"\xef\xbb\xbf" + CSV),
        ("use.csv", CSV.decode().encode("utf-16")),
        ("use.csv", b""),
        ("use.txt", b"a\rb\rc"),
        ("use.csv.gz", gzip.compress(CSV, mtime=0)),
        ("use.json.gz", gzip.compress(b'[{"a": 1}]', mtime=0)),
        ("use.json", b'\xef\xbb\xbf [{"a": 1}]'),
        ("use.json", b'[{"a": "' + b"[" * 1_000 + b'"}]'),
        ("use.ndjson", b'{"a": 1}\n{"a": 2}\n'),
        ("plan.xml", b'<?xml version="1.0"?><Project/>'),
        ("use.zip", zipped({"use.csv": CSV, "folder/more.tsv": CSV, "readme.md": b"x", "b.xlsx": BOOK})),
        ("use.zip", zipped({"use.csv": CSV * 100_000})),
        ("use.xlsx", workbook({"Use": [["a", "b"], [1, 2]]})),
    ],
)  # fmt: skip
def test_what_districts_send_is_let_in(name, content, tmp_path):
    check_arrival(put(tmp_path, name, content))


@pytest.mark.parametrize("bomb", BOMB_ENTITIES)
def test_no_reader_of_xml_expands_an_entity(bomb, tmp_path):
    project = bomb.replace(b"<a", b'<Project xmlns="http://schemas.microsoft.com/project"').replace(
        b"</a>", b"</Project>"
    )
    assert read_project(project, file="plan.xml").outline is None
    sheet = bomb.decode() + sheet_xml([["a", "b"]]).partition("?>")[2]
    assert Office().discover(put(tmp_path, "book.xlsx", workbook({"Use": sheet})))[0] == []
    with pytest.raises(Unreadable, match="IN351"):
        list(nodes_of_xml([bomb]))
