"""A district where everything has happened once: real files, real cycles in every state, built through the services.

Building takes a while, so it is done once a run in a transaction that is rolled back; each test gets the same rows and
a copy of the same workspace.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.color import no_style
from django.db import connection, models, transaction

from builders import planted, two_hands
from builders.canaries import marked
from builders.thread import a_thread
from builders.tiny_district import plan_text
from cast import Cast, found
from gainline.engine.privacy import Audience
from gainline.engine.privacy.purposes import Purpose
from gainline.engine.reports.readers import Reader
from gainline.engine.worlds.templates import demo_roadmap
from gainline.road.piloting.sampling import Wanted
from gainline.road.piloting.units import Asked as Units
from gainline.services import (
    agreements,
    aims,
    clock,
    cycles,
    decisions,
    evidence,
    handovers,
    imports,
    letters,
    library,
    notes,
    people,
    planning,
    portfolio,
    registrations,
    release_desk,
    roadmaps,
    sampling,
    tokens,
    tools,
    working,
    worklist,
)
from gainline.services.workspaces import folder_of, open_workspace
from gainline.store.models.accounts import Account
from gainline.store.models.cycles import Cycle
from gainline.store.models.imports import Job
from gainline.store.models.reads import BrokenGlass
from gainline.store.tenancy import across_districts, within
from gainline.store.words import Choice, DriverKind, JobKind, JobState, MeasureKind, RequestKind, Role

FOUNDED, AUTUMN, LOCKED, SUMMER = date(2025, 8, 1), date(2025, 9, 29), date(2025, 10, 1), date(2026, 6, 8)
BOARD_VOTE = date(2026, 6, 16)
TERMS = tools.Terms(FOUNDED, date(2026, 7, 31), date(2026, 6, 30), renews_itself=True, price=Decimal(5100), seats=150)
DATA = agreements.DataTerms(
    ("operating-the-tool", "evaluating-tools"), ("pseudonym", "grade-level", "use"), (), FOUNDED,
    date(2026, 7, 31), date(2026, 10, 31),
)  # fmt: skip
GROUPS = (["school_id"], ["grade"], ["race_ethnicity"], ["english_learner"], ["school_id", "grade"])
MARK = "Quokka7731"  # begins every text of the other district


@dataclass(frozen=True, slots=True)
class Rich:
    """A district with everything, and another one whose every text bears `MARK`; where their workspaces are."""

    cast: Cast
    other: Cast
    home: Path


def build(home: Path) -> tuple[Rich, list[models.Model]]:
    """Everything that happens in a school year, and the rows that it left."""
    with clock.stopped_at(FOUNDED):
        cast = found()
    folder = folder_of(cast.district)
    (folder / "gainline.toml").write_text(planted.settings_text(), encoding="utf-8")
    for profile in planted.profiles():
        shutil.copy(profile, open_workspace(cast.district).folder("profiles") / profile.name)
    with clock.stopped_at(AUTUMN):
        begun = _begin(cast)
    with clock.stopped_at(LOCKED):
        _lock(cast, begun)
    with clock.stopped_at(SUMMER):
        _bring_in(cast)
        _judge(cast, begun["lumen-reading"])
        _send(cast, begun["lumen-reading"])
        _ask_around(cast, begun["lumen-reading"])
    with marked(MARK):
        other = found(f"{MARK} Hillview", "hillview.example")
        a_thread(other.district)
    return Rich(cast, other, home), [row for model in tables() for row in model._base_manager.order_by("pk")]


def work(district_id: int) -> list[str]:
    """Carry out what waits, as the worker would."""
    with within(district_id):
        waiting = list(Job.objects.filter(state=JobState.WAITING).order_by("pk"))
    return [working.carry_out(public_id=job.public_id, district_id=district_id) for job in waiting]


def receive(cast: Cast, files: dict[str, bytes], source: str, *, preview: bool = False) -> str:
    """Bring files in, and give the state that their import ended in."""
    arriving = [SimpleUploadedFile(name, content) for name, content in files.items()]
    imports.receive(by=cast["analyst"], source=source, files=arriving, preview=preview)
    return work(cast.district.pk)[-1]


def _begin(cast: Cast) -> dict[str, Cycle]:
    """Aims, tools, a roster, and cycles of which some are only asked or stopped."""
    aim = aims.set_aim(by=cast.lead, unit=cast.root, title="More students read at their grade", by_when=BOARD_VOTE)
    aims.set_aim(by=cast.lead, unit=cast.school, title="Fewer tools", by_when=BOARD_VOTE)
    measured = aims.Measured(MeasureKind.PROCESS, "license_utilization", "Licenses in use", "%", 60.0)
    aims.add_measure(by=cast.lead, aim=aim, measured=measured)
    primary = aims.add_driver(by=cast.lead, aim=aim, kind=DriverKind.PRIMARY, label="Practice that fits")
    aims.add_driver(by=cast.lead, aim=aim, kind=DriverKind.CHANGE, label="Short sessions", parent=primary)
    roster = {"oneroster.zip": planted.uploads()["oneroster.zip"]}
    assert receive(cast, roster, "Roster") == JobState.DONE
    owned = {}
    for key, name in (("lumen-reading", "Lumen Reading"), ("math-quest", "Math Quest")):
        owned[key] = tools.add_tool(by=cast.lead, key=key, name=name, vendor="Vendor")
        tools.add_contract(by=cast.lead, tool=owned[key], terms=TERMS)
        agreed = agreements.add_agreement(by=cast["privacy_lead"], tool=owned[key], terms=DATA)
        handovers.hand_over(by=cast["privacy_lead"], agreement=agreed, purpose=Purpose.EVALUATION)
    lumen = owned["lumen-reading"]
    texts = {key: plan_text(key) for key in owned} | {"asked": "", "stopped": "", "broken": "format = ["}
    texts |= {key: plan_text().replace('"lumen-reading"', f'"{key}"') for key in ("drawn", "ready")}
    begun = {key: _cycle(cast, aim, owned.get(key, lumen), key, text) for key, text in texts.items()}
    cycles.stop_cycle(by=cast.lead, cycle=begun["stopped"], because="The vendor closed")
    sampling.choose(by=cast["analyst"], cycle=begun["drawn"], wanted=Wanted(size=4, seed=7))
    return begun


def _cycle(cast: Cast, aim: Any, tool: Any, key: str, text: str) -> Cycle:
    asked = cycles.Asked(title=f"Does it help? ({key})", question="Does it help?", decide_by=BOARD_VOTE, key=key)
    cycle = cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=asked)
    if text:
        cycles.save_draft(by=cast["analyst"], cycle=cycle, text=text)
    return cycle


def _lock(cast: Cast, begun: dict[str, Cycle]) -> None:
    """Three plans are locked; of one the arms are drawn. One that is ready stays open."""
    for key in ("lumen-reading", "math-quest", "drawn"):
        registrations.register(by=cast["analyst"], cycle=begun[key])
    plan = planning.plan_of(by=cast.lead, cycle=begun["drawn"])
    assert plan is not None
    registrations.draw(by=cast["analyst"], cycle=begun["drawn"], asked=Units.of_plan(plan, on=LOCKED))


def _bring_in(cast: Cast) -> None:
    """The year's files; one that is only looked at, one that nobody knows; an identity that is nobody's."""
    files = {name: content for name, content in planted.uploads().items() if name != "oneroster.zip"}
    assert receive(cast, files, "Everything of the year") == JobState.DONE
    receive(cast, {"access.csv": files["access.csv"]}, "Preview", preview=True)
    receive(cast, {"strange.csv": b"who,what\nZyxgiven0001 Zyxfamily0001,zyxid1\n"}, "A file of no kind")
    receive(cast, {"results-again.csv": planted.MISTAKEN}, "A file with mistakes")
    first = worklist.waiting(by=cast["analyst"])[0]
    worklist.settle(by=cast["analyst"], confirmed=[], rejected=[first.id])


def _judge(cast: Cast, cycle: Cycle) -> None:
    """Evidence, a review, a decision, what was learned, a playbook."""
    evidence.look(by=cast["analyst"], cycle=cycle)
    assert work(cast.district.pk) == [JobState.DONE]
    notes.pin(by=cast["coach"], says="Ice for a week", cycle=cycle, on=date(2026, 1, 26))
    review = decisions.open_review(by=cast.lead, cycle=cycle)
    decisions.speak(by=cast["teacher"], review=review, says="Used on Fridays", leans=Choice.ADAPT)
    latest = evidence.latest(by=cast.lead, cycle=cycle)
    assert latest is not None
    reasoned = decisions.Reasoned(Choice(latest.ruled), "We said so beforehand, whatever came of it.")
    decisions.decide(by=cast.lead, cycle=cycle, reasoned=reasoned)
    decisions.learn(by=cast["coach"], cycle=cycle, says="Visits keep it up")
    steps = {"steps": [{"title": "Begin with one grade", "says": "Then the next"}]}
    library.write_playbook(by=cast.lead, cycle=cycle, title="How", document=steps)


def _send(cast: Cast, cycle: Cycle) -> None:
    """A brief for the public, letters in every voice and language, an answer to one."""
    two_hands.released(cast, cycle, Audience.PUBLIC, "School board")
    for reader, language in product(Reader, ("en", "es")):
        envelope = letters.Envelope(reader, f"{reader} list", language, site="https://gainline.example.org")
        sent = two_hands.sent(cast, cycle, envelope)
    waits = letters.Envelope(Reader.BOARD, "Another board", site="https://gainline.example.org")
    release_desk.ask(by=cast["privacy_lead"], cycle=cycle, kind=RequestKind.LETTER, asks=letters.asks_of(waits))
    letters.answer(token=letters._token_of(sent), says="Thank you", voice="a parent")


def _ask_around(cast: Cast, cycle: Cycle) -> None:
    """What runs in the background, in every state; tokens; the roadmap; an emergency; somebody new."""
    cora = cast["coach"]
    with within(cast.district.pk):
        BrokenGlass.objects.create(
            account=cora, reason="A bus did not arrive at its stop", reference="case 7", students=[],
            opened_at=clock.now(), ends_at=clock.now() + timedelta(hours=1), review_by=SUMMER,
        )  # fmt: skip
    for groups in GROUPS:
        evidence.ask_measure(by=cora, indicator="adoption", groups=groups)
    evidence.ask_measure(by=cora, indicator="no_such", groups=[])  # refused: nobody defined it
    portfolio.count_use(by=cast.lead, tool=cycle.tool)
    for _ in range(2):  # the one before can be taken back
        roadmaps.save(by=cast.lead, document=demo_roadmap())
    roadmaps.ask(by=cast.lead, does="explain")
    work(cast.district.pk)
    evidence.ask_measure(by=cora, indicator="license_utilization", groups=[])
    words = {"indicator": "license_utilization", "groups": [], "where": {}}
    broke = {"finished_at": clock.now(), "code": "SV019", "says": "something of ours broke", "remedy": "report it"}
    with within(cast.district.pk):
        Job.objects.create(kind=JobKind.MEASURE, asked_by=cora, state=JobState.RUNNING, words=words)
        Job.objects.create(kind=JobKind.MEASURE, asked_by=cora, state=JobState.FAILED, words=words, **broke)
    tokens.issue(by=cast.lead, name="script", held=tokens.own_grants(by=cast.lead)[0], days=30)
    person = people.invite(by=cast.lead, name="Nell New", email="nell@riverbend.example")
    people.grant(by=cast.lead, account=person, role=Role.COACH, unit=cast.school)


def tables() -> list[type[models.Model]]:
    """The tables, each after those that its keys point to."""
    left, done = list(apps.get_app_config("store").get_models()), []
    while left:
        ready = [one for one in left if not _points_to(one) & (set(left) - {one})]
        done += ready
        left = [one for one in left if one not in ready]
    return done


def _points_to(model: type[models.Model]) -> set[Any]:
    return {one.related_model for one in model._meta.concrete_fields if isinstance(one, models.ForeignKey)}


def restore(rich: Rich, rows: list[models.Model], home: Path) -> Rich:
    """The same rows in this test's transaction, and a copy of the same workspace in its home."""
    shutil.copytree(rich.home, home, dirs_exist_ok=True)
    with across_districts(why="a test brings back the rows of every district"):
        for row in rows:
            copy(row).save_base(raw=True, force_insert=True)
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), tables()):
                cursor.execute(statement)
        mine = {row.pk: row for row in Account.objects.select_related("district")}
    return replace(rich, cast=_fresh(rich.cast, mine), other=_fresh(rich.other, mine), home=home)


def _fresh(cast: Cast, accounts: dict[int, Account]) -> Cast:
    members = {role: accounts[one.pk] for role, one in cast.members.items()}
    return replace(cast, members=members, district=members[Role.EDTECH_LEAD].district)


@contextmanager
def rolled_back() -> Iterator[None]:
    """A transaction of which nothing stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
