"""The audit as a page tells it: one row per check, in words, with every number about groups through the exit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gainline.engine.audit import Audit, AuditCheck, DistrictAudit, Word
from gainline.engine.audit.sides import ARMS, BEHIND, OTHERS, Side, counted
from gainline.engine.privacy import Audience, Cell, Policy, Released, ReleaseTable, Sum, join, release
from gainline.engine.privacy.release import Shown
from gainline.engine.privacy.tables import Key
from gainline.engine.reports import numbers, people
from gainline.engine.reports.facts import earlier_of
from gainline.engine.reports.words import Words, words

KINDS = {Word.FLAG: "risk", Word.CANNOT: "unknown", Word.CLEAR: "settled", Word.NOT_ASKED: "neutral"}
_LOST, _UNSEEN = "lost", "unseen"
_PART = {"missing": _LOST, "match_group": _UNSEEN}  # checks whose figure is a difference of two shares of people
_LINKED: Key = ("identities",)
_IN_TOOL = frozenset({"match_group", "use"})  # checks that are about the tool's arm alone


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One check as a page shows it.

    Parameters
    ----------
    key, kind, word
        The check; risk, unknown, settled or neutral; and the word of it.
    title, about
        What was asked, and of what.
    figure, people
        The figure with its interval, and who stands behind it, as far as the audience may see them; empty without.
    reference
        What nothing wrong would look like, and when the flag is raised.
    does
        What to do; empty where there is nothing to.
    """

    key: str
    kind: str
    word: str
    title: str
    about: str
    figure: str
    people: str
    reference: str
    does: str


@dataclass(frozen=True, slots=True)
class AuditBlocks:
    """The audit of one cycle as a page shows it: flags first, then what nobody can tell, then what is clear."""

    headline: str
    lead: str
    rows: tuple[AuditRow, ...]
    looks: tuple[tuple[str, str, str], ...]  # day, what, by what
    looks_line: str
    tools: tuple[tuple[str, str, str], ...]  # tool, raw, shrunken
    why_hidden: str


def audit_blocks(
    audit: Audit, evidence: dict[str, Any], *, audience: Audience, policy: Policy | None = None, lang: str = "en"
) -> AuditBlocks:
    """An audit in words, for one audience.

    Parameters
    ----------
    evidence
        The evidence document that was audited: its counts and the audit's leave the exit together, as they can be
        subtracted from each other.
    """
    t = words(lang)
    table = _table(audit, evidence)
    earlier = earlier_of(evidence, table, audience)
    out = release(table, audience=audience, policy=policy or Policy(), earlier=earlier)
    order = list(KINDS)
    rows = sorted((_row(check, audit, out, t) for check in audit.checks), key=lambda row: _rank(row, order))
    counts = [sum(check.word is word for check in audit.checks) for word in (Word.FLAG, Word.CANNOT)]
    hidden = t("page.small_counts", n=out.policy.minimum_n) if out.hides else ""
    return AuditBlocks(
        headline=_headline(counts[0], t),
        lead=t("audit.lead", all=len(audit.checks), cannot=counts[1]),
        rows=tuple(rows),
        looks=tuple(_look(look, t) for look in audit.unregistered),
        looks_line=t(
            "audit.looks", registered=audit.registered, unregistered=len(audit.unregistered),
            chance=numbers.probability(audit.by_chance),
        ),
        tools=tuple(
            (one.tool, numbers.signed(one.raw, 2), t("audit.interval", figure=numbers.signed(one.shrunken, 2),
             low=numbers.signed(one.low, 2), high=numbers.signed(one.high, 2)))
            for one in sorted(audit.compared, key=lambda one: -one.shrunken)
        ),
        why_hidden=hidden,
    )  # fmt: skip


def check_title(key: str, lang: str = "en") -> str:
    """What a check asks, in a few words."""
    return words(lang)(f"audit.{key}.title")


