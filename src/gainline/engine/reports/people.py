"""Every count of people in a brief as one table, so that they pass the exit together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gainline.engine.privacy import Cell, ReleaseTable, Sum, nested
from gainline.engine.privacy.tables import Key

ARMS = ("tool", "usual")
N = ("n",)


def table(evidence: dict[str, Any]) -> ReleaseTable:
    """The counts that a brief prints, and the differences between them that anybody can work out."""
    funnel = evidence["funnel"]
    steps = nested("funnel", _falling([(key, funnel[key]) for key in ("enrolled", "used", "dosed")]))
    cells = {cell.key: cell for part in (steps, _arms(evidence), _groups(evidence)) for cell in part.cells}
    sums = [one for part in (steps, _arms(evidence), _groups(evidence)) for one in part.sums]
    for name, other in (*_naive(evidence), *_matched(evidence)):
        cells[name] = other
    for outer, inner in (
        (("funnel", "enrolled"), ("arm", "tool", "assigned")),
        (("arm", "tool", "assigned"), ("funnel", "enrolled")),
        *_around_naive(evidence),
        *(pair for arm in ARMS for pair in _around_matching(arm)),
    ):
        _between(cells, sums, outer, inner)
    return ReleaseTable(tuple(cells.values()), tuple(sums))


def group_key(subgroup: str, group: str, arm: str) -> Key:
    """The cell of one group in one arm."""
    return ("group", subgroup, group, arm)


def arm_key(estimate: dict[str, Any], arm: str) -> Key:
    """The cell of one arm's analyzed students, for one estimate; several exploratory ones are of the same outcome."""
    if estimate["role"] == "primary":
        return ("arm", arm, "analyzed")
    return ("arm", arm, "analyzed", estimate["outcome"], estimate["label"])


def _falling(steps: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Only steps that are parts of the one before; a larger one cannot be subtracted and stands alone."""
    kept: list[tuple[str, int]] = []
    for key, count in steps:
        kept.append((key, count if not kept else min(count, kept[-1][1])))
    return kept


def _arms(evidence: dict[str, Any]) -> ReleaseTable:
    """Assigned, analyzed and lost by arm, for each outcome; the primary outcome's total is the brief's n."""
    cells: dict[Key, Cell] = {}
    sums: list[Sum] = []
    for estimate in (*evidence["estimates"], *evidence["exploratory"]):
        for arm in estimate["counts"]:
            primary = estimate["role"] == "primary"
            if primary:
                key = ("arm", arm["arm"], "assigned")
                cells[key] = Cell(key, arm["assigned"], weight=2.0)
            _analyzed(cells, sums, arm, arm_key(estimate, arm["arm"]))
    analyzed = tuple(("arm", arm, "analyzed") for arm in ARMS)
    cells[N] = Cell(N, sum(cells[key].count for key in analyzed), weight=6.0)
    return ReleaseTable(tuple(cells.values()), (*sums, Sum(N, analyzed)))


def _analyzed(cells: dict[Key, Cell], sums: list[Sum], arm: dict[str, Any], key: Key) -> None:
    whole = ("arm", arm["arm"], "assigned")
    cells[key] = Cell(key, arm["analyzed"], weight=4.0 if len(key) == 3 else 1.0)
    if whole in cells and arm["analyzed"] <= cells[whole].count:
        _between(cells, sums, whole, key)


def _groups(evidence: dict[str, Any]) -> ReleaseTable:
    """Group by arm for each registered split, tied to the analyzed students of each arm."""
    analyzed = {arm["arm"]: arm["analyzed"] for arm in evidence["estimates"][0]["counts"]}
    cells: list[Cell] = []
    sums: list[Sum] = []
    for subgroup in _in_order(row["subgroup"] for row in evidence["groups"]):
        rows = [row for row in evidence["groups"] if row["subgroup"] == subgroup]
        for arm in ARMS:
            own = [Cell(group_key(subgroup, row["group"], arm), row[f"n_{arm}"]) for row in rows]
            cells += own
            rest = analyzed[arm] - sum(cell.count for cell in own)
            if rest >= 0:
                other = Cell((*group_key(subgroup, "", arm), "not recorded"), rest, is_printed=False)
                cells.append(other)
                sums.append(Sum(("arm", arm, "analyzed"), (*(cell.key for cell in own), other.key)))
    needed = [Cell(("arm", arm, "analyzed"), analyzed[arm], weight=4.0) for arm in ARMS]
    return ReleaseTable((*needed, *cells), tuple(sums))


def _naive(evidence: dict[str, Any]) -> list[tuple[Key, Cell]]:
    naive = evidence["naive"]
    if naive is None:
        return []
    pairs = ((("naive", "users"), naive["n_users"]), (("naive", "others"), naive["n_others"]))
    return [(key, Cell(key, count)) for key, count in pairs]


def _around_naive(evidence: dict[str, Any]) -> tuple[tuple[Key, Key], ...]:
    """Which counts hold the two sides of the naive look, or lie inside them."""
    naive, users, others = evidence["naive"], ("naive", "users"), ("naive", "others")
    if naive is None or naive.get("split", "users") == "users":
        return ((("funnel", "used"), users), (users, ("funnel", "used")))
    sides = ((users, "tool"), (others, "usual"))
    around = [((("arm", arm, "assigned"), side), (side, ("arm", arm, "analyzed"))) for side, arm in sides]
    return tuple(pair for pairs in around for pair in pairs)


def _matched(evidence: dict[str, Any]) -> list[tuple[Key, Cell]]:
    """Students before and after matching, by arm."""
    return [
        (key, Cell(key, count))
        for arm, before, kept in evidence["match_loss"]
        for key, count in ((("match", arm, "before"), before), (("match", arm, "kept"), kept))
    ]


def _around_matching(arm: str) -> tuple[tuple[Key, Key], ...]:
    """Which of an arm's counts hold which others."""
    assigned, analyzed = ("arm", arm, "assigned"), ("arm", arm, "analyzed")
    before, kept = ("match", arm, "before"), ("match", arm, "kept")
    return ((assigned, before), (before, kept), (before, analyzed), (kept, analyzed), (assigned, kept))


def _between(cells: dict[Key, Cell], sums: list[Sum], outer: Key, inner: Key) -> None:
    """The people in one count and not in the other, as a cell that is never printed."""
    if outer in cells and inner in cells and cells[outer].count >= cells[inner].count:
        rest = (*outer, "without", *inner)
        cells[rest] = Cell(rest, cells[outer].count - cells[inner].count, is_printed=False)
        sums.append(Sum(outer, (inner, rest)))


def _in_order(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(keys))
