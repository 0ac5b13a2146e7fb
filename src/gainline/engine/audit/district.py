"""The audit of a district: what stands flagged in its cycles, the tools beside one another, and looks since then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gainline.engine.audit.curse import Compared, compare_tools
from gainline.engine.audit.cycle import Audit, Earlier
from gainline.engine.audit.forking import Look
from gainline.engine.audit.reach import FEWEST_CYCLES, RELIED

FORMAT = "gainline-district-audit/1"


@dataclass(frozen=True, slots=True)
class Audited:
    """One cycle in the district's audit: its flags and open questions by the key of the check, and looks since."""

    cycle: str
    title: str
    as_of: str
    flags: tuple[str, ...]
    cannot: tuple[str, ...]
    since: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class DistrictAudit:
    """The district's audit, whole.

    Parameters
    ----------
    relied, share
        The measure on which most cycles' rules turn and the share of them; empty and None with fewer than three.
    is_reliant
        More than 60 % of the cycles, and not each of them has a counter-measure.
    compared
        Domain -> the tools in it, raw beside shrunken; only where there are two or more.
    """

    as_of: str
    cycles: tuple[Audited, ...]
    relied: str
    share: float | None
    is_reliant: bool
    compared: tuple[tuple[str, tuple[Compared, ...]], ...]
    format: str = FORMAT

    @property
    def at_risk(self) -> tuple[Audited, ...]:
        """Cycles with a flag, or with looks that came after their audit."""
        return tuple(one for one in self.cycles if one.flags or one.since)

    def to_json_value(self) -> dict[str, Any]:
        """The document as plain JSON values."""
        value: dict[str, Any] = asdict(self)
        return value


def audit_district(audits: Sequence[tuple[Audit, Sequence[Look]]], *, as_of: str) -> DistrictAudit:
    """Bring the latest audit of every cycle together.

    Parameters
    ----------
    audits
        Each with the unregistered looks that came after it.
    """
    cycles = tuple(_audited(one, since) for one, since in audits)
    own = [one.own for one, _ in audits]
    counts = Counter(one.relied.measure for one in own)
    measure, many = counts.most_common(1)[0] if len(own) >= FEWEST_CYCLES else ("", 0)
    share = many / len(own) if measure else None
    alone = [one for one in own if one.relied.measure == measure and not one.relied.is_countered]
    return DistrictAudit(as_of, cycles, measure, share, bool(share and share > RELIED and alone), _by_domain(own))


def _audited(one: Audit, since: Sequence[Look]) -> Audited:
    words = {word: tuple(dict.fromkeys(check.key for check in one.checks if check.word == word))
             for word in ("flag", "cannot tell")}  # fmt: skip
    return Audited(one.cycle, one.title, one.as_of, words["flag"], words["cannot tell"], tuple(since))


def _by_domain(own: Sequence[Earlier]) -> tuple[tuple[str, tuple[Compared, ...]], ...]:
    found = []
    for domain in sorted({one.domain for one in own}):
        latest = {one.tool: one for one in sorted(own, key=lambda one: one.as_of) if one.domain == domain}
        rows = [(one.tool, one.g, one.g_std_error) for one in latest.values() if one.g_std_error > 0.0]
        if len(rows) > 1:
            found.append((domain, compare_tools(rows)))
    return tuple(found)