def district_lines(audit: DistrictAudit, lang: str = "en") -> tuple[str, ...]:
    """What of the district as a whole needs a person, one sentence each; no count of people stands in them."""
    t = words(lang)
    found = []
    if audit.is_reliant and audit.share is not None:
        found.append(t("audit.district_reliance", measure=audit.relied, share=numbers.percent(audit.share)))
    for domain, tools in audit.compared:
        best = max(tools, key=lambda one: one.raw)
        raw, shrunken = numbers.signed(best.raw, 2), numbers.signed(best.shrunken, 2)
        found.append(t("audit.district_best", domain=domain, tool=best.tool, raw=raw, shrunken=shrunken))
    return tuple(found)


def _rank(row: AuditRow, order: list[Word]) -> int:
    return [KINDS[word] for word in order].index(row.kind)


def _headline(flags: int, t: Words) -> str:
    return t("audit.quiet") if not flags else t("audit.one") if flags == 1 else t("audit.many", n=flags)


def _row(check: AuditCheck, audit: Audit, out: Released, t: Words) -> AuditRow:
    does = check.word is Word.FLAG or (check.word is Word.CANNOT and not check.why)
    why = t(f"audit.why.{check.why}") if check.why else ""
    return AuditRow(
        key=check.key,
        kind=KINDS[check.word],
        word=t(f"audit.word.{check.word.name.lower()}"),
        title=t(f"audit.{check.key}.title"),
        about=t.maybe(f"audit.level.{check.about}", check.about),
        figure=_figure(check, out, t),
        people=_people(check, audit, out, t),
        reference=why or _reference(check, out, t),
        does=t(f"audit.{check.key}.do") if does else "",
    )


def _reference(check: AuditCheck, out: Released, t: Words) -> str:
    """The null and the limit; a null that is itself a share of people is hidden with the figure."""
    is_share = check.key == "attrition" and not _may_show(check, out)
    null, limit = (t("page.hidden"), "–") if is_share else (_null(check, t), _limit(check, t))
    return t(f"audit.{check.key}.rule", limit=limit, null=null)


def _figure(check: AuditCheck, out: Released, t: Words) -> str:
    """The figure, hidden with the counts that it could be turned into."""
    if check.figure is None:
        return ""
    if not _may_show(check, out):
        return t("page.hidden")
    if check.low is None or check.high is None:
        return _number(check, check.figure, t)
    parts = {name: _number(check, value, t, (check.low, check.high))
             for name, value in (("figure", check.figure), ("low", check.low), ("high", check.high))}  # fmt: skip
    return t("audit.interval", **parts)


def _number(check: AuditCheck, value: float, t: Words, span: tuple[float, float] | None = None) -> str:
    if check.unit == "share":
        return numbers.percent(value)
    if check.unit == "count":
        return numbers.count(round(value))
    places = numbers.places_for(*span) if span else 2
    unit = t.maybe(f"audit.unit.{check.unit}", check.unit)
    return f"{numbers.signed(value, places)} {unit}".strip()


def _limit(check: AuditCheck, t: Words) -> str:
    return "" if check.limit is None else _number(check, check.limit, t).lstrip("+")


def _null(check: AuditCheck, t: Words) -> str:
    return "" if check.null is None else _number(check, check.null, t)


def _may_show(check: AuditCheck, out: Released) -> bool:
    """Exact counts of everything that the figure is made of: whoever knows a share and its whole knows the part."""
    keys = [key for key in _made_of(check) if key in out.counts]
    return all(out.counts[key].shown is Shown.EXACT for key in keys) and out.may_show_effect(*keys)


def _made_of(check: AuditCheck) -> list[Key]:
    if check.key == "attrition" and check.about == "student":
        pairs = [(("arm", arm, "assigned"), ("arm", arm, "analyzed")) for arm in ARMS]
        return [key for whole, kept in pairs for key in (whole, kept, (*whole, "without", *kept))]
    if check.key == "match":
        return [_LINKED, (*_LINKED, "matched"), (*_LINKED, "open")]
    if not check.split:
        return []
    sides = (BEHIND, OTHERS)
    keys = [_key(check.split, side, *(("tool",) if check.key in _IN_TOOL else ())) for side in sides]
    part = _PART.get(check.key)
    return keys + [(*key, name) for key in keys for name in ((part, f"not {part}") if part else ())]


