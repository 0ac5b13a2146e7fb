"""Exhibit B of a national data privacy agreement: the schedule of data with what this agreement allows."""

from __future__ import annotations

from gainline.engine.privacy.agreements import KIND_NAMES, DataAgreement
from gainline.engine.privacy.catalog import Catalogue
from gainline.engine.privacy.purposes import PURPOSES
from gainline.engine.reports.accountability.paper import Paper, Section
from gainline.engine.reports.words import Words, words


def exhibit_b(agreement: DataAgreement, catalogue: Catalogue, *, district: str, lang: str = "en") -> Paper:
    """The schedule of data of one agreement: every category and element, and whether it is checked.

    Names of categories and elements stay in English, as the agreement has them; beside them stand plain words in the
    language asked for.

    Source: Student Data Privacy Consortium, National Data Privacy Agreement, version 1, Exhibit B.
    """
    t = words(lang)
    rows = tuple(
        (catalogue.categories[one.category], one.name, one.lay[lang], _mark(one.key in agreement.elements, t))
        for one in catalogue.elements.values()
        if one.key != "none"
    )
    head = tuple(t(f"exhibit.{name}") for name in ("category", "element", "plain", "checked"))
    return Paper(
        title=t("exhibit.title", tool=agreement.tool),
        district=district,
        lead=t("exhibit.lead"),
        sections=(
            Section(
                "terms", t("exhibit.terms"), head=(t("exhibit.what"), t("exhibit.says")), rows=_terms(agreement, t)
            ),
            Section("schedule", t("exhibit.schedule"), head=head, rows=rows),
        ),
        lang=lang,
    )


def _mark(is_checked: bool, t: Words) -> str:
    return t("exhibit.yes") if is_checked else "–"


def _terms(agreement: DataAgreement, t: Words) -> tuple[tuple[str, str], ...]:
    none = t("exhibit.none")
    said = {
        "holder": agreement.holder,
        "tool": agreement.tool,
        "kind": KIND_NAMES[agreement.kind][t.lang],
        "representative": agreement.representative or none,
        "purposes": "; ".join(PURPOSES[one].name[t.lang] for one in agreement.purposes) or none,
        "recipients": "; ".join(agreement.recipients) or none,
        "starts": agreement.starts.isoformat(),
        "ends": agreement.ends.isoformat(),
        "destroy_by": agreement.destroy_by.isoformat(),
        "document": agreement.document_sha256 or none,
    }
    return tuple((t(f"exhibit.term.{name}"), value) for name, value in said.items())
