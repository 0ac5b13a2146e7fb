"""Every file of the shared data that is a district's record is read, and the account of its rows adds up.

Counts are those that the folders' own SOURCE.md state; where ours differ, the reason stands beside the number. Run with
``-s`` for the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from gainline.engine.intake import Account, discover, read
from intake_files import AS_OF, Office
from shared_data import shared

pytestmark = [pytest.mark.shared_data, pytest.mark.slow]

OEA = "oea_vendor_samples"
K12 = "dataedu_k12_online"


@dataclass(frozen=True)
class Expected:
    """What one import of a file or folder has to give: the rows its maker counts, those kept out, and who read it."""

    path: str
    sources: dict[str, tuple[str, int, int]]  # source name -> profile or standard, rows, rejected


def _each(folder: str, profile_of: dict[str, tuple[str, int]]) -> list[Expected]:
    return [Expected(folder, {name: (key, rows, 0) for name, (key, rows) in profile_of.items()})]


def _further(prefix: str, counts: dict[str, int]) -> dict[str, tuple[str, int]]:
    return {name: (prefix, rows) for name, rows in counts.items()}


MOODLE = {
    "user.csv.gz": ("moodle_users", 640),
    "assign.csv.gz": ("moodle_assignments", 129),
    "course.csv.gz": ("moodle_courses", 87),
    "forum.csv.gz": ("moodle_forums", 5),
    "lesson.csv.gz": ("moodle_lessons", 123),
    "quiz.csv.gz": ("moodle_quizzes", 144),
    "user_enrolments.csv.gz": ("moodle_enrolments", 3687),
    "assign_grades.csv.gz": ("moodle_assign_grades", 2616),
    "forum_grades.csv.gz": ("moodle_forum_grades", 1353),
    "lesson_grades.csv.gz": ("moodle_lesson_grades", 3676),
    "quiz_grades.csv.gz": ("moodle_quiz_grades", 4420),
    "assign_submission.csv.gz": ("moodle_assign_submissions", 3841),
    "forum_discussions.csv.gz": ("moodle_forum_discussions", 432),
    "forum_posts.csv.gz": ("moodle_forum_posts", 1383),
    "quiz_attempts.csv.gz": ("moodle_quiz_attempts", 6862),
    **_further(
        "moodle_further",
        {
            "assign_user_mapping.csv.gz": 5355,
            "assignsubmission_file.csv.gz": 3841,
            "cohort.csv.gz": 5,
            "course_categories.csv.gz": 87,
            "enrol.csv.gz": 174,
            "lesson_answers.csv.gz": 3246,
            "lesson_pages.csv.gz": 123,
            "page.csv.gz": 123,
            "role.csv.gz": 2,
            "role_assignments.csv.gz": 3687,
        },
    ),
}
CANVAS = {
    "users.ndjson.gz": ("canvas_users", 640),
    "assignments.ndjson.gz": ("canvas_assignments", 281),
    "course_sections.ndjson.gz": ("canvas_sections", 87),
    "enrollments.ndjson.gz": ("canvas_enrollments", 3687),
    "quizzes.ndjson.gz": ("canvas_quizzes", 140),
    "quiz_submissions.ndjson.gz": ("canvas_quiz_submissions", 7858),
    **_further(
        "canvas_further",
        {
            "accounts.ndjson.gz": 180,
            "content_tags.ndjson.gz": 291,
            "context_modules.ndjson.gz": 127,
            "courses.ndjson.gz": 87,
            "enrollment_terms.ndjson.gz": 2,
            "roles.ndjson.gz": 2,
        },
    ),
}
IREADY = {
    "diagnostic_results_ela.csv.gz": ("iready_diagnostic_reading", 1022),
    "diagnostic_results_math.csv.gz": ("iready_diagnostic_math", 1002),
    "diagnostic_and_instruction_ela_ytd_window.csv.gz": ("iready_instruction", 500),
    "diagnostic_and_instruction_math_ytd_window.csv.gz": ("iready_instruction", 500),
    "personalized_instruction_by_lesson_ela.csv.gz": ("iready_lesson", 11770),
    "personalized_instruction_by_lesson_math.csv.gz": ("iready_lesson", 7767),
}
SIS = {"studentattendance.csv.gz": "sis_attendance", "studentdemographics.csv.gz": "sis_demographics"}

EXPECTED = [
    *_each(f"{OEA}/moodle_tables", MOODLE),
    *_each(f"{OEA}/canvas_tables", CANVAS),
    *_each(f"{OEA}/iready", IREADY),
    *_each(f"{OEA}/clever", {"daily_participation_students.csv.gz": ("clever_participation", 15000)}),
    # three of the 4,803 mark rows are the header once more
    Expected(
        f"{OEA}/contoso_sis",
        {"contoso_sis": ("sis_students", 400, 0), "studentsectionmark.csv.gz": ("sis_section_marks", 4803, 3)},
    ),
    Expected(
        f"{OEA}/sis_batch1",
        {
            **{name: (key, rows, 0) for (name, key), rows in zip(SIS.items(), (12000, 100), strict=True)},
            "studentsectionmark.csv.gz": ("sis_section_marks", 1044, 0),
        },
    ),
    Expected(
        f"{OEA}/sis_batch2",
        {
            **{name: (key, rows, 0) for (name, key), rows in zip(SIS.items(), (20, 3), strict=True)},
            "studentsectionmark.csv.gz": ("sis_section_marks", 1046, 0),
        },
    ),
    # twelve files: 4 + 40 + 4 + 896 + 448 + 2000 + 100 + 8 + 48 + 200 + 400 + 4800 rows
    Expected(
        f"{OEA}/m365_insights",
        {
            "m365_insights": ("m365_insights", 8948, 0),
            "Activity_part1.csv.gz": ("m365_activity", 5100, 0),
            "Activity_part2.csv.gz": ("m365_activity", 576, 0),
        },
    ),
    Expected(
        "sds_csv_samples",
        {
            "sds_format_100_users": ("sds_v1", 2 + 28 + 86 + 602 + 12 + 28, 0),
            "sds_v2": ("sds_v2", 4 + 29 + 5 + 29, 0),
            "sds_v2_1": ("sds_v2_1", 2 + 2 + 3 + 6 + 6 + 4 + 3 + 7 + 3 + 8, 0),
        },
    ),
    Expected(
        "oneroster_samples",
        {"v1p1_full_messy.zip": ("oneroster", 20, 0), "v1p1_minimal_messy.zip": ("oneroster", 20, 0)},
    ),
    # 22 gradebook rows name no student
    Expected(K12, {K12: ("k12_online", 29711 + 598 + 1102, 22)}),
    Expected(f"{K12}/ma_data_init.csv.gz", {"ma_data_init.csv.gz": ("ma_schools", 1861, 0)}),
    Expected(f"{K12}/sci_mo_processed.csv.gz", {"sci_mo_processed.csv.gz": ("k12_online_further", 603, 0)}),
    Expected(f"{K12}/district_merged_df.csv.gz", {"district_merged_df.csv.gz": ("k12_online_further", 74, 0)}),
    Expected(f"{K12}/district_tidy_df.csv.gz", {"district_tidy_df.csv.gz": ("k12_online_further", 1924, 0)}),
    # two of the five sheets hold tables; the other three are pages of text. Seven rows are wider than their header.
    Expected(
        f"{K12}/ExcelGradeBook.xlsx",
        {
            "ExcelGradeBook.xlsx [Data Entry]": ("k12_online_further", 35, 7),
            "ExcelGradeBook.xlsx [Absences]": ("k12_online_further", 10, 0),
        },
    ),
    Expected("project_star/star_aer_wide.csv.gz", {"star_aer_wide.csv.gz": ("star", 11598, 0)}),
    Expected("oulad", {"oulad": ("oulad", 206 + 22 + 173912 + 32593 + 32593 + 6364 + 10655280, 0)}),
    Expected("xapi_fun_video/statements.ndjson.gz", {"statements.ndjson.gz": ("xapi", 22000, 0)}),
]
NOT_RECORDS = {
    "psplib": "instances of scheduling problems, for the roadmap's solver",
    "wwc_findings": "published findings, an oracle for effect sizes",
    "edfi_sample_xml": "read by the Ed-Fi reader and counted in its own tests",
    "case_frameworks": "read by the framework reader and counted in its own tests",
    "caliper_v1p1_fixtures": "single events, entities and envelopes, counted in the tests of Caliper files",
}


def accounts(path: Path) -> dict[str, Account]:
    """Read all that lies there with one office, in order, and give the account of each source."""
    office = Office()
    sources, _ = discover([path], office.profiles)
    found = {}
    for source in sources:
        reading = read(source, profiles=office.profiles, identity=office.identity(), import_id="i1", as_of=AS_OF)
        for batch in reading.batches:
            if batch.table in ("identifiers", "students", "schools"):
                office.known.setdefault(batch.table, []).append(batch.rows)
        found[source.name] = reading.account
    return found


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda expected: expected.path)
def test_every_row_of_the_shared_files_is_loaded_repaired_or_rejected(expected: Expected):
    found = accounts(shared(expected.path))
    for name, account in found.items():
        shown = f"{name:52} {account.profile:26}"
        print(f"{shown}{account.read:>11,}{account.loaded:>11,}{account.repaired:>9,}{account.rejected:>7,}")
        assert account.read == account.loaded + account.repaired + account.rejected
    got = {name: (account.profile, account.read, account.rejected) for name, account in found.items()}
    assert got == expected.sources


def test_no_folder_of_the_shared_data_is_forgotten():
    folders = {path.name for path in shared("INDEX.md").parent.iterdir() if path.is_dir()}
    read_here = {expected.path.split("/")[0] for expected in EXPECTED}
    assert folders == read_here | NOT_RECORDS.keys()
    assert not read_here & NOT_RECORDS.keys()


def test_what_is_only_counted_says_why():
    for path in (f"{OEA}/moodle_tables", f"{OEA}/canvas_tables", f"{K12}/sci_mo_processed.csv.gz"):
        for account in accounts(shared(path)).values():
            if account.profile.endswith("_further"):
                assert account.tables == {}
                assert account.by_code["IN301"] == 1
