"""The brief: one self-contained page that says what was decided by which rule, and how we know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gainline.engine.privacy import Audience, Policy
from gainline.engine.reports import board, wording
from gainline.engine.reports.facts import Facts, facts
from gainline.engine.reports.family import family_paragraph
from gainline.engine.reports.figures import Figure, figures
from gainline.engine.reports.funnel import Funnel, funnel
from gainline.engine.reports.method import Method, method
from gainline.engine.reports.pinned import Pinned, elsewhere, with_notes
from gainline.engine.reports.render import page
from gainline.engine.reports.robust import not_shown, raised, robust
from gainline.engine.reports.words import words


@dataclass(frozen=True, slots=True)
class Blocks:
    """What a brief says, as values for a page that stands elsewhere; every count has passed the exit.

    Parameters
    ----------
    headline, chip, standfirst, tail
        The decision as a finding; adopt, adapt, stop, extend or unknown; the estimate in a sentence, with its limits.
    comparison
        Key, label, what is shown and a line beneath: what was predicted, worth having and found.
    clauses
        The registered rule, clause by clause.
    funnel, figures
        From licenses to students at the dose; the figures in reading order.
    against, limits
        What speaks against the estimate, and what it does not show.
    family
        The paragraph for families.
    method
        Everything that an analyst needs to judge the work.
    source
        Snapshot and registration in a line.
    """

    headline: str
    chip: str
    standfirst: str
    tail: str
    comparison: tuple[tuple[str, str, str, str], ...]
    clauses: tuple[board.Clause, ...]
    funnel: Funnel
    figures: tuple[Figure, ...]
    against: tuple[str, ...]
    limits: tuple[str, ...]
    family: str
    method: Method
    source: str


def brief_blocks(
    evidence: dict[str, Any], *, audience: Audience = Audience.PUBLIC, policy: Policy | None = None, lang: str = "en"
) -> Blocks:
    """The blocks of the brief of `brief_html`, from the same facts and through the same exit.

    Raises
    ------
    UserFixable
        RP003 when the document is not an evidence document of ours.
    Missing
        RP002 when no catalogue has the language.
    """
    told = facts(evidence, audience=audience, policy=policy or Policy(), words=words(lang))
    return Blocks(
        headline=board.headline(told),
        chip=told.chip,
        standfirst=wording.sentence(told.claim, told.words),
        tail=wording.tail(told.claim, told.words),
        comparison=tuple(board.comparison(told)),
        clauses=tuple(board.clauses(told)),
        funnel=funnel(told),
        figures=tuple(figures(told)),
        against=tuple(raised(told).lines),
        limits=tuple(not_shown(told)),
        family=family_paragraph(told),
        method=method(told),
        source=told.source,
    )


def brief_html(
    evidence: dict[str, Any],
    *,
    audience: Audience = Audience.PUBLIC,
    policy: Policy | None = None,
    lang: str = "en",
    district: str = "",
    notes: Sequence[Pinned] = (),
) -> str:
    """The decision brief as one HTML page without any script or outside request.

    Parameters
    ----------
    evidence
        The evidence document's JSON value.
    audience
        Who will read it; decides which counts are shown.
    policy
        Disclosure thresholds; the defaults when None.
    lang
        ``en`` or ``es``; what the plan says stays in the plan's language.
    notes
        Notes that somebody chose to send along; those on a figure stand in its margin.

    Raises
    ------
    UserFixable
        RP003 when the document is not an evidence document of ours.
    Missing
        RP002 when no catalogue has the language.
    ValueError
        RP001 when the evidence lacks what a claim must be read with.
    """
    told = facts(evidence, audience=audience, policy=policy or Policy(), words=words(lang))
    return page("brief.html", **_values(told, notes), district=district, audience=audience.value, lang=lang)


def _values(told: Facts, notes: Sequence[Pinned]) -> dict[str, Any]:
    claim, plan, drawn = told.claim, told.plan, with_notes(figures(told), notes, told.words)
    return {
        "t": told.words,
        "facts": told,
        "headline": board.headline(told),
        "chip_kind": told.chip,
        "standfirst": wording.sentence(claim, told.words),
        "tail": wording.tail(claim, told.words),
        "clauses": board.clauses(told),
        "comparison": board.comparison(told),
        "decide_by": told.day(plan["deadline"]["decide_by"]),
        "as_of": told.day(told.evidence["provenance"]["as_of"]),
        "registered": told.day(told.evidence["provenance"]["registered_on"]),
        "funnel": funnel(told),
        "figures": drawn,
        "notes": elsewhere(drawn, notes, told.words),
        "groups": next((one for one in drawn if one.name == "groups"), None),
        "family": family_paragraph(told),
        "method": method(told),
        "robust": robust(told),
        "raised": raised(told),
        "limits": not_shown(told),
    }
