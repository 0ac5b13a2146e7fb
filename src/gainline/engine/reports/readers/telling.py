"""Telling: which parts each reader gets, in which words. The numbers come from the same facts for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Any

from gainline.engine.core.errors import Refused
from gainline.engine.privacy import Audience, Policy
from gainline.engine.reports import board, wording
from gainline.engine.reports.facts import CHIPS, Facts, facts
from gainline.engine.reports.family import family_paragraph
from gainline.engine.reports.figures import Figure, Table, figures
from gainline.engine.reports.funnel import funnel
from gainline.engine.reports.method import ledger_rows, method
from gainline.engine.reports.pinned import Pinned, elsewhere, notes_on
from gainline.engine.reports.readability import is_plain
from gainline.engine.reports.readers.letter import Letter, Part
from gainline.engine.reports.robust import not_shown, raised, robust
from gainline.engine.reports.words import words


class Reader(StrEnum):
    """Who a brief is written for."""

    BOARD = auto()
    TEACHERS = auto()
    FAMILIES = auto()
    ANALYST = auto()

    @property
    def audience(self) -> Audience:
        """What the exit for numbers lets this reader see: a letter to staff gets round, one to a board is public."""
        staff = {Reader.TEACHERS: Audience.STAFF, Reader.ANALYST: Audience.ANALYST}
        return staff.get(self, Audience.PUBLIC)


FIGURES: dict[Reader, tuple[str, ...]] = {
    Reader.BOARD: ("effect", "gap"),
    Reader.TEACHERS: ("gap", "groups"),
    Reader.ANALYST: ("effect", "events", "gap", "groups", "naive"),
}
"""The charts of a reader's letter; families get words only."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What people decided: the word, the day (ISO), and their reasons."""

    word: str
    on: str
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class Sending:
    """What stands around the evidence when a brief is sent.

    Parameters
    ----------
    district
        Its name.
    decided
        What was decided; None while nothing is.
    notes
        Notes that somebody chose to send along.
    answer_at
        Where the reader can answer; empty for nowhere.
    """

    district: str = ""
    decided: Decided | None = None
    notes: tuple[Pinned, ...] = ()
    answer_at: str = ""


def letter(evidence: dict[str, Any], reader: Reader, *, lang: str = "en", sending: Sending | None = None) -> Letter:
    """Tell an evaluation to a reader.

    Parameters
    ----------
    evidence
        The evidence document's JSON value.
    sending
        What was decided, which notes go along, and where the reader can answer.

    Raises
    ------
    UserFixable
        RP003 when the document is not an evidence document of ours.
    Missing
        RP002 when no catalogue has the language.
    Refused
        RP013 when the families' text reads above grade 8.
    """
    around = sending or Sending()
    told = facts(evidence, audience=reader.audience, policy=Policy(), words=words(lang))
    t = told.words
    made = Letter(
        lang=lang,
        district=around.district,
        kicker=t(f"letter.kicker_{reader}"),
        title=t("letter.title_families", tool=told.tool) if reader is Reader.FAMILIES else board.headline(told),
        standfirst=_standfirst(told, reader),
        parts=tuple(part for part in _parts(told, reader, around.decided, around.notes) if part is not None),
        source=_source(told),
        warning=t("page.not_for_passing_on") if reader is Reader.ANALYST else "",
        answer=(t("letter.answer_title"), t("letter.answer"), t("letter.answer_link"), around.answer_at),
    )
    if reader is Reader.FAMILIES and not is_plain(made.text, lang):
        says = "RP013 the text for families asks for more than grade 8"
        raise Refused(says, "use shorter words for the tool, its measure or the notes that you send along")
    return made


def _standfirst(told: Facts, reader: Reader) -> str:
    if reader is Reader.FAMILIES:
        return told.words("letter.families_first")
    return f"{wording.sentence(told.claim, told.words)} {wording.tail(told.claim, told.words)}"


def _parts(told: Facts, reader: Reader, decided: Decided | None, notes: tuple[Pinned, ...]) -> list[Part | None]:
    if reader is Reader.FAMILIES:
        tried = Part(told.words("letter.tried"), (family_paragraph(told),))
        return [tried, _for_hundred(told), _notes(told, (), notes), _next(told, decided)]
    drawn = {one.name: one for one in figures(told)}
    shown = [drawn[name] for name in FIGURES[reader] if name in drawn]
    charts = [_charted(told, one, notes) for one in shown]
    noted, limits, next_ = _notes(told, shown, notes), _limits(told), _next(told, decided)
    if reader is Reader.TEACHERS:
        return [_tried(told), _use(told), *charts, noted, limits, next_]
    if reader is Reader.BOARD:
        return [next_, _compared(told), _rule(told), *charts, _use(told), noted, limits]
    return [_compared(told), *charts, _use(told), *_methods(told), noted, limits, next_]


