"""Consent: what rests on a family's word, links by which families speak without an account, and what follows."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core import signing

from gainline.engine.core.errors import Conflict, Missing
from gainline.engine.privacy.consent import Act, Ground, Notice, Register, Relation, Standing
from gainline.engine.privacy.consent.surveys import Mode, Survey
from gainline.engine.privacy.purposes import PURPOSES, Basis
from gainline.road import consenting
from gainline.road.briefing import read_evidence
from gainline.road.consented import register_of
from gainline.road.consenting.saying import announce, worded
from gainline.road.erasing import people_named
from gainline.road.withdrawing import Flagged, flagged, follow, noted, reran
from gainline.road.workspace import Workspace
from gainline.services import clock, desk, evidence
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle
from gainline.store.models.districts import District
from gainline.store.models.evidence import Evidence
from gainline.store.models.notes import Release
from gainline.store.tenancy import across_districts, within

SALT = "gainline.family"
MOST_DAYS = 400
LINK, CLOSED = "consent_link", "consent_link_closed"


@dataclass(frozen=True, slots=True)
class Told:
    """A ground as staff see it: what for, on which basis, in which languages, and how many said what, in bands."""

    ground: Ground
    purpose: Mapping[str, str]
    notices: Sequence[Notice]
    counts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One ground as a family reads it: the exact notice, and how their word stands."""

    ground: str
    lay: Mapping[str, str]
    notice: Notice | None
    standing: Standing
    is_consent: bool
    recipients: Sequence[str]


