"""A draft of a data protection impact assessment: what the catalogue and the agreements know, and what they cannot."""

from __future__ import annotations

from collections.abc import Sequence

from gainline.engine.privacy import Policy
from gainline.engine.privacy.agreements import KIND_NAMES, DataAgreement
from gainline.engine.privacy.catalog import Catalogue, FieldRecord
from gainline.engine.privacy.purposes import PURPOSES
from gainline.engine.records import Retention
from gainline.engine.reports.accountability.paper import Paper, Section

_RISKS = (
    (
        "Somebody recognizes a child in a table of small groups",
        "Counts of 1 to {smallest} are hidden, shares of groups are told in bands, and an integer program proves that"
        " no hidden count can be worked out within {range}; earlier releases count",
    ),
    (
        "Records leave without a right to",
        "A file of rows is made only under an agreement that runs, for one of its purposes, with its elements alone,"
        " and with one entry a student",
    ),
    (
        "Two recipients put their files together",
        "Pseudonyms are made anew for each agreement; none of them is the district's own",
    ),
    (
        "Records are kept for longer than they are needed",
        "Every field has a retention class with its reason; handed-over files go on the agreement's day of destruction,"
        " with a certificate",
    ),
    (
        "A log or an error names a child",
        "No field about students may stand in a log; the rule is part of each field's record and is tested",
    ),
    (
        "A figure misleads those who decide about children",
        "Plans are locked before results are seen, the registered rule decides, and no estimate is shown without its"
        " interval",
    ),
    (
        "A child is judged by a machine",
        "No figure about a single student leads to a decision; evidence is about tools",
    ),
)
_OPEN = (
    ("Necessity and proportion", "Say why each purpose cannot be reached with less."),
    ("Advice", "Ask whoever advises the district on data protection, and write down the answer."),
    ("Views of families and staff", "Ask them, and write down what changed."),
    ("Risks of your own", "Add what is special about your schools, devices and staff."),
    ("Decision", "Say who accepts what is left, with day and name."),
)
_HEAD = ("Field", "Category", "Element", "Sensitivity", "Stays", "Export", "Log", "Test copy")


def dpia(catalogue: Catalogue, agreements: Sequence[DataAgreement], *, district: str, policy: Policy) -> Paper:
    """The draft: purposes, elements, every field about people, recipients, retention, risks, measures, open questions.

    The same catalogue, agreements and policy give the same bytes; it carries no day.

    Source: GDPR, Article 35(7).
    """
    sections = (
        Section("purposes", "Purposes", (), ("Purpose", "What for", "Legal basis"), _purposes()),
        Section("elements", "Data", (), ("Category", "Element", "Purposes", "Stays"), _elements(catalogue)),
        Section("recipients", "Recipients", (), ("Who", "Tool", "As", "Elements", "Passed on to", "Destroyed by"),
                _recipients(agreements, catalogue)),
        Section("retention", "How long, and why", (), ("Class", "Fields", "Reason"), _retention(catalogue)),
        Section("risks", "Risks and measures", (), ("Risk", "What stands against it"), _risks(policy)),
        Section("open", "What no program can answer", (), ("Question", "What to do"), _OPEN),
        Section("fields", "Every field about people", (), _HEAD, _fields(catalogue)),
    )  # fmt: skip
    return Paper(
        title="Data protection impact assessment: draft",
        district=district,
        lead="What the field catalogue and the agreements say. A draft until a person has answered the questions.",
        sections=sections,
        lang="en",
    )


def _purposes() -> tuple[tuple[str, ...], ...]:
    return tuple((one.name["en"], one.lay["en"], ", ".join(one.bases)) for one in PURPOSES.values())


def _elements(catalogue: Catalogue) -> tuple[tuple[str, ...], ...]:
    found = []
    for element in catalogue.held():
        kinds = [kind for kind in catalogue.kinds.values() if kind.element == element and kind.is_personal]
        uses = [PURPOSES[key].name["en"] for key in PURPOSES if any(key in kind.purposes for kind in kinds)]
        stays = sorted({str(kind.retention) for kind in kinds})
        found.append((catalogue.categories[element.category], element.name, ", ".join(uses), ", ".join(stays)))
    return tuple(found)


def _recipients(agreements: Sequence[DataAgreement], catalogue: Catalogue) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            one.holder,
            one.tool,
            KIND_NAMES[one.kind]["en"],
            "; ".join(element.name for element in catalogue.elements.values() if element.key in one.elements) or "–",
            "; ".join(one.recipients) or "–",
            one.destroy_by.isoformat(),
        )
        for one in sorted(agreements, key=lambda one: (one.holder, one.tool, one.starts, one.ends))
    )


def _retention(catalogue: Catalogue) -> tuple[tuple[str, ...], ...]:
    kinds = {kind.retention: kind.because for kind in catalogue.kinds.values()}
    records = [record for record in catalogue.records() if record.kind.is_personal]
    many = {one: sum(record.kind.retention is one for record in records) for one in Retention}
    return tuple((str(one), str(many[one]), kinds[one]) for one in Retention if many[one])


def _risks(policy: Policy) -> tuple[tuple[str, ...], ...]:
    parts = {"smallest": policy.minimum_n - 1, "range": policy.minimum_range}
    return tuple((risk, f"{measure.format(**parts)}.") for risk, measure in _RISKS)


def _fields(catalogue: Catalogue) -> tuple[tuple[str, ...], ...]:
    return tuple(_field(record, catalogue) for record in catalogue.records() if record.kind.is_personal)


def _field(record: FieldRecord, catalogue: Catalogue) -> tuple[str, ...]:
    kind = record.kind
    element = catalogue.categories[kind.element.category], kind.element.name
    rules = (str(kind.sensitivity), str(kind.retention), str(kind.export), str(kind.log), str(kind.scrub))
    return (f"{record.place}.{record.name}", *element, *rules)
