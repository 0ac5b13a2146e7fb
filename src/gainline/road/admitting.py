"""Admitting: rows that no basis carries, or from before a survey opened, stay outside, and the account counts them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import reduce

import pyarrow as pa
import pyarrow.compute as pc

from gainline.engine.core.issues import Issue, Level
from gainline.engine.intake import Account
from gainline.engine.intake.reading import Batch
from gainline.engine.privacy.consent.surveys import Survey
from gainline.lake import Ban

NO_BASIS, TOO_EARLY = "PR049", "PR096"
ANSWERS = "responses"


class Admission:
    """The door of one import: whose rows of which tables stay outside, by what families said until now.

    Answers to a survey from before its first day stay outside, whoever gave them: where nobody is named, nobody could
    have opted out.
    """

    def __init__(self, bans: Sequence[Ban], surveys: Sequence[Survey] = (), *, on: date = date.max) -> None:
        self._bans, self._surveys, self._on = bans, surveys, on
        self._outside: dict[str, set[int]] = {NO_BASIS: set(), TOO_EARLY: set()}
        self._inside: set[int] = set()
        self._tables: dict[str, int] = {}

    def admit(self, batch: Batch) -> Batch:
        """The batch without the rows of whom no basis carries, and without answers from before a survey opened."""
        bans = [ban for ban in self._bans if ban.covers(batch.table)]
        surveys = self._surveys if batch.table == ANSWERS else ()
        if not bans and not surveys:
            return batch
        rows, lines = batch.rows, batch.rows["source_line"]
        early = _any_of([_early(one, rows, self._on) for one in surveys], rows.num_rows)
        out = _any_of([_barred(one, rows) for one in bans], rows.num_rows)
        self._outside[TOO_EARLY] |= set(lines.filter(early).to_pylist())
        self._outside[NO_BASIS] |= set(lines.filter(pc.and_not(out, early)).to_pylist())
        kept = rows.filter(pc.invert(pc.or_(out, early)))
        self._inside |= set(kept["source_line"].to_pylist())
        self._tables[batch.table] = self._tables.get(batch.table, 0) + rows.num_rows - kept.num_rows
        return replace(batch, rows=kept)

    def told(self, account: Account) -> Account:
        """The account with the rows that stayed outside among those kept out; it adds up as before."""
        by_code = {code: len(lines) for code, lines in self._gone().items() if lines}
        gone = sum(by_code.values())
        if not gone:
            return account
        of_loaded = min(gone, account.loaded)
        return replace(
            account,
            loaded=account.loaded - of_loaded,
            repaired=account.repaired - (gone - of_loaded),
            rejected=account.rejected + gone,
            by_code={**account.by_code, **by_code},
            tables={name: rows - self._tables.get(name, 0) for name, rows in account.tables.items()},
        )

    def issues(self, file: str) -> list[Issue]:
        """What is said of it: how many rows and where the first one was, never whose."""
        found = []
        for code, gone in self._gone().items():
            if lines := {line for line in gone if line is not None}:
                says, remedy = _SAID[code]
                says = says.format(n=f"{len(lines):,}")
                found.append(Issue(code, Level.WARNING, says, remedy, file=file, line=min(lines)))
        return found

    def _gone(self) -> dict[str, set[int]]:
        """Lines of which nothing came in, each under one code."""
        early = self._outside[TOO_EARLY] - self._inside
        return {NO_BASIS: self._outside[NO_BASIS] - self._inside - early, TOO_EARLY: early}


_SAID = {
    NO_BASIS: (
        "{n} rows are of people whose families did not agree to this, and stay outside",
        "nothing is to be done; import a later file again once a family has agreed",
    ),
    TOO_EARLY: (
        "{n} rows answer a survey from before its first day, and stay outside",
        "ask from that day on, and import the answers of then",
    ),
}


def _any_of(masks: Sequence[pa.ChunkedArray], many: int) -> pa.ChunkedArray:
    none = pa.chunked_array([pa.array([False] * many, pa.bool_())])
    return reduce(pc.or_, masks, none)


def _early(survey: Survey, rows: pa.Table, on: date) -> pa.ChunkedArray:
    """Answers to a survey, however its name is spelled, that it does not take."""
    spelled = pc.utf8_lower(pc.utf8_trim_whitespace(rows["instrument"].cast(pa.string())))
    asked = pc.fill_null(pc.equal(spelled, survey.key.strip().lower()), False)
    days = pc.unique(rows["answered_on"]).to_pylist()
    refused = [day for day in days if not survey.takes(day, on)]
    known = [day for day in refused if day is not None]
    late = pc.fill_null(pc.is_in(rows["answered_on"], value_set=pa.array(known, rows["answered_on"].type)), False)
    if None in refused:
        late = pc.or_(late, pc.is_null(rows["answered_on"]))
    return pc.and_(asked, late)


def _barred(ban: Ban, rows: pa.Table) -> pa.ChunkedArray:
    keys = rows["person_key"]
    gone = ban.of((key for key in pc.unique(keys).to_pylist() if key is not None), None)
    out = pc.fill_null(pc.is_in(keys, value_set=pa.array(sorted(gone), pa.int64())), False)
    for column, values in ban.where.items():
        if column in rows.column_names:
            inside = pc.is_in(rows[column].cast(pa.string()), value_set=pa.array(sorted(values), pa.string()))
            out = pc.and_(out, pc.fill_null(inside, False))
    return out