def _charted(told: Facts, figure: Figure, notes: tuple[Pinned, ...]) -> Part:
    """A chart with its sentence, its table and the notes that hang on it."""
    noted = notes_on(figure.name, notes, told.words)
    return Part(figure.title, (figure.subtitle, figure.sentence), table=figure.table, figure=figure, notes=noted)


def _tried(told: Facts) -> Part:
    """What was tried, on whom, and why anybody thought it would help."""
    plan, t = told.plan, told.words
    because = plan["hypothesis"].get("because") or ""
    lines = [plan["question"], t("letter.because", because=because.rstrip(".")) if because else ""]
    design = t("letter.design", design=t(f"design.{plan['design']['kind']}"), n=told.n)
    return Part(t("letter.tried"), tuple(filter(None, (*lines, design))))


def _compared(told: Facts) -> Part:
    """Predicted, worth having and found, side by side."""
    rows = tuple((label, shown, under or "–") for _, label, shown, under in board.comparison(told))
    t = told.words
    head = (t("letter.col_what"), t("letter.col_figure"), t("letter.col_unit"))
    return Part(t("letter.compared"), table=Table(head, rows, t("letter.compared")))


def _rule(told: Facts) -> Part:
    """The registered rule and how each clause came out."""
    t = told.words
    rows = tuple((one.says, one.found or "–", _came_out(told, one)) for one in board.clauses(told))
    title = t("rule.title", day=told.day(told.evidence["provenance"]["registered_on"]))
    return Part(title, table=Table((t("letter.col_clause"), t("letter.col_found"), t("letter.col_held")), rows, title))


def _came_out(told: Facts, clause: board.Clause) -> str:
    """Whether a clause held; nothing of one that the rule never came to."""
    if not clause.is_asked:
        return "–"
    return told.words("rule.held" if clause.holds else "rule.not_held")


def _use(told: Facts) -> Part:
    """From licenses to students at the dose, with what each cost."""
    made = funnel(told)
    return Part(made.title, (made.sentence,), table=made.table)


def _methods(told: Facts) -> list[Part]:
    """Every estimate, the counts by arm, the rating's steps and the checks, for those who check us."""
    made, around, t = method(told), robust(told), told.words
    tables = [
        (t("letter.estimates"), made.outcomes),
        (t("letter.counts"), made.counts),
        (t("letter.steps"), made.steps),
    ]
    tables += [(t("letter.checks"), around.checks)] if around.checks else []
    tables += [(t("letter.deviations"), made.deviations)] if made.deviations else []
    return [Part(title, table=table) for title, table in tables]


def _for_hundred(told: Facts) -> Part | None:
    """How many used it enough, as families count: out of a hundred."""
    share = told.share(("funnel", "dosed"), ("funnel", "enrolled"))
    if share is None:
        return None
    return Part(told.words("letter.used"), (told.words("letter.used_share", share=share),))


def _limits(told: Facts) -> Part:
    """What speaks against it, and what it does not show."""
    return Part(told.words("limits.title"), points=(*raised(told).lines, *not_shown(told)))


def _notes(told: Facts, shown: Sequence[Figure], notes: tuple[Pinned, ...]) -> Part | None:
    """The notes that travel along and hang on no chart of this letter, each with its day."""
    left = elsewhere(shown, notes, told.words)
    return Part(told.words("letter.notes"), points=left) if left else None


def _next(told: Facts, decided: Decided | None) -> Part:
    """What was decided, or who will decide by when."""
    t, plan = told.words, told.plan
    if decided is None:
        who = t("decide.by", decider=plan["decision"]["decider"], day=told.day(plan["deadline"]["decide_by"]))
        return Part(t("letter.next"), (t(f"family.next_{told.chip}"), who))
    word = t(f"verdict.{CHIPS[decided.word]}")
    return Part(t("letter.decided"), (t("letter.decided_line", word=word, day=told.day(decided.on)), decided.reasons))


def _source(told: Facts) -> str:
    """Snapshot, registration, what was left out, and the ledger's head where one goes out with the letter."""
    head = dict(ledger_rows(told.evidence.get("ledger"))).get("ledger_head", "")
    kept = f"{told.words('method.ledger_head')}: {head}." if head else ""
    return " ".join(filter(None, (told.source, told.why_hidden, kept)))
