"""Vendor files: every row loaded, repaired or rejected with its line; nothing lost, nothing guessed."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from gainline.engine.intake import parse_profile
from intake_files import Office, Taken, roster_with, usage_rows, zipped

GOOD = ("000123,Oak School,mathly,2025-09-01,10", "000124,Oak School,mathly,2025-09-02,12.5")


def take(tmp_path: Path, content: str | bytes, name: str = "use.csv") -> Taken:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Office().take(path)


def refused(tmp_path: Path, content: str | bytes, name: str = "use.csv") -> list[str]:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    kinds, issues = Office().discover(path)
    assert kinds == []
    return [issue.code for issue in issues]


def test_a_sound_file_loads_with_week_and_line(tmp_path: Path):
    taken = take(tmp_path, usage_rows(*GOOD))
    rows = taken.rows("usage")
    assert [(row["value"], row["first_day"], row["week_start"], row["source_line"]) for row in rows] == [
        (10.0, date(2025, 9, 1), date(2025, 9, 1), 2),
        (12.5, date(2025, 9, 2), date(2025, 9, 1), 3),
    ]
    assert {row["tool"] for row in rows} == {"mathly"}
    assert (taken.account.read, taken.account.loaded) == (2, 2)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("000123,Oak School,mathly,2025-09-01", "IN020"),
        ("000123,Oak School,mathly,2025-09-01,3,4", "IN020"),
        ('000123,"Oak School,mathly,2025-09-01,3', "IN021"),
        ("000\x00123,Oak School,mathly,2025-09-01,3", "IN022"),
        ("000123,Oak School,mathly,2025-09-01,", "IN030"),
        (",Oak School,mathly,2025-09-01,3", "IN030"),
        ("000123,Oak School,mathly,,3", "IN030"),
        ("000123,Oak School,mathly,2025-09-01,-3", "IN031"),
        ("000123,Oak School,mathly,2025-09-01,three", "IN032"),
        ("000123,Oak School,mathly,2025-09-01,nan", "IN032"),
        ("000123,Oak School,mathly,2025-09-31,3", "IN034"),
        ("000123,Oak School,mathly,09/01/2025,3", "IN034"),
        ("000123,Oak School,mathly,2025-09-01,1:05:30", "IN036"),
        ("1.23E+11,Oak School,mathly,2025-09-01,3", "IN037"),
        ("Total,,,,90", "IN023"),
        ("student_id,school,tool,day,minutes", "IN024"),
        (",,,,", "IN025"),
    ],
)
def test_a_faulty_row_is_kept_out_alone_with_its_line(tmp_path: Path, row: str, code: str):
    taken = take(tmp_path, usage_rows(GOOD[0], row, GOOD[1]))
    assert (taken.account.read, taken.account.rejected) == (3, 1)
    assert taken.lines(code) == [3]
    assert [r["source_line"] for r in taken.rows("usage")] == [2, 4]


def test_dressed_numbers_are_repaired_and_reported(tmp_path: Path):
    taken = take(tmp_path, usage_rows(GOOD[0], '000124,Oak School,mathly,2025-09-02,"1,204"'))
    assert [row["value"] for row in taken.rows("usage")] == [10.0, 1204.0]
    assert (taken.account.repaired, taken.lines("IN033")) == (1, [3])


def test_blank_lines_are_no_rows_and_keep_the_line_numbers_right(tmp_path: Path):
    taken = take(tmp_path, usage_rows(GOOD[0], "", "", GOOD[1]))
    assert (taken.account.read, [row["source_line"] for row in taken.rows("usage")]) == (2, [2, 5])


def test_a_quoted_cell_may_run_over_lines(tmp_path: Path):
    taken = take(tmp_path, usage_rows('000123,"Oak\nSchool",mathly,2025-09-01,3', GOOD[1]))
    assert (taken.account.read, taken.account.loaded) == (2, 2)
    assert [row["source_line"] for row in taken.rows("usage")] == [2, 4]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "mac_roman"])
def test_delimiters_and_encodings_change_nothing(tmp_path: Path, delimiter: str, encoding: str):
    text = usage_rows("x1,Élan École,mathly,2025-09-01,10", "x2,Peña Académie,mathly,2025-09-02,12")
    taken = take(tmp_path, text.replace(",", delimiter).encode(encoding))
    assert taken.account.loaded == 2
    assert {row["school"] for row in taken.rows("unmatched")} == {"Élan École", "Peña Académie"}
    assert ("IN010" in taken.codes()) == (not encoding.startswith("utf-8"))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_change_nothing(tmp_path: Path, end: str):
    taken = take(tmp_path, usage_rows(*GOOD, end=end))
    assert (taken.account.loaded, [row["source_line"] for row in taken.rows("usage")]) == (2, [2, 3])


def test_a_last_line_without_an_end_is_a_row(tmp_path: Path):
    assert take(tmp_path, usage_rows(*GOOD).rstrip("\n")).account.loaded == 2


def test_gzip_and_zip_are_looked_through(tmp_path: Path):
    plain = take(tmp_path, usage_rows(*GOOD))
    assert take(tmp_path, gzip.compress(usage_rows(*GOOD).encode()), "use.csv.gz").account.loaded == 2
    assert take(tmp_path, zipped({"in/use.csv": usage_rows(*GOOD)}), "use.zip").account.read == plain.account.read


def test_titles_above_the_header_are_skipped(tmp_path: Path):
    taken = take(tmp_path, "Usage report\nRiverbend\n\n" + usage_rows(*GOOD))
    assert (taken.account.loaded, taken.rows("usage")[0]["source_line"]) == (2, 5)
    assert "IN012" in taken.codes()


def test_headers_are_matched_folded_and_by_alias(tmp_path: Path):
    taken = take(tmp_path, usage_rows(*GOOD, header="Student ID,School Name,Tool,Usage Date,Time (min)"))
    assert taken.account.loaded == 2


def test_an_empty_file_and_a_bare_header_are_said(tmp_path: Path):
    assert refused(tmp_path, "") == ["IN002"]
    bare = take(tmp_path, usage_rows())
    assert (bare.account.read, list(bare.codes())) == (0, ["IN003"])


def test_a_wrong_header_names_the_nearest_profile_and_the_likely_misspelling(tmp_path: Path):
    codes = refused(tmp_path, usage_rows(*GOOD, header="student_id,school,tool,day,minuets"))
    assert codes == ["IN005", "IN006", "IN009"]
    assert refused(tmp_path, "a,b\n1,2\n") == ["IN005"]


@pytest.mark.parametrize("cut", [4, 30, 60])
def test_a_cut_archive_gives_one_issue_and_no_rows(tmp_path: Path, cut: int):
    text = usage_rows(*(f"{n:06d},Oak School,mathly,2025-09-01,{n}" for n in range(900)))
    assert refused(tmp_path, zipped({"use.csv": text})[:-cut], "use.zip") == ["IN004"]
    assert refused(tmp_path, gzip.compress(text.encode())[:-cut], "use.csv.gz") == ["IN004"]


def test_a_path_that_does_not_exist_is_an_issue(tmp_path: Path):
    kinds, issues = Office().discover(tmp_path / "nothing.csv")
    assert (kinds, [issue.code for issue in issues]) == ([], ["IN001"])


def test_sources_come_rosters_first_and_usage_last(tmp_path: Path):
    (tmp_path / "a-use.csv").write_text(usage_rows(*GOOD))
    (tmp_path / "b-results.csv").write_text("student_id,assessment,form,score\n1,math,fall,2\n")
    (tmp_path / "c-licenses.csv").write_text("tool,student_id,first_day,last_day\nmathly,000123,2025-09-01,\n")
    (tmp_path / "z.zip").write_bytes(zipped(roster_with()))
    kinds, issues = Office().discover(tmp_path)
    assert (kinds, issues) == (["oneroster", "licenses", "generic_results", "generic_usage"], [])


def test_repeated_faults_are_folded_with_a_full_count_and_the_first_lines(tmp_path: Path):
    bad = ["000123,Oak School,mathly,2025-09-01,-1"] * 50
    taken = take(tmp_path, usage_rows(*bad))
    fault = next(fold for fold in taken.account.faults if fold.code == "IN031")
    assert (fault.rows, fault.lines) == (50, list(range(2, 22)))
    issue = next(issue for issue in taken.issues if issue.code == "IN031")
    assert (issue.line, issue.rows, issue.column) == (2, 50, "value")


def test_the_account_waits_for_the_last_batch(tmp_path: Path):
    from gainline.engine.intake import Identity, discover, read
    from intake_files import AS_OF

    path = tmp_path / "use.csv"
    path.write_text(usage_rows(*GOOD))
    office = Office()
    reading = read(
        discover([path], office.profiles)[0][0],
        profiles=office.profiles,
        identity=Identity(b"s"),
        import_id="i",
        as_of=AS_OF,
    )
    with pytest.raises(RuntimeError):
        _ = reading.account
    assert len(list(reading.batches)) == 2
    assert reading.account.to_json_value()["rows"] == {"read": 2, "loaded": 2, "repaired": 0, "rejected": 0}


def test_results_keep_a_missing_score_missing(tmp_path: Path):
    taken = take(
        tmp_path,
        "student_id,assessment,form,score,taken_on\n1,math,fall,480,2025-09-03\n2,math,fall,,2025-09-03\n3,math,,4,\n",
    )
    assert [(row["score"], row["status"]) for row in taken.rows("results")] == [(480.0, "scored"), (None, "missing")]
    assert (taken.account.rejected, taken.lines("IN030"), taken.lines("IN040")) == (1, [4], [3])
    assert [(row["assessment"], row["form"]) for row in taken.rows("assessments")] == [("math", "fall")]


def test_contracts_and_their_faults(tmp_path: Path):
    header = "tool,tool_name,vendor,licenses,cost,currency,start_date,end_date,notice_date\n"
    taken = take(
        tmp_path,
        header
        + 'm,Mathly,V,200,"$5,400.00",USD,2025-08-01,2026-07-31,2026-05-01\nm2,,,x,1,USD,2025-08-01,2026-07-31,\n',
    )
    (row,) = taken.rows("contracts")
    assert (row["licenses"], row["cost"], row["notice_date"]) == (200, 5400.0, date(2026, 5, 1))
    assert (taken.account.repaired, taken.account.rejected, taken.lines("IN032")) == (1, 1, [3])


def test_assignments_know_schools_by_name_alias_and_id(tmp_path: Path):
    office = Office(aliases={"Oak Elem.": "s1"})
    (tmp_path / "r.zip").write_bytes(zipped(roster_with()))
    office.take(tmp_path / "r.zip")
    rows = [
        "p,school,Oak Elem.,tool,,randomized,",
        "p,school,s2,usual,,randomized,",
        "p,school,Nowhere,usual,,randomized,",
        "p,student,123,tool,,chosen,",
        "p,class,k1,tool,,chosen,",
    ]
    (tmp_path / "a.csv").write_text("pilot,unit,unit_id,arm,block,how,assigned_on\n" + "\n".join(rows) + "\n")
    taken = office.take(tmp_path / "a.csv")
    assert [row["unit_id"] for row in taken.rows("assignments")][:2] == ["s1", "s2"]
    assert (taken.lines("IN055"), taken.lines("IN046"), taken.account.loaded) == ([4], [6], 3)


def profile_of(text: str) -> Office:
    profile, issues = parse_profile(text, file="own.toml")
    assert profile is not None, issues
    office = Office()
    office.profiles[profile.key] = profile
    return office


BASE = """
key = "own"
name = "Own"
target = "usage"
source_system = "own"
tool = "own"
detect = ["Own Id"]
{more}
[[identity]]
header = "Own Id"
[columns]
{columns}
[[measures]]
header = "Amount"
metric = "minutes_active"
unit = "{unit}"
definition = "d"
day_limit = 1440
"""


def test_year_to_date_amounts_become_differences_and_a_fall_is_reported(tmp_path: Path):
    office = profile_of(
        BASE.format(
            more='grain = "year-to-date"', columns='day = { header = "As of", required = true }', unit="minutes"
        )
    )
    (tmp_path / "f.csv").write_text(
        "Own Id,As of,Amount\n1,2025-09-07,30\n1,2025-09-14,50\n2,2025-09-14,9\n1,2025-09-21,20\n"
    )
    taken = office.take(tmp_path / "f.csv")
    spans = {(row["source_line"], row["value"], row["first_day"], row["last_day"]) for row in taken.rows("usage")}
    assert spans == {
        (2, 30.0, date(2025, 8, 1), date(2025, 9, 7)),
        (3, 20.0, date(2025, 9, 8), date(2025, 9, 14)),
        (5, 20.0, date(2025, 9, 15), date(2025, 9, 21)),
        (4, 9.0, date(2025, 8, 1), date(2025, 9, 14)),
    }
    assert taken.lines("IN042") == [5]


def test_weeks_months_and_spans_are_covered_to_their_last_day(tmp_path: Path):
    week = profile_of(BASE.format(more='grain = "week"', columns='day = { header = "Week of" }', unit="h:m:s"))
    (tmp_path / "w.csv").write_text("Own Id,Week of,Amount\n1,2025-09-01,1:05:30\n")
    (row,) = week.take(tmp_path / "w.csv").rows("usage")
    assert (row["value"], row["first_day"], row["last_day"]) == (65.5, date(2025, 9, 1), date(2025, 9, 7))
    columns = 'month = { header = "Month" }\nyear = { header = "Year" }'
    month = profile_of(BASE.format(more='grain = "month"', columns=columns, unit="seconds"))
    (tmp_path / "m.csv").write_text("Own Id,Year,Month,Amount\n1,2026,2,600\n1,2026,13,600\n")
    taken = month.take(tmp_path / "m.csv")
    (row,) = taken.rows("usage")
    assert (row["value"], row["first_day"], row["last_day"]) == (10.0, date(2026, 2, 1), date(2026, 2, 28))
    assert taken.lines("IN046") == [3]


def test_more_minutes_than_the_days_hold_are_refused(tmp_path: Path):
    office = profile_of(BASE.format(more="", columns='day = { header = "Day" }', unit="minutes"))
    (tmp_path / "f.csv").write_text("Own Id,Day,Amount\n1,2025-09-01,1441\n1,2025-09-01,1440\n")
    assert office.take(tmp_path / "f.csv").lines("IN038") == [2]


def test_a_span_that_ends_before_it_begins_is_refused(tmp_path: Path):
    columns = 'first_day = { header = "From" }\nlast_day = { header = "To" }'
    office = profile_of(BASE.format(more="", columns=columns, unit="count"))
    (tmp_path / "f.csv").write_text("Own Id,From,To,Amount\n1,2025-09-08,2025-09-01,4\n1,2025-09-01,2025-09-08,4\n")
    assert office.take(tmp_path / "f.csv").lines("IN043") == [2]


def test_events_are_placed_in_the_declared_time_zone(tmp_path: Path):
    office = profile_of(
        'key = "ev"\nname = "E"\ntarget = "events"\nsource_system = "ev"\ntool = "ev"\ntime_zone = "America/Chicago"\n'
        '[[identity]]\nheader = "who"\n[columns]\n'
        'at = { header = "when", required = true }\naction = { value = "open" }\n'
    )
    (tmp_path / "e.csv").write_text("who,when\n1,2025-09-02T03:00:00Z\n1,2025-09-01T22:00:00\n1,1756782000\n1,soon\n")
    taken = office.take(tmp_path / "e.csv")
    assert {(row["epoch_s"], row["local_date"]) for row in taken.rows("events")} == {(1756782000, date(2025, 9, 1))}
    assert taken.lines("IN034") == [5]


def test_two_profiles_that_fit_alike_are_a_question_and_a_district_s_own_goes_first(tmp_path: Path):
    office = Office()
    twin = office.profiles["generic_usage"]
    office.profiles["twin"] = twin.model_copy(update={"key": "twin"})
    (tmp_path / "use.csv").write_text(usage_rows(*GOOD))
    assert office.take(tmp_path / "use.csv").account.profile == "twin"
    office.profiles["triplet"] = twin.model_copy(update={"key": "triplet"})
    assert [issue.code for issue in office.discover(tmp_path / "use.csv")[1]] == ["IN014"]
    office.profiles["triplet"] = twin.model_copy(update={"key": "triplet", "files": ("use*.csv",)})
    assert office.take(tmp_path / "use.csv").account.profile == "triplet"
