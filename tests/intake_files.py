"""Files as vendors and offices send them, made small for the tests of intake."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa

from gainline.engine.core.issues import Issue
from gainline.engine.intake import Account, Identity, Profile, discover, load_profiles, read
from gainline.engine.records import arrow_schema, empty_table

SALT = b"a salt of thirty-two bytes, kept."
AS_OF = date(2026, 6, 1)
USAGE_HEADER = "student_id,school,tool,day,minutes"


@dataclass
class Taken:
    """Everything one reading gave."""

    tables: dict[str, pa.Table]
    account: Account
    issues: list[Issue]

    def rows(self, name: str) -> list[dict[str, object]]:
        """Rows of one canonical table."""
        return self.tables.get(name, empty_table(name)).to_pylist()

    def codes(self) -> dict[str, int]:
        """Rows per issue code."""
        return self.account.by_code

    def lines(self, code: str) -> list[int]:
        """First lines of one code."""
        return [line for fold in self.account.faults if fold.code == code for line in fold.lines]

    def adds_up(self) -> bool:
        """Tell whether every row is accounted for."""
        account = self.account
        return account.read == account.loaded + account.repaired + account.rejected


@dataclass
class Office:
    """Reads files one after another, with what the earlier ones taught."""

    profiles: dict[str, Profile] = field(default_factory=lambda: load_profiles()[0])
    known: dict[str, list[pa.Table]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)

    def identity(self) -> Identity:
        """Who is known so far."""
        tables = {
            n: pa.concat_tables(self.known.get(n, [empty_table(n)])) for n in ("identifiers", "students", "schools")
        }
        return Identity(SALT, tables["identifiers"], tables["students"], self.aliases, tables["schools"])

    def discover(self, *paths: Path) -> tuple[list[str], list[Issue]]:
        """Kinds of the sources found, and the issues."""
        sources, issues = discover(paths, self.profiles)
        return [source.kind for source in sources], issues

    def take(self, path: Path, *, number: int | None = None) -> Taken:
        """Read the one source that lies there, or the one of this number among several."""
        sources, issues = discover([path], self.profiles)
        assert number is not None or len(sources) == 1, [str(issue) for issue in issues]
        reading = read(
            sources[number or 0], profiles=self.profiles, identity=self.identity(), import_id="i1", as_of=AS_OF
        )
        tables: dict[str, list[pa.Table]] = {}
        for batch in reading.batches:
            assert batch.rows.schema.equals(arrow_schema(batch.table)), batch.table
            tables.setdefault(batch.table, []).append(batch.rows)
            self.known.setdefault(batch.table, []).append(batch.rows)
        whole = {name: pa.concat_tables(parts) for name, parts in tables.items()}
        return Taken(whole, reading.account, reading.issues)


def usage_rows(*rows: str, header: str = USAGE_HEADER, end: str = "\n") -> str:
    """A usage file's text."""
    return end.join([header, *rows]) + end


def zipped(files: Mapping[str, str | bytes]) -> bytes:
    """Files in a zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


_FIRST = "sourcedId,status,dateLastModified"
_MODES = ("orgs", "academicSessions", "courses", "classes", "users", "enrollments", "demographics")
_RACES = (
    "americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,nativeHawaiianOrOtherPacificIslander,white,"
    "demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity"
)
_MARKERS = "metadata.economicallyDisadvantaged,metadata.englishLearner,metadata.disability"


def _file(columns: str, *rows: str) -> str:
    return "".join(f"{line}\n" for line in (f"{_FIRST},{columns}", *rows))


ROSTER: dict[str, str] = {
    "manifest.csv": "propertyName,value\noneroster.version,1.1\n" + "".join(f"file.{n},bulk\n" for n in _MODES),
    "orgs.csv": _file(
        "name,type,identifier,parentSourcedId",
        "d1,,,District,district,,",
        "s1,,,Oak School,school,011,d1",
        "s2,,,Élm School,school,012,d1",
    ),
    "academicSessions.csv": _file(
        "title,type,startDate,endDate,parentSourcedId,schoolYear",
        "y,,,Year,schoolYear,2025-08-01,2026-06-30,,2026",
    ),
    "courses.csv": _file(
        "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
        "c1,,,y,Reading 3,R3,03,d1,Reading,01",
    ),
    "classes.csv": _file(
        "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,"
        "subjectCodes,periods",
        "k1,,,Room 1,03,c1,,homeroom,,s1,y,,,",
        "k2,,,Room 2,03,c1,,homeroom,,s2,y,,,",
    ),
    "users.csv": _file(
        "enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,"
        "agentSourcedIds,grades,password",
        'u1,,,true,s1,student,ada.l,"{stateId:9001}",Ada,L,,000123,Ada.L@x.example,,,,03,',
        "u2,,,true,s1,student,bo.m,,Bo,M,,000124,bo.m@x.example,,,,03,",
        "u3,,,true,s2,student,cy.n,,Cy,N,,060186,cy.n@x.example,,,,4,",
        "u4,,,true,s1,teacher,di.o,,Di,O,,T-9,di.o@x.example,,,,,",
    ),
    "enrollments.csv": _file(
        "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
        "e1,,,k1,s1,u1,student,,2025-08-20,",
        "e2,,,k1,s1,u2,student,,2025-08-20,2026-01-10",
        "e3,,,k2,s2,u3,student,,,",
        "e4,,,k1,s1,u4,teacher,true,,",
    ),
    "demographics.csv": _file(
        f"birthDate,sex,{_RACES},{_MARKERS}",
        "u1,,,2016-01-01,female,false,true,false,false,false,false,false,true,false,false",
        "u2,,,2016-01-01,male,false,false,true,false,true,false,false,Free,N,Y",
        "u3,,,2015-01-01,,false,false,false,false,true,false,true,false,true,",
    ),
}
"""A small conformant OneRoster 1.1 package: three students and a teacher in two schools."""


def roster_with(
    changes: Mapping[str, str | None] | None = None, /, **replaced: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """The roster with files added or taken away, and texts replaced in single files (``users=[(old, new)]``)."""
    files = {name: text for name, text in {**ROSTER, **(changes or {})}.items() if text is not None}
    for stem, pairs in replaced.items():
        for old, new in pairs:
            assert old in files[f"{stem}.csv"], old
            files[f"{stem}.csv"] = files[f"{stem}.csv"].replace(old, new)
    return files
