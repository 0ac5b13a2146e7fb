"""The walk of every exit: where canary names and planted small groups must not come out, and the few where they may.

Everybody in the records of the rich district (`builders.rich`) bears a canary; three students are in a school of their
own, three learn English, two are of one race. Every page in both languages, every operation of the API, every letter
as page and as sheet, every command with what it writes, every log line, error, job and audit event is read for them.

The whole walk: ``pytest tests/journeys/test_exits.py -m "slow or not slow"``, some minutes.
"""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
import zlib
from html import unescape

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from builders import planted
from gainline.config.logs import Impersonal, JsonLines
from gainline.lake import Lake
from gainline.services import imports, roadmaps, tokens
from gainline.services.workspaces import folder_of
from gainline.store.models.audit import AuditEvent
from gainline.store.models.imports import Import, Job
from gainline.store.tenancy import within
from gainline.store.words import Role
from pages.addresses import leads_to, pages
from terminal import gainline

CANARY = re.compile(planted.CANARY, re.IGNORECASE)
# Where named rows are by design, each with its reason and who gets there.
NAMED_PAGES = {
    "/data/worklist/": "who settles whose identity it is has to see it; identity.settle, whole district only",
}
NAMED_COMMANDS = {
    "link list": "who settles whose identity it is has to see it, on the machine of the records' office",
    "link suggest": "the same",
    "unmatched": "the same",
    "roster export": "the roster itself, for another system of the district",
    "backup": "a copy of everything, for the machine's owner",
    "erase": "takes the names of those who are erased, and prints none",
}
OTHER_COMMANDS = {
    "audit": "its figures pass the exit; tests/journeys/test_audit.py reads them",
    "bundle": "its own tests read it byte by byte",
    "cost": "reads a file of prices",
    "consent follow": "receipts and bands; tests/journeys/test_consent.py",
    "consent give": "receipts and bands; tests/journeys/test_consent.py",
    "consent ground": "receipts and bands; tests/journeys/test_consent.py",
    "consent notice": "receipts and bands; tests/journeys/test_consent.py",
    "consent reapply": "receipts and bands; tests/journeys/test_consent.py",
    "consent revoke": "receipts and bands; tests/journeys/test_consent.py",
    "consent status": "receipts and bands; tests/journeys/test_consent.py",
    "purge": "tells how many bytes are gone",
    "retention": "counts pass the exit; tests/services/test_retention.py reads them",
    "rotate-key": "makes a key",
    "demo": "makes a district of its own, which is made up",
    "evaluate": "writes the evidence that briefs and shares are made of, which are read here",
    "found": "founds another district",
    "new-password": "prints a password, which is about nobody in the records",
    "init": "makes a workspace",
    "import": "walked through the application: the same road",
    "indicators list": "definitions only",
    "indicators show": "definitions only",
    "instrument list": "definitions only",
    "calibrate": "made-up districts",
    "receive": "a server; what it keeps is imported",
    "release-lake": "a lake in an object store",
    "restore": "brings back a backup",
    "roster adopt": "takes a roster in",
    "roster pull": "takes a roster in",
    "serve": "the application, which is walked",
    "synthesize": "reads published findings",
}
PREFIXES_WITHOUT_PEOPLE = {
    "privacy": "prints the catalogue of fields, which holds no row",
    "roadmap": "reads a roadmap, which knows of no student",
    "risk": "reads a register of risks",
    "training": "about staff: its own tests say what it may tell",
    "link": "changes links, and names an entry by its number",
    "plan": "plans, which know of no student",
    "pilot": "draws, which their own tests read",
}
KEY = "lumen-reading"
COMMANDS = {
    "agreement": [["district-technology-use"]],
    "brief": [[KEY, "--for", who, "--lang", lang] for who in ("public", "staff", "analyst") for lang in ("en", "es")],
    "export": [[KEY, "{out}/export", "--within", "Research office"]],
    "head": [["-o", "{out}/head.json"]],
    "indicators measure": [
        ["adoption", "--by", by, "--format", shape]
        for by in ("school_id", "grade", "race_ethnicity", "english_learner", "school_id,grade", "person_key")
        for shape in ("csv", "json")
    ],
    "instrument score": [["sus"]],
    "profiles": [[]],
    "quality": [["--html", "{out}/quality.html"]],
    "share": [[KEY, "{out}/tables", "--for", "public"], [KEY, "{out}/staff", "--for", "staff"]],
    "snapshots": [[]],
    "status": [[]],
    "verify": [[]],
}
LABELS = ("Zephyr Annex", "RB-E09", "Native Hawaiian", "native_hawaiian")
SMALL = re.compile(r"(?<![\w.,:/#–-])[1-4](?![\w:/%–-]|[.,]\d)")
# A grade, and the number of a group of like schools in a lot: "elementary 1" says which, and not how many.
NO_COUNT = re.compile(r"(?i)grades? \d+( to \d+)?|\b(?:elementary|middle|high) \d+\b")
BLOCK = re.compile(
    r"<(?:tr|row|li|p|dt|dd|caption|figcaption|h\d|text|option|summary)\b.*?(?=<(?:/tr|/row|/?li|/p|/?dt|/?dd|/caption|/figcaption|/h\d|/text|/option|/summary)\b)",
    re.S,
)
# Drawn anew for every page: among thousands of letters, three in a row are sometimes those of the canary.
DRAWN = re.compile(r'(csrfmiddlewaretoken" value="|nonce="|/feedback/|/family/)[\w:.-]+')
TAG = re.compile(r"<[^>]*>")
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.S)


