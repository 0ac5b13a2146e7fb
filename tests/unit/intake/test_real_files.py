"""The real and vendor-shaped data beside the project, with the counts that their makers publish."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pyarrow.compute as pc
import pytest

from gainline.engine.core.ids import person_key
from gainline.engine.intake.containers import Part
from gainline.engine.intake.encoding import survey
from intake_files import SALT, Office
from shared_data import shared

pytestmark = pytest.mark.shared_data


def test_iready_lessons_give_minutes_and_passes():
    taken = Office().take(shared("oea_vendor_samples/iready/personalized_instruction_by_lesson_ela.csv.gz"))
    assert (taken.account.profile, taken.account.read, taken.account.rejected) == ("iready_lesson", 11770, 0)
    usage = taken.tables["usage"]
    assert set(usage["metric"].to_pylist()) == {"minutes_active", "items_passed"}
    assert usage["first_day"][0].as_py() == date(2021, 9, 23)
    assert taken.account.linkage is not None
    assert taken.account.linkage.identities == 500


def test_iready_diagnostics_take_their_window_from_the_month():
    taken = Office().take(shared("oea_vendor_samples/iready/diagnostic_results_math.csv.gz"))
    assert (taken.account.profile, taken.account.read, taken.account.rejected) == ("iready_diagnostic_math", 1002, 0)
    assert {row["form"] for row in taken.rows("assessments")} == {"fall", "winter"}


def test_clever_participation_gives_three_amounts_a_row():
    taken = Office().take(shared("oea_vendor_samples/clever/daily_participation_students.csv.gz"))
    assert (taken.account.read, taken.account.loaded) == (15000, 15000)
    assert taken.tables["usage"].num_rows == 45000


def test_star_has_its_students_arms_and_scores():
    taken = Office().take(shared("project_star/star_aer_wide.csv.gz"))
    assert (taken.account.read, taken.account.loaded) == (11598, 11598)
    arms = [row for row in taken.rows("assignments") if row["pilot"] == "star-k"]
    counts = {arm: sum(row["arm"] == arm for row in arms) for arm in ("small", "regular", "regular+aide")}
    assert counts == {"small": 1900, "regular": 2194, "regular+aide": 2231}
    math = taken.tables["results"].filter((pc.field("assessment") == "math") & (pc.field("form") == "K"))
    assert math.num_rows == 5871
    assert {row["block"] is not None and row["how"] for row in arms} == {"randomized"}


def test_the_encoding_ladder_reads_the_two_files_that_detectors_get_wrong():
    mac = survey(Part(shared("dataedu_k12_online/course_data.macroman.csv.gz")).chunks())
    windows = survey(Part(shared("oea_vendor_samples/m365_insights/RefDefinition_part1.csv.gz")).chunks())
    assert (mac.encoding, windows.encoding) == ("mac_roman", "cp1252")


def write_csv_originals(folder: Path) -> None:
    """One module of OULAD as the CSV files that the Open University publishes."""
    root = shared("oulad")
    connection = duckdb.connect()
    for name in ("courses", "assessments", "vle", "studentInfo", "studentRegistration", "studentAssessment"):
        query = f"select * from read_parquet('{root}/{name}.parquet')"
        if name == "studentAssessment":
            of_module = f"read_parquet('{root}/assessments.parquet') where code_module = 'AAA'"
            query += f" where id_assessment in (select id_assessment from {of_module})"
        else:
            query += " where code_module = 'AAA'"
        connection.execute(f"copy ({query}) to '{folder}/{name}.csv' (header)")
    clicks = f"read_parquet('{root}/studentVle_ds/code_module=AAA/*/*.parquet', hive_partitioning = true)"
    connection.execute(f"copy (select * from {clicks} limit 20000) to '{folder}/studentVle.csv' (header)")


def test_oulad_reads_alike_from_its_csv_originals(tmp_path: Path):
    write_csv_originals(tmp_path)
    taken = Office().take(tmp_path)
    assert taken.tables["usage"].num_rows == 20000
    assert taken.account.rejected == 0
    assert taken.adds_up()
    info = duckdb.connect().execute(
        f"select count(*) from read_parquet('{shared('oulad')}/studentInfo.parquet') where code_module = 'AAA'"
    )
    assert taken.tables["enrollments"].num_rows == info.fetchall()[0][0]


@pytest.mark.slow
def test_oulad_whole_has_the_published_counts():
    taken = Office().take(shared("oulad"))
    rows = {name: table.num_rows for name, table in taken.tables.items()}
    assert (rows["usage"], rows["enrollments"], rows["results"]) == (10_655_280, 32_593, 173_912)
    assert pc.sum(taken.tables["usage"]["value"]).as_py() == 39_605_099
    assert rows["students"] == 28_785
    assert (taken.codes()["IN040"], taken.codes()["IN041"]) == (173, 3516)
    assert taken.adds_up()
    labels = taken.tables["attributes"].filter(pc.field("attribute") == "imd_band")["text"].unique().to_pylist()
    assert len(labels) == 10
    assert all(label.endswith("%") for label in labels)
    one = taken.tables["students"]["person_key"].to_pylist()
    assert person_key(SALT, "roster", "11391") in one
