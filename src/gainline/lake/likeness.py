"""Likeness: how alike two lists of people are, pair by pair. The one module that knows Splink."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import splink.comparison_level_library as levels
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_library import CustomComparison
from splink.internals.comparison_level_creator import ComparisonLevelCreator

COLUMNS = ("unique_id", "given", "root", "family", "part", "school", "grade")
"""What a person is compared by; `grade` is a number, KG = 0; anything but `unique_id` may be null."""

_NEAR_GIVEN = (
    "jaro_winkler_similarity(given_l, given_r) >= 0.88 or (length(given_l) >= 5 and length(given_r) >= 5 "
    "and damerau_levenshtein(given_l, given_r) <= 1)"
)
_NEAR_FAMILY = (
    "jaro_winkler_similarity(family_l, family_r) >= 0.92 or (length(family_l) >= 5 and length(family_r) >= 5 "
    "and damerau_levenshtein(family_l, family_r) <= 1)"
)
# In short names one letter makes another name: Vang is not Yang.
_LEAST = -5.0  # binary logarithm of the odds; less likely pairs are left out
_RARE = 1e-5  # nothing is impossible
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
        ``identity``, ``student`` (their ids), ``weight`` (binary logarithm of the Bayes factor); ``named_alike``: both
        names agree at least nearly; ``placed_alike``: school and grade do not disagree.

    Source: Fellegi and Sunter (1969), JASA 64; term frequencies by Winkler (1989), Bureau of the Census RR 89/05; the
    model runs in Splink (Linacre et al. 2022, IJPDS 7).
    """
    if not identities.num_rows or not students.num_rows:
        return _empty()
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")  # so that sums come out alike on every machine
        settings = _settings(_by_chance(connection, students), students.num_rows)
        api = DuckDBAPI(connection)
        named = [
            api.register(table.select(COLUMNS), dataset_display_name=name)
            for name, table in (("a_identities", identities), ("b_students", students))
        ]
        found = Linker(named, settings, log_level=None).inference.predict(threshold_match_weight=_LEAST)
        return connection.execute(
            "select unique_id_l as identity, unique_id_r as student, "
            f"match_weight + log2({students.num_rows}) as weight, mw_given > 0 and mw_family > 0 as named_alike, "
            "mw_school >= 0 and mw_grade >= 0 as placed_alike "
            f"from {found.physical_name} order by identity, student"
        ).to_arrow_table()


def _empty() -> pa.Table:
    kinds = [("identity", pa.int64()), ("student", pa.int64()), ("weight", pa.float64())]
    return pa.schema([*kinds, ("named_alike", pa.bool_()), ("placed_alike", pa.bool_())]).empty_table()


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
        "with numbered as materialized (select *, row_number() over (order by unique_id) - 1 as n from roster_), "
        f"steps as (select *, (n + range * 7919) % {students.num_rows} as m from numbered, range(1, {_STEPS + 1})), "
        "pairs as (select l.given given_l, r.given given_r, l.family family_l, r.family family_r, l.grade g, r.grade h "
        "from steps l join numbered r on r.n = l.m where l.n <> l.m) "
        f"select avg((({_NEAR_GIVEN}) and given_l <> given_r)::int), "
        f"avg((({_NEAR_FAMILY}) and family_l <> family_r)::int), avg((abs(g - h) = 1)::int) from pairs"
    ).fetchone()
    connection.unregister("roster_")
    names = ("given", "root", "family", "part", "school", "grade", "near_given", "near_family", "next_grade")
    return {name: max(float(value or 0.0), _RARE) for name, value in zip(names, (*one, *near), strict=True)}


def _settings(u: dict[str, float], students: int) -> SettingsCreator:
    """The model: of one person's two records, which share agrees at each level; of strangers', which share does."""
    m = {"given": 0.79, "root": 0.06, "near_given": 0.09, "family": 0.81, "part": 0.05, "near_family": 0.09}
    m |= {"school": 0.93, "grade": 0.95, "next_grade": 0.03}

    def exact(name: str) -> ComparisonLevelCreator:
        return levels.ExactMatchLevel(name).configure(m_probability=m[name], u_probability=u[name])

    def rare(name: str) -> ComparisonLevelCreator:
        return exact(name).configure(tf_adjustment_column=name)

    def rule(name: str, condition: str) -> ComparisonLevelCreator:
        return levels.CustomLevel(condition).configure(m_probability=m[name], u_probability=u[name])

    def differs(*others: str) -> ComparisonLevelCreator:
        rest = [max(1 - sum(of[name] for name in others), _RARE) for of in (m, u)]
        return levels.ElseLevel().configure(m_probability=rest[0], u_probability=rest[1])

    return SettingsCreator(
        link_type="link_only",
        comparisons=[
            _comparison("given", rare("given"), rare("root"), rule("near_given", _NEAR_GIVEN),
                        differs("given", "root", "near_given")),
            _comparison("family", rare("family"), rare("part"), rule("near_family", _NEAR_FAMILY),
                        differs("family", "part", "near_family")),
            _comparison("school", exact("school"), differs("school")),
            _comparison("grade", exact("grade"), rule("next_grade", "abs(grade_l - grade_r) = 1"),
                        differs("grade", "next_grade")),
        ],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in _BLOCKS],
        probability_two_random_records_match=1 / (students + 1),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )  # fmt: skip


def _comparison(name: str, *others: ComparisonLevelCreator) -> CustomComparison:
    return CustomComparison(output_column_name=name, comparison_levels=[levels.NullLevel(name), *others])