class Exits:
    """What came out, and what of it should not have."""

    def __init__(self, keys):
        self.keys, self.read, self.leaks, self.labelled = keys, 0, [], 0

    def take(self, where, content, *, named=""):
        """Read one output; `named` is the reason why names may stand in it."""
        self.read += 1
        for name, said in texts(where, content):
            text = DRAWN.sub(r"\1", said)
            if not named:
                self.leaks += [
                    (name, "canary", text[max(0, one.start() - 60) : one.end() + 40]) for one in CANARY.finditer(text)
                ][:3]
            self.labelled += any(label in text for label in LABELS)
            found = set(re.findall(r"(?<!\d)\d{12,19}(?!\d)", text)) & self.keys
            self.leaks += [(name, "pseudonym", "") for _ in list(found)[:1]]
            self.leaks += [(name, "small", block) for block in blocks(text) if tells_of_few(block)]


def texts(where, content):
    """An output as text: archives by entry, sheets by what their glyphs mean."""
    if isinstance(content, str):
        yield where, content
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from texts(f"{where}/{name}", archive.read(name))
    elif content[:5] == b"%PDF-":
        yield where, words_of(content)
    else:
        yield where, content.decode(errors="replace")


def words_of(sheet):
    """The text of a PDF: its glyphs read by each of its own tables."""
    parts = []
    for found in STREAM.findall(sheet):
        try:
            parts.append(zlib.decompress(found))
        except zlib.error:
            continue
    tables = [table_of(part) for part in parts if b"beginbf" in part]
    drawn = [part for part in parts if b"TJ" in part or b"Tj" in part]
    plain = STREAM.sub(b"", sheet).decode("latin-1") + " ".join(filter(None, map(as_text, parts)))
    return plain + "\n".join(read_by(table, part) for table in tables for part in drawn)


def as_text(part):
    """A stream of a sheet that is a text; nothing of a font or a picture, whose bytes say anything by chance."""
    try:
        return part.decode("utf-8")
    except UnicodeDecodeError:
        return ""


def table_of(part):
    found = {}
    for kind, body in re.findall(rb"beginbf(char|range)(.*?)endbf", part, re.S):
        codes = [one.decode() for one in re.findall(rb"<([0-9A-Fa-f]+)>", body)]
        step = 2 if kind == b"char" else 3
        for at in range(0, len(codes) - step + 1, step):
            first, last, text = int(codes[at], 16), int(codes[at + step - 2], 16), codes[at + step - 1]
            word = bytes.fromhex(text).decode("utf-16-be", errors="replace")
            for glyph in range(first, last + 1):
                found[glyph] = word[:-1] + chr(ord(word[-1]) + glyph - first)
    return found


def read_by(table, part):
    lines = []
    for shown in re.findall(rb"\[(.*?)\]\s*TJ|((?:<[0-9A-Fa-f]*>|\((?:\\.|[^\\)])*\))\s*)Tj", part, re.S):
        codes = b"".join(
            raw_of(one) for one in re.findall(rb"<[0-9A-Fa-f]*>|\((?:\\.|[^\\)])*\)", shown[0] or shown[1], re.S)
        )
        lines.append(
            "".join(table.get(int.from_bytes(codes[at : at + 2], "big"), "") for at in range(0, len(codes), 2))
        )
    return " ".join(lines)


def raw_of(token):
    if token[:1] == b"<":
        return bytes.fromhex(token[1:-1].decode())
    plain = re.sub(rb"\\([0-7]{1,3})", lambda one: bytes([int(one[1], 8) & 255]), token[1:-1])
    ends = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    return re.sub(rb"\\(.)", lambda one: ends.get(one[1], one[1]), plain, flags=re.S)


def blocks(text):
    """Rows, sentences, objects: the parts within which a number belongs to a label."""
    if "<" in text and "</" in text:
        return [unescape(re.sub(r"\s+", " ", TAG.sub(" ", one))) for one in BLOCK.findall(text)]
    if text[:1] in "[{":
        try:
            return [json.dumps(one) for one in objects(json.loads(text))]
        except ValueError:
            pass
    return text.splitlines()