@dataclass(frozen=True, slots=True)
class Family:
    """What a family's link opens: no name, no number, nothing about the child but their own words."""

    district: str
    language: str
    relation: Relation
    ends: date
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a link is for and what it asks.

    Parameters
    ----------
    whose
        A pseudonym or an identifier of the student, as the roster has it; it is kept nowhere.
    grounds
        Keys of the grounds that it asks about.
    language
        Language of the notices.
    days
        How long the link opens, the day itself included.
    relation, holder, rights_pass_on
        Who will speak: see the entries of consent.
    """

    whose: str
    grounds: Sequence[str]
    language: str = "en"
    days: int = 30
    relation: Relation = Relation.PARENT
    holder: str = ""
    rights_pass_on: date | None = None


@desk.reading("district.read")
def grounds(*, by: Account) -> list[Told]:
    """Every ground that is declared, with counts in bands; nobody is named."""
    workspace = open_workspace(by.district)
    register = register_of(workspace.root)
    return [
        Told(
            one,
            PURPOSES[one.purpose].name,
            [told for told in register.notices.values() if told.ground == key],
            consenting.counted(workspace, key),
        )
        for key, one in sorted(register.grounds.items())
    ]


@desk.reading("evidence.read")
def aftermath(*, by: Account) -> tuple[list[Flagged], list[Mapping[str, Any]], Mapping[str, str]]:
    """Results that wait to be made again, the log of those that were, and published ones with later withdrawals."""
    workspace = open_workspace(by.district)
    return flagged(workspace, published=_published()), reran(workspace), noted(workspace)


@desk.verb("agreement.write")
def declare(*, by: Account, ground: Ground) -> Ground:
    """Declare what the district does with records, and on what ground.

    Raises
    ------
    Conflict
        PR040 when somebody relied on it and its basis would change or its records grow.
    """
    return consenting.declare(open_workspace(by.district), ground)


@desk.verb("agreement.write", words=("ground", "language", "reviewed_by"))
def tell(*, by: Account, ground: str, language: str, text: str, reviewed_by: str = "") -> Notice:
    """Keep the exact words that families read in a language, and the office that checked them.

    Raises
    ------
    Missing
        PR043 without such a ground.
    """
    return consenting.tell(open_workspace(by.district), ground, language, text, reviewed_by=reviewed_by)


@dataclass(frozen=True, slots=True)
class Opening:
    """A survey of students that is to open, and what families are told of it.

    Parameters
    ----------
    survey
        Its instrument, its protected topics, and the days on which families were told and on which it opens.
    texts
        The notice by language; English where it has a protected topic.
    reviewed_by
        The office that checked these words.
    """

    survey: Survey
    texts: Mapping[str, str]
    reviewed_by: str = ""


@desk.reading("district.read")
def surveys(*, by: Account) -> list[tuple[Survey, bool]]:
    """Every survey that was announced, the latest to open first, and whether it still waits."""
    day = clock.today(by.district)
    found = register_of(folder_of(by.district)).surveys.values()
    return [
        (one, one.waits(day)) for one in sorted(found, key=lambda one: (one.opens_on or day, one.key), reverse=True)
    ]


@desk.verb("agreement.write")
def open_survey(*, by: Account, opening: Opening) -> Survey:
    """Announce a survey of students: what its answers rest on, and the words for families, in one step.

    Until its day its answers are taken from nobody. With a protected question it rests on families' consent where
    students must answer and federal money pays; otherwise they may opt out from the day on which they were told.

    Raises
    ------
    Conflict
        PR050 when the window to opt out is too short; SV173 when families are told nothing, in no checked words, or
        only after today.
    UserFixable
        PR042 when the words are too hard for families; PR048 when the key of the instrument is no name.

    Source: 20 U.S.C. 1232h(b), (c)(2).
    """
    survey, workspace = opening.survey, open_workspace(by.district)
    texts = {language: text for language, text in opening.texts.items() if text.strip()}
    day = clock.today(by.district)
    if survey.mode is not Mode.NOTHING and (
        "en" not in texts or not opening.reviewed_by.strip() or survey.told_on is None or survey.told_on > day
    ):
        raise desk.refuse(
            "SV173", "families were not told of a protected question in words that somebody checked",
            "tell them first, then enter the words, who checked them and the day",
        )  # fmt: skip
    key = survey.ground.key if survey.ground else ""
    notices = [
        worded(workspace, key, language, text, reviewed_by=opening.reviewed_by) for language, text in texts.items()
    ]
    announce(workspace, survey, notices if key else [])
    return survey


@desk.verb("agreement.write")
def invite(*, by: Account, asked: Asked) -> str:
    """A link by which a family speaks without an account: the signed word of its address, which names nobody.

    Raises
    ------
    Conflict
        SV090 when it asks nothing, asks what no family decides, or would open for too long.
    Missing, UserFixable
        PR057 when the student is not found.
    """
    desk.authorize(by, "record.read")  # a child is looked up: that takes the training, too
    workspace = open_workspace(by.district)
    register = register_of(workspace.root)
    known = [register.grounds.get(key) for key in asked.grounds]
    if not known or not all(one is not None and one.asks_families for one in known) or not 1 <= asked.days <= MOST_DAYS:
        raise desk.refuse(
            "SV090", "a family's link asks about declared grounds, and opens for a while", "choose what it asks about"
        )
    whom = people_named(workspace, [asked.whose])
    key = consenting.one_key(whom.keys, _rostered(workspace).__contains__)
    today = clock.today(by.district)
    link = secrets.token_hex(12)
    says = {
        "link": link,
        "person": consenting.person_of(workspace, key),
        "grounds": list(asked.grounds),
        "language": asked.language,
        "relation": str(asked.relation),
        "holder": asked.holder,
        "rights_pass_on": asked.rights_pass_on.isoformat() if asked.rights_pass_on else None,
        "ends": (today + timedelta(days=asked.days - 1)).isoformat(),
    }
    consenting.journal_of(workspace).append(LINK, says, on=today)
    return signing.dumps([by.district.public_id, link], salt=SALT)


@desk.verb("agreement.write", without_room=True)
def close(*, by: Account, token: str) -> None:
    """Close a family's link, because it was lost or sent to the wrong house.

    Raises
    ------
    Missing
        SV091 when it is no link of ours.
    """
    _, link = _opened(token)
    consenting.journal_of(open_workspace(by.district)).append(CLOSED, {"link": link}, on=clock.today(by.district))


@desk.carrying
def family(*, token: str) -> Family:
    """What a family's link opens.

    Raises
    ------
    Missing
        SV091 when the link was not made by this site.
    Conflict
        SV092 when it has ended or was closed; SV093 when the rights have passed to the student.
    """
    district, says = _link(token)
    register = register_of(folder_of(district))
    today = clock.today(district)
    asked = [_question(register, says, key, today) for key in says["grounds"] if key in register.grounds]
    ends = date.fromisoformat(says["ends"])
    return Family(district.name, says["language"], Relation(says["relation"]), ends, asked)


@desk.carrying
def answer(*, token: str, ground: str, act: Act) -> str:
    """Write down what a family says by its link, yes or no alike; the number of the receipt.

    From here on no reading that starts holds the facts of a child whose family said no.

    Raises
    ------
    Missing, Conflict
        As `family`; SV094 when the link does not ask about this.
    UserFixable
        PR041 when nobody has checked the text; PR046 when the rights have passed to the student.
    """
    district, says = _link(token)
    if ground not in says["grounds"]:
        raise desk.refuse("SV094", "this link does not ask about that", "use the buttons of the page that it opens")
    passes = says["rights_pass_on"]
    said = consenting.Said(
        person=says["person"],
        ground=ground,
        act=act,
        relation=Relation(says["relation"]),
        holder=says["holder"],
        method="link",
        language=says["language"],
        rights_pass_on=date.fromisoformat(passes) if passes else None,
    )
    with within(district.pk):
        entry = consenting.say(open_workspace(district), said)
        words = {"ground": ground, "act": str(act)}
        desk.write_down(district=district, by=None, name="consents.answer", words=words)
    return entry.receipt


@desk.carrying
def follow_all() -> int:
    """Carry out in every district what is due after words were taken back: how many results were made again."""
    with across_districts(why="the clockwork serves every district"):
        found = [one for one in District.objects.all() if (folder_of(one) / "consent").is_dir()]
    return sum(_follow(one) for one in found)


def _follow(district: District) -> int:
    workspace = open_workspace(district)
    with within(district.pk):
        done = follow(workspace, published=_published())
        for key in done.reran:
            cycle = Cycle.objects.filter(key=key).first()
            before = Evidence.objects.filter(cycle=cycle).first() if cycle else None
            if cycle is not None and before is not None:
                again = reran(workspace)[-1]["after"]["sha256"]
                evidence.keep(cycle, read_evidence(workspace, key), again, by=before.evaluated_by)
    return len(done.reran)


def _published() -> frozenset[str]:
    """Cycles whose result left the house."""
    return frozenset(Release.objects.exclude(cycle=None).values_list("cycle__key", flat=True))


def _question(register: Register, says: Mapping[str, Any], key: str, today: date) -> Question:
    ground = register.ground(key)
    return Question(
        key,
        PURPOSES[ground.purpose].lay,
        register.notice(key, says["language"]),
        register.standing(says["person"], key, today),
        ground.basis is Basis.CONSENT,
        ground.recipients,
    )


def _opened(token: str) -> tuple[str, str]:
    try:
        district, link = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as fault:
        raise _no_link() from fault
    return str(district), str(link)


def _link(token: str) -> tuple[District, Mapping[str, Any]]:
    """The district of a link and what it asks, while it opens."""
    public_id, link = _opened(token)
    with across_districts(why="a family's link says by itself to which district it belongs"):
        district = District.objects.filter(public_id=public_id).first()
    if district is None:
        raise _no_link()
    said = [one for one in consenting.journal_of(open_workspace(district)).entries() if one.payload.get("link") == link]
    if not said:
        raise _no_link()
    says = said[0].payload
    today = clock.today(district)
    if said[-1].kind == CLOSED or today > date.fromisoformat(says["ends"]):
        raise Conflict("SV092 this link no longer opens", "ask your school for a new one; your earlier word stands")
    register = register_of(folder_of(district))
    passes = says["rights_pass_on"] or register.rights_pass_on(says["person"])
    if says["relation"] == Relation.PARENT and passes and today >= date.fromisoformat(str(passes)):
        raise Conflict("SV093 the student is of age and now decides", "ask your school for a link for the student")
    return district, says


def _no_link() -> Missing:
    return Missing("SV091 this link is not one of ours", "check that the whole address was copied, or ask your school")


def _rostered(workspace: Workspace) -> set[int]:
    with workspace.records.reading() as reading:
        return set(reading.arrow(reading.current("students").select("person_key"))["person_key"].to_pylist())
