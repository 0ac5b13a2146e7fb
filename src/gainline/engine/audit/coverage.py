"""Coverage: who is missing from the outcome and from the records of use, and whether that differs by arm or group."""

from __future__ import annotations

from collections.abc import Iterator

from gainline.engine.audit.check import AuditCheck, Word, cannot_tell, judged, not_asked
from gainline.engine.audit.proportions import difference, wilson
from gainline.engine.audit.sides import BEHIND, FEWEST, OTHERS, Side, counted
from gainline.engine.evidence.document import Attrition, Linkage
from gainline.engine.pilots.plan import Plan

MISSING_GAP = 0.05  # between groups: five points
LINKED = 0.95  # of the identities in the tool's files; below it use is not known of enough students


def attrition_checks(rows: tuple[Attrition, ...]) -> Iterator[AuditCheck]:
    """Loss by arm against the WWC boundary, at each level, as the evaluation judged it."""
    if not rows:
        yield not_asked("attrition", "over_time")
    for row in rows:
        word = Word.CLEAR if row.is_low else Word.FLAG
        limit = row.limit if row.limit > 0.0 else None
        yield AuditCheck("attrition", row.level, word, row.differential, unit="share", null=row.overall, limit=limit)


def missing_checks(plan: Plan, sides: tuple[Side, ...]) -> Iterator[AuditCheck]:
    """The difference between a split's sides in the share of students without the primary outcome."""
    for split in plan.subgroups:
        behind, others = (counted(sides, split.key, side) for side in (BEHIND, OTHERS))
        yield _difference("missing", split.label, (behind.lost, behind.whole), (others.lost, others.whole), split.key)
    if not plan.subgroups:
        yield not_asked("missing", "no_split")


def match_checks(plan: Plan, sides: tuple[Side, ...], linkage: Linkage) -> Iterator[AuditCheck]:
    """How much of the tool's use is tied to students, and whether a group could be missing from it.

    An identity that no roster knows belongs to no group, so the match rate of a group cannot be counted. What can be is
    the share of a side's students in the tool's arm without any use: a side whose share is higher may be one whose
    identities were not matched. With every identity matched there is nothing left to ask.
    """
    if linkage.identities == 0:
        yield cannot_tell("match", "no_use")
        return
    low, high = wilson(linkage.identities_matched, linkage.identities)
    share = linkage.identities_matched / linkage.identities
    word = Word.CLEAR if share >= LINKED else Word.FLAG
    yield AuditCheck("match", plan.tool.name, word, share, low, high, "share", null=1.0, limit=LINKED)
    for split in plan.subgroups:
        yield _match_by_group(sides, linkage, split.key, split.label)


def _match_by_group(sides: tuple[Side, ...], linkage: Linkage, split: str, label: str) -> AuditCheck:
    if linkage.identities_matched == linkage.identities:
        return AuditCheck("match_group", label, Word.CLEAR, 0.0, 0.0, 0.0, "share", limit=MISSING_GAP, split=split)
    behind, others = (counted(sides, split, side, arms=("tool",)) for side in (BEHIND, OTHERS))
    return _difference("match_group", label, (behind.unseen, behind.whole), (others.unseen, others.whole), split)


def _difference(key: str, about: str, first: tuple[int, int], second: tuple[int, int], split: str) -> AuditCheck:
    if min(first[1], second[1]) < FEWEST:
        return cannot_tell(key, "too_few", about, split)
    gap, low, high = difference(first, second)
    word = judged(gap, low, high, limit=MISSING_GAP)
    return AuditCheck(key, about, word, gap, low, high, "share", null=0.0, limit=MISSING_GAP, split=split)