def objects(value):
    if isinstance(value, dict):
        flat = {name: one for name, one in value.items() if not isinstance(one, dict | list)}
        yield flat
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from objects(one)


def tells_of_few(block):
    return any(label in block for label in LABELS) and bool(SMALL.search(NO_COUNT.sub("", block)))


@pytest.fixture
def logged():
    """Every log line as it is written where the application runs."""
    out = io.StringIO()
    writes = logging.StreamHandler(out)
    writes.addFilter(Impersonal())
    writes.setFormatter(JsonLines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(writes)
    root.setLevel(logging.INFO)
    yield out
    root.removeHandler(writes)
    root.setLevel(before)


@pytest.fixture
def exits(rich):
    with Lake.open(folder_of(rich.cast.district) / "lake").reading() as reading:
        held = reading.arrow(reading.table("identifiers")).to_pylist()
    return Exits({str(row["person_key"]) for row in held})


def test_the_walk_would_see_what_it_looks_for():
    exits = Exits({"123456789012345678"})
    exits.take("a", "<tr><th>Zephyr Annex</th><td>3</td></tr>")
    exits.take("b", '[{"school": "RB-E09", "n": 3}]')
    exits.take("c", "by Zyxgiven0001")
    exits.take("d", b"row 123456789012345678")
    exits.take("e", "<tr><th>Zephyr Annex</th><td>too few to show</td><td>grade 4</td></tr>")
    exits.take("a token", '<input name="csrfmiddlewaretoken" value="AzYxB"><a href="/feedback/qzyx:9">Answer</a>')
    exits.take("f", workbook("Zephyr Annex", 2))
    exits.take("g", workbook("Zyxfamily0001", 20))
    assert [(where, kind) for where, kind, _ in exits.leaks] == [
        ("a", "small"), ("b", "small"), ("c", "canary"), ("d", "pseudonym"),
        ("f/xl/worksheets/sheet1.xml", "small"), ("g/xl/worksheets/sheet1.xml", "canary"),
    ]  # fmt: skip


def workbook(label, count):
    """A workbook of one row, written as ours are: with its texts in its cells."""
    text = f'<c r="A1" t="inlineStr"><is><t>{label}</t></is></c><c r="B1"><v>{count}</v></c>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", f'<sheetData><row r="1">{text}</row></sheetData>')
    return out.getvalue()


@pytest.mark.slow
def test_sheets_are_read_by_what_their_glyphs_mean(rich):
    client = Client()
    client.force_login(rich.cast["privacy_lead"])
    sheets = [client.get(one) for one in leads_to("/reports/<str:public_id>/sheet/", rich.cast.district)]
    read = [words_of(answer.content) for answer in sheets if answer.status_code == 200]
    assert read
    assert all("Riverbend Unified" in text for text in read)


def test_what_is_refused_names_nobody(recorded, work, logged, client):
    """The everyday part: files full of names that cannot be read, and everything that is said of them."""
    exits = Exits(set())
    client.force_login(recorded["analyst"])
    client.raise_request_exception = False
    files = {"again.csv": planted.MISTAKEN, "strange.csv": b"who,what\nZyxgiven0001 Zyxfamily0001,zyxid1\n"}
    for name, content in files.items():
        imports.receive(by=recorded["analyst"], source="Vendor", files=[SimpleUploadedFile(name, content)])
    work()
    provoke(exits, client)
    told_within(exits, recorded.district)
    for route in ("/data/", "/data/quality/", *leads_to("/data/imports/<str:public_id>/", recorded.district)):
        exits.take(route, client.get(route).content)
    exits.take("log", logged.getvalue())
    assert exits.read > 15
    assert exits.leaks == []


def provoke(exits, client):
    """Requests that fail, each with a person in it."""
    person = "Zyxgiven0001 Zyxfamily0001"
    upload = SimpleUploadedFile("x.exe", person.encode())
    asked = [
        client.get("/aims/aim_none/", {"q": person}),
        client.post("/data/imports/new/", {"files": upload, "source": "Vendor"}),
        client.post("/data/worklist/choose/", {"entry": "none", "number": "zyxid0000001"}),
        client.post("/data/worklist/undo/", {"entry": "none"}),
        client.get("/api/v1/aims", headers={"Authorization": f"Bearer {person}"}),
        client.post("/api/v1/cycles", data=person, content_type="application/json"),
    ]
    for answer in asked:
        exits.take(f"error {answer.request['PATH_INFO']}", answer.content)


def told_within(exits, district):
    """Jobs, imports and audit events, as they are kept for pages and programs; mail as it goes out."""
    with within(district.pk):
        for job in Job.objects.all():
            exits.take(f"job {job.kind}", json.dumps([job.says, job.remedy, job.words, job.result], default=str))
        for brought in Import.objects.all():
            exits.take("import", json.dumps([brought.account, brought.rows, brought.files], default=str))
        for event in AuditEvent.objects.all():
            exits.take("audit trail", json.dumps(event.words, default=str))
    for letter in mail.outbox:
        exits.take("mail", letter.subject + letter.body)


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
def test_no_page_names_anybody_or_counts_few(rich, exits, logged, role):
    client = Client(raise_request_exception=False)
    client.force_login(rich.cast[role])
    for language, rows in (("en", 6), ("es", 2)):  # the figures are the same, whatever the words around them
        client.cookies["django_language"] = language
        for route, _ in pages():
            for address in leads_to(route, rich.cast.district)[-rows:]:
                with transaction.atomic():
                    answer = client.get(address)
                    content = b"".join(answer.streaming_content if answer.streaming else [answer.content])
                    transaction.set_rollback(True)
                exits.take(f"{language} {route}", content, named=NAMED_PAGES.get(route, ""))
    provoke(exits, client)
    told_within(exits, rich.cast.district)
    exits.take("log", logged.getvalue())
    assert exits.read > 150
    assert exits.labelled, "the planted school is spoken of"
    assert exits.leaks == []


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.EDTECH_LEAD, Role.ANALYST, Role.PRIVACY_LEAD, Role.AUDITOR])
def test_no_operation_of_the_api_names_anybody_or_counts_few(rich, exits, role):
    account = rich.cast[role]
    issued = tokens.issue(by=account, name="script", held=tokens.own_grants(by=account)[0], days=30)
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {issued.secret}"})
    for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items():
        if "get" in methods:
            for address in leads_to(path.replace("{public_id}", "<public_id>"), rich.cast.district):
                exits.take(path, client.get(address).content)
    assert exits.read > 30
    assert exits.leaks == []


