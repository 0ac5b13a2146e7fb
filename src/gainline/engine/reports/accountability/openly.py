"""The transparency page: what the district holds about students, who gets it and what went wrong, for families."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gainline.engine.privacy.agreements import KIND_NAMES, DataAgreement
from gainline.engine.privacy.catalog import Catalogue, Element
from gainline.engine.privacy.purposes import PURPOSES
from gainline.engine.reports.accountability.paper import Paper, Section
from gainline.engine.reports.words import Words, words

HALF_A_YEAR = timedelta(days=183)


@dataclass(frozen=True, slots=True)
class Breach:
    """A breach as families are told of it: when it was found, when they were told, and what happened in plain words."""

    found_on: date
    told_on: date | None
    says: str
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a district tells on its transparency page.

    Parameters
    ----------
    district
        Its name.
    agreements
        Agreements about data, whoever holds them.
    breaches
        Every breach; None where this place does not know of them, so that none is claimed.
    refreshed_on
        The day on which somebody last went through the page and said that it is right; None for never.
    """

    district: str
    agreements: Sequence[DataAgreement]
    breaches: Sequence[Breach] | None = None
    refreshed_on: date | None = None


def is_stale(refreshed_on: date | None, on: date) -> bool:
    """Tell whether a page was last gone through more than half a year ago, or never.

    Source: Illinois, 105 ILCS 85/27(a): the information is updated at the start of each year and of each half.
    """
    return refreshed_on is None or on - refreshed_on > HALF_A_YEAR


def transparency(told: Told, catalogue: Catalogue, *, on: date, lang: str = "en") -> Paper:
    """The page for families: elements held, operators and their agreements, subcontractors, breaches, rights.

    An element stands on it when, and only when, some field about students holds it. Agreements whose day of
    destruction has passed are left out.

    Source
    ------
    105 ILCS 85/27 (elements, operators, agreements, subcontractors, breaches); 34 CFR 99.10, 99.20, 99.32 (rights).
    """
    t = words(lang)
    standing = [one for one in told.agreements if one.starts <= on <= one.destroy_by]
    parts = (
        _held(catalogue, t),
        Section("purposes", t("openly.purposes"), (t("openly.purposes_says"),), *_purposes(t)),
        _operators(standing, catalogue, t, on),
        _others(standing, t),
        _breaches(told.breaches, t),
        Section("rights", t("openly.rights"), tuple(t(f"openly.right.{name}") for name in RIGHTS)),
    )
    refreshed = told.refreshed_on.isoformat() if told.refreshed_on else t("openly.never")
    return Paper(
        title=t("openly.title"),
        district=told.district,
        lead=t("openly.lead"),
        sections=parts,
        lang=lang,
        dated=t("openly.refreshed", day=refreshed),
        warning=t("openly.stale") if is_stale(told.refreshed_on, on) else "",
    )


RIGHTS = ("see", "mend", "who", "ask", "sell")


def _held(catalogue: Catalogue, t: Words) -> Section:
    rows = tuple((one.lay[t.lang], _uses(one, catalogue, t), _stays(one, catalogue, t)) for one in catalogue.held())
    head = (t("openly.what"), t("openly.why"), t("openly.how_long"))
    return Section("held", t("openly.held"), (t("openly.held_says"),), head, rows)


def _uses(element: Element, catalogue: Catalogue, t: Words) -> str:
    uses = {one for kind in catalogue.kinds.values() if kind.element == element for one in kind.purposes}
    return "; ".join(record.name[t.lang] for key, record in PURPOSES.items() if key in uses)


def _stays(element: Element, catalogue: Catalogue, t: Words) -> str:
    kinds = [kind for kind in catalogue.kinds.values() if kind.element == element and kind.is_personal]
    return "; ".join(sorted({t(f"openly.stays.{kind.retention}") for kind in kinds}))


def _purposes(t: Words) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    rows = tuple((record.name[t.lang], record.lay[t.lang]) for record in PURPOSES.values())
    return (t("openly.purpose"), t("openly.meaning")), rows


def _operators(standing: Sequence[DataAgreement], catalogue: Catalogue, t: Words, on: date) -> Section:
    head = tuple(t(f"openly.{name}") for name in ("holder", "tool", "kind", "gets", "until", "destroyed"))
    rows = tuple(
        (
            one.holder,
            one.tool,
            KIND_NAMES[one.kind][t.lang],
            "; ".join(element.lay[t.lang] for element in catalogue.elements.values() if element.key in one.elements),
            one.ends.isoformat() if one.is_active(on) else t("openly.over", day=one.ends.isoformat()),
            one.destroy_by.isoformat(),
        )
        for one in sorted(standing, key=lambda one: (one.holder, one.tool, one.starts))
    )
    return Section("operators", t("openly.operators"), (t("openly.operators_says" if rows else "openly.no_one"),),
                   head, rows)  # fmt: skip


def _others(standing: Sequence[DataAgreement], t: Words) -> Section:
    rows = tuple(sorted({(name, one.holder) for one in standing for name in one.recipients}))
    says = (t("openly.others_says" if rows else "openly.no_others"),)
    return Section("others", t("openly.others"), says, (t("openly.other"), t("openly.works_for")), rows)


def _breaches(breaches: Sequence[Breach] | None, t: Words) -> Section:
    if breaches is None:
        return Section("breaches", t("openly.breaches"), (t("openly.breaches_elsewhere"),))
    head = tuple(t(f"openly.{name}") for name in ("found", "told", "happened"))
    rows = tuple(
        (one.found_on.isoformat(), one.told_on.isoformat() if one.told_on else t("openly.not_told"), one.says)
        for one in sorted(breaches, key=lambda one: one.found_on, reverse=True)
    )
    return Section("breaches", t("openly.breaches"), (t("openly.breaches_says" if rows else "openly.no_breach"),),
                   head, rows)  # fmt: skip
