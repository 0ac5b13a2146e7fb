"""How many accounts without an identifier find their student, how many a wrong one, and how long that takes.

A roster and a vendor's accounts with typos, nicknames, swapped names, twins, moves and strangers, as
engine/worlds/accounts makes them. Ours: rules for numbers and addresses first, then names, grade and school of what is
left; counted is what needs nobody's look. Plain Splink: one model over all accounts, trained on them as its manual does
it, linked from 0.99 on. Both run in one process, one thread each, in turn; CPU seconds.

    python benchmarks/identity.py --students 20_000 --accounts 18_000 --seeds 1 2 3
"""

from __future__ import annotations

import argparse
import time
import warnings

import duckdb
import numpy as np
import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from gainline.engine.intake import Identity
from gainline.engine.intake import link as rules
from gainline.engine.intake.plain_names import plain_name
from gainline.engine.records import arrow_schema
from gainline.engine.worlds.accounts import GRADES, Accounts, Rostered, build_accounts, build_roster
from gainline.road.likely_owners import Described, likely_owners

SALT = b"benchmark"
LINKED_FROM = 0.99


def by_rule(roster: Rostered, accounts: Accounts) -> np.ndarray:
    """The student of each account whose number or address the roster knows, else -1; shape ``(n_accounts,)``."""
    same = {"source": "oneroster", "how": "roster", "import_id": "r"}
    columns = (("SisSourcedId", roster.sis_id), ("EmailAddress", roster.email))
    known = [
        {**same, "person_key": row, "kind": kind, "value": value}
        for kind, texts in columns
        for row, value in enumerate(texts)
    ]
    table = pa.Table.from_pylist(known, schema=arrow_schema("identifiers"))
    linker = rules.Linker(Identity(SALT, table), source_system="vendor")
    found = np.full(len(accounts), -1)
    for row, (number, mail) in enumerate(zip(accounts.sis_id, accounts.email, strict=True)):
        hit = linker.find(number, "SisSourcedId") if number else None
        if mail and (hit is None or hit.key is None):
            hit = linker.find(mail, "EmailAddress")
        if hit is not None and hit.key is not None:
            found[row] = hit.key
    return found


def described(people: Rostered | Accounts, rows: np.ndarray) -> list[Described]:
    """People as they are compared."""
    return [
        Described(
            plain_name(people.given[row], people.family[row]),
            people.school[row],
            GRADES.index(people.grade[row]) if people.grade[row] else None,
        )
        for row in rows
    ]


def ours(roster: Rostered, accounts: Accounts) -> np.ndarray:
    """The student of each account that needs nobody's look, else -1."""
    found = by_rule(roster, accounts)
    left = np.flatnonzero(found < 0)
    has_account = np.isin(np.arange(len(roster)), found)
    asked = described(accounts, left), described(roster, np.arange(len(roster)))
    for one in likely_owners(*asked, has_account=has_account):
        if one.is_sure:
            found[left[one.identity]] = one.student
    return found


def plain_splink(roster: Rostered, accounts: Accounts) -> np.ndarray:
    """The same by one Splink model, as its manual sets one up."""
    names = ("sis_id", "email", "given", "family", "school", "grade")
    tables = [
        pa.table({"unique_id": np.arange(len(one))}
                 | {name: pa.array([text or None for text in getattr(one, name)]) for name in names})
        for one in (accounts, roster)
    ]  # fmt: skip
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.NameComparison("given").configure(term_frequency_adjustments=True),
            cl.NameComparison("family").configure(term_frequency_adjustments=True),
            cl.ExactMatch("school"), cl.ExactMatch("grade"), cl.ExactMatch("sis_id"), cl.ExactMatch("email"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("sis_id"), block_on("email"), block_on("family"), block_on("given", "school"),
            block_on("school", "grade", "substr(family, 1, 2)"),
        ],
    )  # fmt: skip
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        api = DuckDBAPI(connection)
        inputs = [
            api.register(t, dataset_display_name=n) for t, n in zip(tables, ("a_accounts", "b_roster"), strict=True)
        ]
        linker = Linker(inputs, settings, log_level=None)
        linker.training.estimate_probability_two_random_records_match([block_on("sis_id")], recall=0.55)
        linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for rule in (block_on("sis_id"), block_on("given", "family")):
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        made = linker.inference.predict(threshold_match_probability=LINKED_FROM)
        best = connection.execute(
            f"select unique_id_l, arg_max(unique_id_r, match_weight) from {made.physical_name} group by unique_id_l"
        ).fetchall()
    found = np.full(len(accounts), -1)
    for account, student in best:
        found[account] = student
    return found


def main() -> None:
    """Print one row per seed and contender."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--students", type=int, default=20_000)
    parser.add_argument("--accounts", type=int, default=18_000)
    parser.add_argument("--strangers", type=int, default=150)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| seed | contender | id-less leftovers | linked rightly | recall | false links | all right | CPU s |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|")
    for seed in asked.seeds:
        roster = build_roster(asked.students, seed=seed)
        accounts = build_accounts(roster, asked.accounts, seed=seed, strangers=asked.strangers)
        left = (accounts.sis_id == "") & (accounts.email == "")
        for name, run in (("ours", ours), ("plain Splink", plain_splink)):
            start = time.process_time()
            found = run(roster, accounts)
            took = time.process_time() - start
            owned, right = left & (accounts.owner >= 0), found == accounts.owner
            false = int((left & (found >= 0) & ~right).sum())
            rightly, all_right = int((owned & right).sum()), int(((accounts.owner >= 0) & right).sum())
            print(f"| {seed} | {name} | {int(owned.sum()):,} | {rightly:,} | {rightly / owned.sum():.1%} | {false} "
                  f"| {all_right:,} | {took:.1f} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