@pytest.mark.slow
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_no_command_names_anybody_or_counts_few(rich, exits, tmp_path, command):
    home, out = folder_of(rich.cast.district), tmp_path / "out"
    out.mkdir()
    before = (
        {path: path.stat().st_mtime_ns for path in (home / "briefs").glob("*")} if (home / "briefs").exists() else {}
    )
    for words in COMMANDS[command]:
        ran = gainline(*command.split(), *(word.format(out=out) for word in words), "-w", home)
        assert ran.code in {0, 2, 10, 12}, ran.err
        exits.take(f"{command} {words} out", ran.out)
        exits.take(f"{command} {words} err", ran.err)
        written = [path for path in (home / "briefs").glob("*") if before.get(path) != path.stat().st_mtime_ns]
        for path in [*written, *(path for path in out.rglob("*") if path.is_file())]:
            exits.take(f"{command} {words} {path.name}", path.read_bytes())
    assert exits.leaks == []


@pytest.mark.slow
def test_no_workbook_calendar_or_sheet_of_the_roadmap_names_anybody(rich, exits, tmp_path):
    """Whatever of a district goes to other programs: workbook, table, project, calendars, page and sheet."""
    plan, dates = tmp_path / "roadmap.toml", tmp_path / "dates.csv"
    plan.write_text(roadmaps.text(by=rich.cast.lead), encoding="utf-8")
    out = {form: tmp_path / "out" / f"plan.{form}" for form in ("xlsx", "csv", "xml", "html", "pdf")}
    (tmp_path / "out").mkdir()
    dates.write_text(gainline("roadmap", "solve", plan, "--work", 0.05, "--format", "csv").out, encoding="utf-8")
    words = {
        "export": ["--dates", dates, *(word for form in ("xlsx", "csv", "xml") for word in (f"--{form}", out[form]))],
        "report": ["--dates", dates, "--html", out["html"], "--pdf", out["pdf"]],
    }
    words["export"] += ["--ics", tmp_path / "out" / "calendars"]
    for verb, said in words.items():
        ran = gainline("roadmap", verb, plan, *said)
        assert ran.code == 0, ran.err
        exits.take(f"roadmap {verb}", ran.out + ran.err)
    written = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    for path in written:
        exits.take(path.name, path.read_bytes())
    assert {path.suffix for path in written} == {".xlsx", ".csv", ".xml", ".ics", ".html", ".pdf"}
    assert exits.leaks == []


def test_every_command_is_walked_or_has_its_reason():
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    names = re.findall(r"^## gainline (.+)$", page, re.M)
    leaves = [name for name in names if not any(other.startswith(f"{name} ") for other in names)]
    reasons = {**NAMED_COMMANDS, **OTHER_COMMANDS, **COMMANDS}
    assert [one for one in leaves if one not in reasons and one.split()[0] not in PREFIXES_WITHOUT_PEOPLE] == []
