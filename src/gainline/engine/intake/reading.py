"""Reading: one source to batches of canonical rows, with the account at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from gainline.engine.core.issues import Issue
from gainline.engine.core.progress import Progress
from gainline.engine.intake.account import Account, Tally
from gainline.engine.intake.faults import Book
from gainline.engine.intake.link import Identity
from gainline.engine.intake.profile import Profile
from gainline.engine.intake.sources import Source
from gainline.engine.records import arrow_schema


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows for one canonical table, in its Arrow schema, provenance included."""

    table: str
    rows: pa.Table


@dataclass(frozen=True, slots=True)
class Task:
    """What one reading needs to know.

    Parameters
    ----------
    source, profile
        What is read, and how (None for OneRoster, which is its own description).
    identity
        Who is known.
    import_id
        Written into every row.
    as_of
        The day that counts as today.
    progress
        Told how many bytes or rows are done.
    """

    source: Source
    profile: Profile | None
    profiles: Mapping[str, Profile]
    identity: Identity
    import_id: str
    as_of: date
    progress: Progress

    def declared(self) -> Profile:
        """The profile, where the reader cannot do without one."""
        if self.profile is None:
            raise ValueError(f"{self.source.kind} is read without a profile")
        return self.profile


class Reading:
    """A source being read: take all `batches`, then ask for the `account` and the `issues`.

    Attributes
    ----------
    batches
        Each batch once, in an order in which they may be written.
    """

    def __init__(self, task: Task, reader: Callable[[Task, Tally], Iterator[Batch]]) -> None:
        self._task = task
        self._tally = Tally(Book(task.source.name))
        self._done = False
        self.batches: Iterator[Batch] = self._run(reader)

    def _run(self, reader: Callable[[Task, Tally], Iterator[Batch]]) -> Iterator[Batch]:
        for batch in reader(self._task, self._tally):
            if batch.rows.num_rows:
                self._tally.tables[batch.table] += batch.rows.num_rows
                yield batch
        self._done = True

    @property
    def account(self) -> Account:
        """What became of every row.

        Raises
        ------
        RuntimeError
            When the batches have not all been taken yet: an account of half a file would be wrong.
        """
        if not self._done:
            raise RuntimeError("take all batches before asking for the account")
        return self._tally.account(self._task.source.name, self._task.source.kind)

    @property
    def issues(self) -> list[Issue]:
        """Every fault found so far, folded."""
        return self._tally.book.issues()


def canonical(name: str, columns: Mapping[str, pa.Array | pa.Scalar], *, rows: int, import_id: str) -> Batch:
    """A batch of a canonical table: single values are repeated, fields that nobody gave are null.

    Parameters
    ----------
    name
        Canonical table.
    columns
        Arrays of length `rows` or single values, by field; ``source_line`` among them where the rows were read.
    rows
        Number of rows.
    import_id
        Written into every row.
    """
    schema = arrow_schema(name)
    given = {**columns, "import_id": pa.scalar(import_id)}
    arrays = [_column(given.get(field.name), field.type, rows) for field in schema]
    return Batch(name, pa.Table.from_arrays(arrays, schema=schema))


def _column(value: pa.Array | pa.ChunkedArray | pa.Scalar | None, kind: pa.DataType, rows: int) -> pa.Array:
    if value is None:
        return pa.nulls(rows, kind)
    if isinstance(value, pa.Scalar):
        return pa.repeat(value.cast(kind), rows)
    return value if value.type == kind else value.cast(kind)
