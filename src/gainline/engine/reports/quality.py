"""The page of the sources: what of a district's files needs a person today, and what each source brought last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gainline.engine.core.issues import Issue, Level
from gainline.engine.reports.render import page
from gainline.engine.reports.words import Words, words

_KINDS = {
    "IN410": "late",
    "IN411": "complete",
    "IN412": "drift",
    "IN413": "impossible",
    "IN414": "gone",
    "IN415": "unused",
    "IN416": "minutes",
    "IN417": "linked",
    "IN418": "waiting",
}
"""What each finding is about, as the page names it."""


@dataclass(frozen=True, slots=True)
class SourceToday:
    """One source as it stands on a day.

    Parameters
    ----------
    source
        The profile's key, or ``oneroster``.
    last_on
        Day of its latest file.
    silent, usual
        Days since then, and after how many it would be late.
    files, rows, rejected
        Files so far; rows and rejected rows of the latest one.
    """

    source: str
    last_on: date
    silent: int
    usual: int
    files: int
    rows: int
    rejected: int


@dataclass(frozen=True, slots=True)
class _Need:
    chip: str
    kind: str
    source: str
    says: str
    do: str
    code: str


def quality_html(
    issues: Sequence[Issue], sources: Sequence[SourceToday], *, as_of: date, district: str = "", lang: str = "en"
) -> str:
    """The page of one day.

    Parameters
    ----------
    issues
        What needs a person, most pressing first; none where nothing does. Their words stand as they are: whoever made
        them has let them through the exit.
    sources
        Every source that ever brought a file.
    """
    t = words(lang)
    needs = [_need(issue, t) for issue in issues]
    touched = {issue.file for issue in issues}
    quiet = sum(one.source not in touched for one in sources)
    return page(
        "quality.html",
        t=t,
        lang=lang,
        district=district,
        as_of=as_of.isoformat(),
        title=_title(len(needs), t),
        standfirst=_standfirst(len(sources), quiet, t),
        needs=needs,
        sources=[_row(one, t) for one in sorted(sources, key=lambda one: one.source)],
        head=[t(f"quality.{name}") for name in ("source", "last", "due", "files", "rows", "rejected")],
    )


def _title(count: int, t: Words) -> str:
    return t("quality.nothing") if not count else t("quality.one") if count == 1 else t("quality.many", count=count)


def _standfirst(sources: int, quiet: int, t: Words) -> str:
    return t("quality.no_source") if not sources else t("quality.lead", quiet=quiet, sources=sources)


def _need(issue: Issue, t: Words) -> _Need:
    says = issue.says[:1].upper() + issue.says[1:]
    if issue.rows > 1:
        says = f"{says} ({t('quality.times', count=f'{issue.rows:,}')})"
    return _Need(
        chip="risk" if issue.level is Level.ERROR else "watch",
        kind=t(f"quality.kind.{_KINDS.get(issue.code, 'other')}"),
        source=issue.file or "",
        says=says + ".",
        do=issue.remedy[:1].upper() + issue.remedy[1:] + ".",
        code=issue.code,
    )


def _row(one: SourceToday, t: Words) -> tuple[str, ...]:
    due = t("quality.late_by", days=one.silent - one.usual) if one.silent > one.usual else t("quality.in_time")
    share = one.rejected / one.rows if one.rows else 0.0
    rejected = "<0.1%" if 0.0 < share < 0.0005 else f"{share:.1%}"
    return (one.source, one.last_on.isoformat(), due, f"{one.files:,}", f"{one.rows:,}", rejected)
