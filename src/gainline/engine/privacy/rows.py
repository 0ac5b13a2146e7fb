"""Rows about single students: the one way out for them, for the analyst alone, with every identifier left behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gainline.engine.core.refusals import Refusal
from gainline.engine.core.spreadsheet import harmless
from gainline.engine.privacy.policy import Audience


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of single students without anything that names one: rows in an order that says nothing."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def release_rows(columns: Mapping[str, Sequence[float | str]], *, audience: Audience) -> Rows | Refusal:
    """Let rows pass, for someone who already holds a grant to them.

    Numbers are written with all their digits, texts as they are, except that a text which a spreadsheet would run as
    a formula gets a leading apostrophe. Columns hold no identifier: whoever calls this codes groups beforehand. The
    rows are sorted by their own content, so that their order does not carry the roster's.

    Refuses
    -------
    PR020 the audience has no right to single records.
    """
    if audience is not Audience.ANALYST:
        return Refusal(
            "PR020",
            "rows about single students are for the district's analyst only",
            "ask the analyst for the table of groups, or for the evidence document",
        )
    written = sorted(zip(*([_cell(value) for value in column] for column in columns.values()), strict=True))
    return Rows(tuple(columns), tuple(written))


def release_records(head: Sequence[str], rows: Sequence[Sequence[str]], *, audience: Audience) -> Rows | Refusal:
    """Let records pass that name people on purpose, as a roster for another system does, for the analyst alone.

    Cells stay as they are, to the letter; whoever writes them into a file sees to it that no spreadsheet runs them.

    Refuses
    -------
    PR020 the audience has no right to single records.
    """
    if audience is not Audience.ANALYST:
        return Refusal(
            "PR020",
            "records that name people are for those who keep the roster only",
            "ask the district's analyst to send them to the system that needs them",
        )
    return Rows(tuple(head), tuple(sorted(tuple(row) for row in rows)))


def _cell(value: float | str) -> str:
    if isinstance(value, str):
        return harmless(value)
    return repr(float(value))
