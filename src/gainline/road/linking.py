"""Link: how many of the rostered students a file knows, overall and by group, as far as that may be shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gainline.engine.intake.account import GroupSeen, Linkage
from gainline.engine.privacy import Audience, Policy, ReleaseTable, join, release, two_way
from gainline.engine.privacy.tables import TOTAL

SHOWN = ("all", "economically_disadvantaged", "english_learner", "disability", "grade")
KNOWN, UNKNOWN = "in the roster", "not in the roster"
SEEN, UNSEEN = "in the file", "not in the file"


@dataclass(frozen=True, slots=True)
class MatchRate:
    """How many of a group's rostered students occur in a file, in percent.

    ``low`` and ``high`` are equal for one whole percent, apart for a band, and None where the group, or those of it who
    are missing in the file, are too few to show.
    """

    group: str
    value: str
    low: int | None
    high: int | None

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return "too few to show"
        return f"{self.low}%" if self.low == self.high else f"{self.low} to {self.high}%"


def match_rates(linkage: Linkage) -> tuple[MatchRate, ...]:
    """Match rates of the roster's groups for the people who keep the records, released for staff and audited together.

    Schools are left out: their rates with their sizes would tell too much about the groups within them.
    """
    groups = [group for group in linkage.seen if group.field in SHOWN and group.rostered]
    tables = [_table([group for group in groups if group.field == name]) for name in _names(groups)]
    if not tables:
        return ()
    released = release(join(*tables), audience=Audience.STAFF, policy=Policy())
    found = []
    for group in groups:
        whole = (group.field, group.value, TOTAL)
        part = (group.field, group.value, SEEN)
        share = None if released.count(*whole).is_hidden else released.share(part, whole)
        found.append(MatchRate(group.field, group.value, share.low if share else None, share.high if share else None))
    return tuple(found)


def school_rates(linkage: Linkage) -> tuple[MatchRate, ...]:
    """Of the people whom a file names at each school, how many the roster knows; released by themselves.

    Not of the rostered students, so that nothing follows from it for the groups within a school.
    """
    schools = list(linkage.by_school.items())
    if not schools:
        return ()
    counts = [[matched, people - matched] for _, (people, matched) in schools]
    table = two_way("school", [name for name, _ in schools], [KNOWN, UNKNOWN], counts)
    released = release(table, audience=Audience.STAFF, policy=Policy())
    found = []
    for name, _ in schools:
        whole = ("school", name, TOTAL)
        share = None if released.count(*whole).is_hidden else released.share(("school", name, KNOWN), whole)
        found.append(MatchRate("school", name, share.low if share else None, share.high if share else None))
    return tuple(found)


def _names(groups: list[GroupSeen]) -> Iterator[str]:
    yield from dict.fromkeys(group.field for group in groups)


def _table(groups: list[GroupSeen]) -> ReleaseTable:
    counts = [[group.seen, group.rostered - group.seen] for group in groups]
    return two_way(groups[0].field, [group.value for group in groups], [SEEN, UNSEEN], counts)
