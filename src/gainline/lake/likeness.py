"""Likeness: how alike two lists of people are, pair by pair. The one module that knows Splink."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa
import splink.comparison_level_library as levels
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_library import CustomComparison
from splink.internals.comparison_level_creator import ComparisonLevelCreator

COLUMNS = ("unique_id", "given", "root", "family", "part", "school", "grade")
"""What a person is compared by; `grade` is a number, KG = 0; anything but `unique_id` may be null."""

_NEAR_GIVEN = "jaro_winkler_similarity(given_l, given_r) >= 0.88 or damerau_levenshtein(given_l, given_r) <= 1"
_NEAR_FAMILY = "jaro_winkler_similarity(family_l, family_r) >= 0.92 or damerau_levenshtein(family_l, family_r) <= 1"
_LEAST = -5.0  # binary logarithm of the odds; less likely pairs are left out
_STEPS = 12  # each person is held against so many others to learn how alike strangers are
_BLOCKS = (
    ("family",),
    ("part",),
    ("root", "school"),
    ("root", "grade"),
    ("given", "substr(family, 1, 2)"),
    ("school", "grade", "substr(given, 1, 1)"),
    ("school", "substr(given, 1, 2)", "substr(family, 1, 1)"),
    ("school", "grade", "substr(family, 1, 2)"),
)


def alike(identities: pa.Table, students: pa.Table) -> pa.Table:
    """Pairs that may be one person, with the weight of everything that speaks for and against it.

    How often the parts of one person's name agree between two systems is declared here, not learned: a district's few
    hundred open identities are too few to learn it from. How often strangers agree is counted in the roster itself, and
    an agreement on a rare name weighs more than on a frequent one.

    Parameters
    ----------
    identities, students
        Tables with `COLUMNS`, names in plain letters.

    Returns
    -------
    pyarrow.Table
        ``identity``, ``student`` (their ids), ``weight`` (binary logarithm of the Bayes factor), ``named_alike``.

    Source: Fellegi and Sunter (1969), JASA 64; term frequencies by Winkler (1989), Bureau of the Census RR 89/05; the
    model runs in Splink (Linacre et al. 2022, IJPDS 7).
    """
    if not identities.num_rows or not students.num_rows:
        return _empty()
    with _quiet(), duckdb.connect() as connection:
        connection.execute("set threads = 1")  # so that sums come out alike on every machine
        settings = _settings(_by_chance(connection, students), students.num_rows)
        api = DuckDBAPI(connection)
        named = [
            api.register(table.select(COLUMNS), dataset_display_name=name)
            for name, table in (("a_identities", identities), ("b_students", students))
        ]
        found = Linker(named, settings).inference.predict(threshold_match_weight=_LEAST)
        return connection.execute(
            f"select unique_id_l as identity, unique_id_r as student, match_weight + log2({students.num_rows}) as weight, "
            "mw_given > 0 and mw_family > 0 as named_alike "
            f"from {found.physical_name} order by identity, student"
        ).to_arrow_table()


def _empty() -> pa.Table:
    kinds = [("identity", pa.int64()), ("student", pa.int64()), ("weight", pa.float64()), ("named_alike", pa.bool_())]
    return pa.schema(kinds).empty_table()


def _by_chance(connection: duckdb.DuckDBPyConnection, students: pa.Table) -> dict[str, float]:
    """How often two different students agree, counted in the roster; never quite 0."""
    connection.register("roster_", students)
    one = connection.execute(
        "select " + ", ".join(
            f"(select coalesce(sum(n * n) / pow(sum(n), 2), 0.01) from (select count(*) n from roster_ "
            f"where {name} is not null group by {name}))"
            for name in ("given", "root", "family", "part", "school", "grade")
        )
    ).fetchone()  # fmt: skip
    near = connection.execute(
        "with numbered as (select *, row_number() over (order by unique_id) - 1 as n from roster_), "
        f"pairs as (select l.given given_l, r.given given_r, l.family family_l, r.family family_r, l.grade g, r.grade h "
        f"from numbered l, range(1, {_STEPS + 1}) s join numbered r "
        f"on r.n = (l.n + s.range * 7919) % {students.num_rows} where l.n <> r.n) "
        f"select avg((({_NEAR_GIVEN}) and given_l <> given_r)::int), "
        f"avg((({_NEAR_FAMILY}) and family_l <> family_r)::int), avg((abs(g - h) = 1)::int) from pairs"
    ).fetchone()
    connection.unregister("roster_")
    floor = 1e-5
    names = ("given", "root", "family", "part", "school", "grade", "near_given", "near_family", "next_grade")
    return {name: max(float(value or 0.0), floor) for name, value in zip(names, (*one, *near), strict=True)}


def _settings(u: dict[str, float], students: int) -> SettingsCreator:
    given = _comparison(
        "given",
        levels.ExactMatchLevel("given").configure(m_probability=0.79, u_probability=u["given"], tf_adjustment_column="given"),
        levels.ExactMatchLevel("root").configure(m_probability=0.06, u_probability=u["root"], tf_adjustment_column="root"),
        levels.CustomLevel(_NEAR_GIVEN).configure(m_probability=0.09, u_probability=u["near_given"]),
        levels.ElseLevel().configure(m_probability=0.06, u_probability=1 - u["given"]),
    )  # fmt: skip
    family = _comparison(
        "family",
        levels.ExactMatchLevel("family").configure(m_probability=0.81, u_probability=u["family"], tf_adjustment_column="family"),
        levels.ExactMatchLevel("part").configure(m_probability=0.05, u_probability=u["part"], tf_adjustment_column="part"),
        levels.CustomLevel(_NEAR_FAMILY).configure(m_probability=0.09, u_probability=u["near_family"]),
        levels.ElseLevel().configure(m_probability=0.05, u_probability=1 - u["family"]),
    )  # fmt: skip
    school = _comparison(
        "school",
        levels.ExactMatchLevel("school").configure(m_probability=0.93, u_probability=u["school"]),
        levels.ElseLevel().configure(m_probability=0.07, u_probability=1 - u["school"]),
    )
    grade = _comparison(
        "grade",
        levels.ExactMatchLevel("grade").configure(m_probability=0.94, u_probability=u["grade"]),
        levels.CustomLevel("abs(grade_l - grade_r) = 1").configure(m_probability=0.05, u_probability=u["next_grade"]),
        levels.ElseLevel().configure(m_probability=0.01, u_probability=1 - u["grade"] - u["next_grade"]),
    )
    return SettingsCreator(
        link_type="link_only",
        comparisons=[given, family, school, grade],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in _BLOCKS],
        probability_two_random_records_match=1 / (students + 1),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )


def _comparison(name: str, *others: ComparisonLevelCreator) -> CustomComparison:
    return CustomComparison(output_column_name=name, comparison_levels=[levels.NullLevel(name), *others])


@contextmanager
def _quiet() -> Iterator[None]:
    """Splink talks about its model while it works; what it says is for its own notebooks."""
    logger = logging.getLogger("splink")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
