"""Admitting: rows that no basis carries never enter the lake, and the file's account says how many stayed outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from gainline.engine.core.issues import Issue, Level
from gainline.engine.intake import Account
from gainline.engine.intake.reading import Batch
from gainline.lake import Ban

CODE = "PR049"


class Admission:
    """The door of one import: whose rows of which tables stay outside, by what families said until now."""

    def __init__(self, bans: Sequence[Ban]) -> None:
        self._bans = bans
        self._outside: set[int] = set()
        self._inside: set[int] = set()
        self._tables: dict[str, int] = {}

    def admit(self, batch: Batch) -> Batch:
        """The batch without the rows of whom no basis carries."""
        bans = [ban for ban in self._bans if ban.covers(batch.table)]
        if not bans:
            return batch
        out = pa.chunked_array([pa.array([False] * batch.rows.num_rows, pa.bool_())])
        for ban in bans:
            out = pc.or_(out, _barred(ban, batch.rows))
        lines = batch.rows["source_line"]
        self._outside |= set(lines.filter(out).to_pylist())
        kept = batch.rows.filter(pc.invert(out))
        self._inside |= set(kept["source_line"].to_pylist())
        self._tables[batch.table] = self._tables.get(batch.table, 0) + batch.rows.num_rows - kept.num_rows
        return replace(batch, rows=kept)

    def told(self, account: Account) -> Account:
        """The account with the rows that stayed outside among those kept out; it adds up as before."""
        gone = len(self._outside - self._inside)
        if not gone:
            return account
        of_loaded = min(gone, account.loaded)
        return replace(
            account,
            loaded=account.loaded - of_loaded,
            repaired=account.repaired - (gone - of_loaded),
            rejected=account.rejected + gone,
            by_code={**account.by_code, CODE: gone},
            tables={name: rows - self._tables.get(name, 0) for name, rows in account.tables.items()},
        )

    def issues(self, file: str) -> list[Issue]:
        """What is said of it: how many rows and where the first one was, never whose."""
        lines = {line for line in self._outside - self._inside if line is not None}
        if not lines:
            return []
        says = f"{len(lines):,} rows are of people whose families did not agree to this, and stay outside"
        remedy = "nothing is to be done; import a later file again once a family has agreed"
        return [Issue("PR049", Level.WARNING, says, remedy, file=file, line=min(lines))]


def _barred(ban: Ban, rows: pa.Table) -> pa.ChunkedArray:
    keys = rows["person_key"]
    gone = ban.of((key for key in pc.unique(keys).to_pylist() if key is not None), None)
    out = pc.fill_null(pc.is_in(keys, value_set=pa.array(sorted(gone), pa.int64())), False)
    for column, values in ban.where.items():
        if column in rows.column_names:
            inside = pc.is_in(rows[column].cast(pa.string()), value_set=pa.array(sorted(values), pa.string()))
            out = pc.and_(out, pc.fill_null(inside, False))
    return out
