"""Likeness: how alike two lists of people are, pair by pair. The one module that knows Splink."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import splink.comparison_level_library as levels
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_library import CustomComparison
from splink.internals.comparison_level_creator import ComparisonLevelCreator

COLUMNS = ("unique_id", "given", "root", "family", "part", "school", "grade")
"""What a person is compared by; `grade` is a number, KG = 0; anything but `unique_id` may be null."""

# In short names one letter makes another name: Vang is not Yang.
_ALIKE = (
    "(jaro_winkler_similarity({0}_l, {0}_r) >= {1} or (length({0}_l) >= 5 and length({0}_r) >= 5 "
    "and damerau_levenshtein({0}_l, {0}_r) <= 1))"
)
_NEAR = {"given": _ALIKE.format("given", 0.88), "family": _ALIKE.format("family", 0.92)}
_FREQUENT = ("given", "root", "family", "part")
_LEAST = -5.0  # binary logarithm of the odds; less likely pairs are left out
_RARE = 1e-5  # nothing is impossible
_ONE_PERSON = {
    "given": 0.79, "root": 0.06, "near_given": 0.085, "other_given": 0.005,
    "family": 0.81, "part": 0.05, "near_family": 0.085, "other_family": 0.005,
    "school": 0.93, "grade": 0.95, "next_grade": 0.03,
}  # fmt: skip
# How often the parts of one person's name, and the places, agree between two systems at each level.
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
        names agree at least nearly.

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
            api.register(_with_known(table.select(COLUMNS), students), dataset_display_name=name)
            for name, table in (("a_identities", identities), ("b_students", students))
        ]
        linker = Linker(named, settings, log_level=None)
        for name in _FREQUENT:
            shares = api.register(_shares(students, name), dataset_display_name=f"shares_of_{name}")
            linker.table_management.register_term_frequency_lookup(shares, name)
        found = linker.inference.predict(threshold_match_weight=_LEAST)
        return connection.execute(
            "select unique_id_l as identity, unique_id_r as student, "
            f"match_weight + log2({students.num_rows}) as weight, mw_given > 0 and mw_family > 0 as named_alike "
            f"from {found.physical_name} order by identity, student"
        ).to_arrow_table()


def _with_known(people: pa.Table, students: pa.Table) -> pa.Table:
    """The people, and whether the roster has somebody of each one's name."""
    for name in ("given", "family"):
        known = pc.is_in(people[name], value_set=students[name].combine_chunks().drop_null())
        people = people.append_column(f"{name}_is_known", known)
    return people


def _shares(students: pa.Table, name: str) -> pa.Table:
    """How large a share of the roster has each name: the vendor's misspellings and swapped names are no names."""
    counted = students.select([name]).drop_null().group_by(name).aggregate([(name, "count")])
    total = max(students.num_rows - students[name].null_count, 1)
    share = pc.divide(pc.cast(counted[f"{name}_count"], pa.float64()), float(total))
    return pa.table({name: counted[name], f"tf_{name}": share})


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
        "with numbered as materialized (select *, row_number() over (order by unique_id) - 1 as n from roster_), "
        f"steps as (select *, (n + range * 7919) % {students.num_rows} as m from numbered, range(1, {_STEPS + 1})), "
        "pairs as (select l.given given_l, r.given given_r, l.family family_l, r.family family_r, l.grade g, r.grade h "
        "from steps l join numbered r on r.n = l.m where l.n <> l.m) "
        f"select avg(({_NEAR['given']} and given_l <> given_r)::int), "
        f"avg(({_NEAR['family']} and family_l <> family_r)::int), avg((abs(g - h) = 1)::int) from pairs"
    ).fetchone()
    connection.unregister("roster_")
    names = ("given", "root", "family", "part", "school", "grade", "other_given", "other_family", "next_grade")
    return {name: max(float(value or 0.0), _RARE) for name, value in zip(names, (*one, *near), strict=True)}


def _settings(u: Mapping[str, float], students: int) -> SettingsCreator:
    """The model: of one person's two records, which share agrees at each level; of strangers', which share does."""
    of = _Levels(u)
    return SettingsCreator(
        link_type="link_only",
        comparisons=[
            of.names("given", "root"),
            of.names("family", "part"),
            _comparison("school", of.exact("school"), of.differs("school")),
            _comparison("grade", of.exact("grade"), of.rule("next_grade", "abs(grade_l - grade_r) = 1"),
                        of.differs("grade", "next_grade")),
        ],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in _BLOCKS],
        probability_two_random_records_match=1 / (students + 1),
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=True,
    )  # fmt: skip


class _Levels:
    """Levels of agreement, each with its share among one person's records and among strangers' (`_among_strangers`)."""

    def __init__(self, counted: Mapping[str, float]) -> None:
        self._counted, self._strangers = counted, _among_strangers(counted)

    def names(self, name: str, wide: str) -> CustomComparison:
        """One part of a name: the same; the same root or first part; misspelled; another name that looks like it."""
        misspelled = f"{_NEAR[name]} and not {name}_is_known_l"
        # A misspelling is seldom another student's name: an account called Xavier is hardly Javier's.
        another = f"{_NEAR[name]} and {name}_is_known_l"
        return _comparison(
            name,
            self.exact(name, rare=True),
            self.exact(wide, rare=True),
            self.rule(f"near_{name}", misspelled).configure(tf_adjustment_column=name),
            self.rule(f"other_{name}", another).configure(tf_adjustment_column=name),
            self.differs(name, wide, f"near_{name}", f"other_{name}"),
        )

    def exact(self, name: str, *, rare: bool = False) -> ComparisonLevelCreator:
        # Splink exchanges u for the name's own frequency: what u has beyond the counted share goes into m.
        m = min(_ONE_PERSON[name] * self._counted[name] / self._strangers[name], 1.0)
        level = levels.ExactMatchLevel(name).configure(m_probability=m, u_probability=self._counted[name])
        return level.configure(tf_adjustment_column=name) if rare else level

    def rule(self, name: str, condition: str) -> ComparisonLevelCreator:
        m, u = _ONE_PERSON[name], self._strangers[name]
        return levels.CustomLevel(condition).configure(m_probability=m, u_probability=u)

    def differs(self, *others: str) -> ComparisonLevelCreator:
        m, u = (max(1 - sum(of[name] for name in others), _RARE) for of in (_ONE_PERSON, self._strangers))
        return levels.ElseLevel().configure(m_probability=m, u_probability=u)


def _among_strangers(counted: Mapping[str, float]) -> dict[str, float]:
    """How often strangers agree at each level, of how often two clean names of the roster do.

    Strangers' names are shortened and misspelled as often as anybody's, so among strangers those who are called as a
    student is are a slip away from the student as often as the student's own account is. Without that a slip would
    count as the rarer thing.
    """
    found = dict(counted)
    for name, wide in (("given", "root"), ("family", "part")):
        share = {level: _ONE_PERSON[level] * counted[name] for level in (name, wide, f"near_{name}", f"other_{name}")}
        found[name] = share[name]
        found[wide] = counted[wide] - counted[name] + share[wide]
        found[f"near_{name}"] = share[f"near_{name}"]
        found[f"other_{name}"] = counted[f"other_{name}"] + share[f"other_{name}"]
    return found


def _comparison(name: str, *others: ComparisonLevelCreator) -> CustomComparison:
    return CustomComparison(output_column_name=name, comparison_levels=[levels.NullLevel(name), *others])
