"""Issues: faults in somebody's data, collected as values and never raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum, auto


class Level(StrEnum):
    """How much an issue hinders: a `note` and a `warning` let the row in, an `error` keeps it out.

    `future` works today and becomes an error at a date that the issue names.
    """

    NOTE = auto()
    WARNING = auto()
    FUTURE = auto()
    ERROR = auto()


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault in somebody's file, plan or profile.

    Parameters
    ----------
    code
        Stable code such as ``IN031``; each has a heading in ``docs/reference/codes.md``.
    level
        See `Level`.
    says
        What is wrong, in one plain sentence, without any student's name or identifier.
    remedy
        What the reader can do about it.
    file, line, column
        Where it stands; ``line`` counts from 1 with the header, ``None`` where the fault is the whole file's.
    rows
        How many rows the issue stands for; repeated faults are folded into one issue with the first line.
    """

    code: str
    level: Level
    says: str
    remedy: str
    file: str | None = None
    line: int | None = None
    column: str | None = None
    rows: int = 1

    def where(self) -> str:
        """``file:line [column]`` with the parts that are known."""
        place = self.file or ""
        if self.line is not None:
            place = f"{place}:{self.line}"
        return f"{place} [{self.column}]" if self.column else place

    def to_json_value(self) -> dict[str, str | int | None]:
        """The issue as plain JSON values."""
        return asdict(self) | {"level": self.level.value}

    def __str__(self) -> str:
        many = f" ({self.rows:,} rows)" if self.rows > 1 else ""
        return f"{self.code} {self.level.value} {self.where()}: {self.says}{many} -> {self.remedy}"


def has_errors(issues: Iterable[Issue]) -> bool:
    """Tell whether any issue is of level `Level.ERROR`."""
    return any(issue.level is Level.ERROR for issue in issues)


def count_by_code(issues: Iterable[Issue]) -> dict[str, int]:
    """Rows per issue code, codes sorted."""
    counts: Counter[str] = Counter()
    for issue in issues:
        counts[issue.code] += issue.rows
    return dict(sorted(counts.items()))