def _people(check: AuditCheck, audit: Audit, out: Released, t: Words) -> str:
    if not check.split:
        return t("audit.of", n=numbers.count(check.n)) if check.n is not None else ""
    arm = ("tool",) if check.key in _IN_TOOL else ()
    found = []
    for side in (BEHIND, OTHERS):
        one = counted(audit.sides, check.split, side)
        count = out.counts.get(_key(check.split, side, *arm))
        if count is not None:
            found.append(f"{one.label}: {_said(count.low, count.high, t)}")
    return "; ".join(found)


def _said(low: int | None, high: int | None, t: Words) -> str:
    if low is None or high is None:
        return t("page.hidden")
    one = numbers.count(low)
    return one if low == high else t("page.range", low=one, high=numbers.count(high))


def _look(look: Any, t: Words) -> tuple[str, str, str]:  # noqa: ANN401 - a look of the audit
    by = ", ".join((*look.groups, *look.where))
    return numbers.day(look.on, t.lang), t(f"audit.look.{look.kind}", at=look.at), by or t("audit.look.everybody")


def _table(audit: Audit, evidence: dict[str, Any]) -> ReleaseTable:
    """The brief's counts with the sides of each split, and every sum that ties them together."""
    brief = people.table(evidence)
    have = {cell.key for cell in brief.cells}
    cells: dict[Key, Cell] = {}
    sums: list[Sum] = []
    for split in dict.fromkeys(side.split for side in audit.sides):
        for side in (BEHIND, OTHERS):
            own = [one for one in audit.sides if (one.split, one.side) == (split, side)]
            for cell in _cells(own):
                cells[cell.key] = cell
            sums += _sums(split, side)
        for arm, all_ in zip(ARMS, _assigned(evidence), strict=True):
            sums += _in_arm(split, arm, all_, cells, have)
    linked = evidence["linkage"]
    known, whole = linked["identities_matched"], linked["identities"]
    for key, count in ((_LINKED, whole), ((*_LINKED, "matched"), known), ((*_LINKED, "open"), whole - known)):
        cells[key] = Cell(key, count)
    sums.append(Sum(_LINKED, ((*_LINKED, "matched"), (*_LINKED, "open"))))
    return join(brief, ReleaseTable(tuple(cells.values())), sums=tuple(sums))


def _key(split: str, side: str, *more: str) -> Key:
    return ("side", split, side, *more)


def _cells(own: list[Side]) -> Iterator[Cell]:
    split, side = own[0].split, own[0].side
    whole, lost = sum(one.whole for one in own), sum(one.lost for one in own)
    yield Cell(_key(split, side), whole, weight=4.0)
    yield Cell(_key(split, side, _LOST), lost)
    yield Cell(_key(split, side, f"not {_LOST}"), whole - lost)
    for one in own:
        yield Cell(_key(split, side, one.arm), one.whole, weight=2.0, is_printed=one.arm == "tool")
        if one.arm == "tool":
            yield Cell(_key(split, side, one.arm, _UNSEEN), one.unseen)
            yield Cell(_key(split, side, one.arm, f"not {_UNSEEN}"), one.whole - one.unseen)


def _sums(split: str, side: str) -> Iterator[Sum]:
    whole = _key(split, side)
    yield Sum(whole, ((*whole, _LOST), (*whole, f"not {_LOST}")))
    yield Sum(whole, tuple((*whole, arm) for arm in ARMS))
    tool = (*whole, "tool")
    yield Sum(tool, ((*tool, _UNSEEN), (*tool, f"not {_UNSEEN}")))


def _assigned(evidence: dict[str, Any]) -> tuple[int, ...]:
    counts = {arm["arm"]: arm["assigned"] for arm in evidence["estimates"][0]["counts"]}
    return tuple(counts.get(arm, 0) for arm in ARMS)


def _in_arm(split: str, arm: str, all_: int, cells: dict[Key, Cell], have: set[Key]) -> Iterator[Sum]:
    """Both sides and those without a label make up the arm, where the evaluation counted the same students."""
    parts = tuple(_key(split, side, arm) for side in (BEHIND, OTHERS))
    rest = all_ - sum(cells[key].count for key in parts)
    if rest >= 0 and ("arm", arm, "assigned") in have:
        other = Cell(("side", split, "not recorded", arm), rest, is_printed=False)
        cells[other.key] = other
        yield Sum(("arm", arm, "assigned"), (*parts, other.key))
