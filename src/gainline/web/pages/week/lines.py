"""The words of a line of the first screen, by what it is about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gainline.services.stages import stage_of
from gainline.services.week import RISKS, Kind, Line
from gainline.web.parts.days import day_words


@dataclass(frozen=True, slots=True)
class Shown:
    """A line with its words: a status, what it is about, a sentence, its day, and one way on."""

    status: str
    word: str
    title: str
    says: str
    day: date | None
    act: str
    href: str


def shown(line: Line) -> Shown:
    """A line as the page shows it."""
    title, says = _WORDS[line.kind](line)
    status, word = ("risk", _("At risk")) if line.kind in RISKS else ("watch", _("Due"))
    act, href = _way_on(line)
    return Shown(status, word, title, says, line.day, act, href)


def cycle_href(line: Line) -> str:
    """Where the cycle of a line stands."""
    return f"/cycles/{line.cycle.public_id}/" if line.cycle else ""


def _way_on(line: Line) -> tuple[str, str]:
    if line.kind in {Kind.NOTICE_UNASKED, Kind.NO_AGREEMENT} and line.tool:
        return _("Open the tool"), reverse("tools:tool", args=[line.tool.public_id])
    if line.kind is Kind.RELEASE and line.cycle:
        return _("Send a brief"), f"/reports/new/?cycle={line.cycle.public_id}"
    if line.kind is Kind.FLAGGED and line.cycle:
        return _("Read the audit"), f"/cycles/{line.cycle.public_id}/audit/"
    if line.kind is Kind.GLASS:
        return _("Review it"), reverse("governance:reads")
    if line.kind is Kind.ASKED:
        return _("Read and review it"), reverse("governance:request", args=[line.request])
    if line.kind is Kind.APPROVED:
        return _("Carry it out"), reverse("governance:request", args=[line.request])
    if line.kind in {Kind.TRAINING, Kind.LAPSED}:
        return _("Take the training"), reverse("training:training")
    if line.kind is Kind.TRAININGS:
        return _("See who"), reverse("people:trainings")
    words = {Kind.VOICE: _("Say what you saw"), Kind.UNREVIEWED: _("Open a review")}
    return words.get(line.kind, _("Open the cycle")), cycle_href(line)


def _tool(line: Line) -> str:
    return str(line.tool)


def _notice(line: Line) -> tuple[str, str]:
    return _("Renewal notice for %(tool)s") % {"tool": _tool(line)}, _evidence_by_then(line)


def _evidence_by_then(line: Line) -> str:
    """What will be known when the notice is due."""
    counted = line.countdown
    if counted is None or counted.cycle is None:
        return ""
    if counted.cycle.has_decision:
        return _("The cycle is decided; the notice can follow it.")
    if counted.cycle.has_evidence:
        return _("The evidence stands; a decision has to come before the notice.")
    if counted.known_on is None:
        return _("No plan is locked, so nobody can say yet when there will be evidence.")
    return _("Evidence by then: expected %(day)s.") % {"day": day_words(counted.known_on)}


def _unasked(line: Line) -> tuple[str, str]:
    says = _("Nobody has asked yet whether it helps. Ask while there is time, or let it go without an answer.")
    return _("Renewal notice for %(tool)s") % {"tool": _tool(line)}, says


def _decision(line: Line) -> tuple[str, str]:
    cycle = line.cycle
    stage = stage_of(cycle).value if cycle else ""
    because = cycle.decide_because if cycle else ""
    title = _("Decision on %(tool)s") % {"tool": _tool(line)}
    return title, " ".join(filter(None, (_STAGE_SAYS[stage](), because and f"{because[:1].upper()}{because[1:]}.")))


_STAGE_SAYS: dict[str, Callable[[], str]] = {
    "": lambda: "",
    "asked": lambda: _("The question stands; the plan does not yet."),
    "planned": lambda: _("The plan is a draft; nothing counts before it is locked."),
    "registered": lambda: _("The plan is locked; the records of the pilot are still to come."),
    "recorded": lambda: _("Records came in; they have not been evaluated."),
    "evaluated": lambda: _("The evidence stands; nobody has reviewed it yet."),
    "reviewed": lambda: _("The evidence was reviewed; what is left is to decide."),
    "decided": lambda: "",
    "learned": lambda: "",
}


def _voice(line: Line) -> tuple[str, str]:
    title = _("Your word on %(tool)s") % {"tool": _tool(line)}
    return title, _("A review is open. What you saw in your rooms is not in any file.")


def _release(line: Line) -> tuple[str, str]:
    title = _("Tell what was decided on %(tool)s") % {"tool": _tool(line)}
    return title, _("The decision stands, and no brief has left the house.")


def _feedback(line: Line) -> tuple[str, str]:
    count = line.count
    says = ngettext(
        "%(count)d reader answered a brief; the next review will hear it.",
        "%(count)d readers answered a brief; the next review will hear them.",
        count,
    ) % {"count": count}
    return _("Answers on %(tool)s") % {"tool": _tool(line)}, says


def _overdue(line: Line) -> tuple[str, str]:
    title = _("No decision on %(tool)s") % {"tool": _tool(line)}
    return title, _("Its day has passed. Not enough evidence is a decision, too.")


def _too_late(line: Line) -> tuple[str, str]:
    counted = line.countdown
    known = day_words(counted.known_on) if counted and counted.known_on else ""
    title = _("%(tool)s cannot be known in time") % {"tool": _tool(line)}
    says = _("Its evidence will stand on %(known)s, after the papers for the vote. Renew for less time, or ask less.")
    return title, says % {"known": known}


def _vote_after(line: Line) -> tuple[str, str]:
    title = _("The vote on %(tool)s comes after the notice") % {"tool": _tool(line)}
    return title, _("Ask for an earlier vote, or have the decision delegated.")


def _unreviewed(line: Line) -> tuple[str, str]:
    title = _("Nobody has reviewed the evidence on %(tool)s") % {"tool": _tool(line)}
    return title, _("Its decision needs a review first, so that others are heard.")


def _asked(line: Line) -> tuple[str, str]:
    title = _("Your approval on %(tool)s") % {"tool": _tool(line)}
    return title, _("Somebody asks for what takes two people. Read it, then approve or reject it.")


def _approved(line: Line) -> tuple[str, str]:
    title = _("Approved: %(tool)s") % {"tool": _tool(line)}
    return title, _("A second person has read and approved what you asked for. It goes out when you say so.")


def _glass(_line: Line) -> tuple[str, str]:
    return _("Somebody broke the glass"), _("They read named students in an emergency. Review it by this day.")


def _training(_line: Line) -> tuple[str, str]:
    return _("Your training soon ends"), _("It takes ten minutes, and counts from the day you take it.")


def _lapsed(_line: Line) -> tuple[str, str]:
    return _("Your training does not count"), _("Until you take it, nothing about people opens for you.")


def _trainings(line: Line) -> tuple[str, str]:
    says = ngettext(
        "%(count)d colleague cannot reach the records, or soon will not.",
        "%(count)d colleagues cannot reach the records, or soon will not.",
        line.count,
    ) % {"count": line.count}
    return _("Trainings are due"), says


def _unseen(line: Line) -> tuple[str, str]:
    title = _("The days of use of %(tool)s are over") % {"tool": _tool(line)}
    return title, _("No evaluation stands yet. Bring the last files in, then have the plan evaluated.")


def _no_agreement(line: Line) -> tuple[str, str]:
    title = _("%(tool)s runs without an agreement about data") % {"tool": _tool(line)}
    return title, _("The contract runs, and no agreement says what its vendor may do with students' data.")


def _flagged(line: Line) -> tuple[str, str]:
    says = ngettext(
        "%(count)d check of its audit stands flagged. Read it before the review.",
        "%(count)d checks of its audit stand flagged. Read them before the review.",
        line.count,
    ) % {"count": line.count}
    return _("The evidence on %(tool)s could mislead") % {"tool": _tool(line)}, says


_WORDS: dict[Kind, Callable[[Line], tuple[str, str]]] = {
    Kind.NOTICE: _notice,
    Kind.NOTICE_UNASKED: _unasked,
    Kind.DECISION: _decision,
    Kind.VOICE: _voice,
    Kind.RELEASE: _release,
    Kind.FEEDBACK: _feedback,
    Kind.OVERDUE: _overdue,
    Kind.TOO_LATE: _too_late,
    Kind.VOTE_AFTER_NOTICE: _vote_after,
    Kind.UNREVIEWED: _unreviewed,
    Kind.UNSEEN: _unseen,
    Kind.NO_AGREEMENT: _no_agreement,
    Kind.FLAGGED: _flagged,
    Kind.ASKED: _asked,
    Kind.APPROVED: _approved,
    Kind.GLASS: _glass,
    Kind.TRAINING: _training,
    Kind.LAPSED: _lapsed,
    Kind.TRAININGS: _trainings,
}
