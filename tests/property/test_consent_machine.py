"""Any order of giving, taking back, birthdays, runs and restores: nobody without a basis is ever read.

Beside the workspace stands a twin that keeps what each family said in plain lists, and works out by hand whom a
run may read.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from canonical_rows import canonical, usage
from gainline.engine.core.errors import Conflict, UserFixable
from gainline.engine.privacy.consent import Act, Ground, Relation
from gainline.engine.privacy.purposes import Basis, Purpose
from gainline.road.consented import PATH, bans_of, token
from gainline.road.consenting import Said, Watch, Withdrawn, declare, mark_restored, reapply, say, tell
from gainline.road.withdrawing import follow
from gainline.road.workspace import Workspace

START = date(2026, 3, 2)
PEOPLE = (11, 12, 13, 14)
GROUND = Ground("use", Purpose.EVALUATION, Basis.CONSENT, tables=("usage",))
SLOW_STEPS = 5_000
WHO = st.sampled_from(PEOPLE)
RARELY = st.sampled_from([False] * 7 + [True])  # what writes files or asks the query engine takes long
STEPS: Counter[str] = Counter()


@dataclass
class Twin:
    """One child, as somebody with a pencil would keep it."""

    yes_until: date | None = None
    said_yes_as: str = ""
    said_no: bool = False
    own_no: bool = False
    own_yes_until: date | None = None
    birthday: date | None = None
    noes: int = 0
    has_rows: bool = True

    def is_grown(self, on: date) -> bool:
        return self.birthday is not None and on >= self.birthday

    def may_be_read(self, on: date) -> bool:
        if self.is_grown(on):
            return not self.own_no and self.own_yes_until is not None and on <= self.own_yes_until
        return not self.said_no and self.yes_until is not None and on <= self.yes_until

    def took_back(self, on: date) -> bool:
        return self.own_no if self.is_grown(on) else self.said_no


@dataclass
class Run:
    """A run under way: its watch, and how many had said no when it began."""

    watch: Watch
    noes: int


@dataclass
class Backup:
    """A copy of the workspace, and whose rows were in it."""

    folder: Path
    rows: dict[int, bool] = field(default_factory=dict)


class Consent(RuleBasedStateMachine):
    """The workspace and its twin."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="gainline-consent-"))
        self.day = START
        self.root = self.folder / "home"
        Workspace.create(self.root)
        self.home = Workspace.open(self.root, clock=lambda: self.day)
        with self.home.records.writing() as writer:
            writer.append("usage", canonical("usage", [usage(who, START, 5.0) for who in (*PEOPLE, 99)]))
            writer.append("students", canonical("students", [{"person_key": who} for who in PEOPLE]))
            writer.publish(as_of=START)
        declare(self.home, GROUND)
        tell(self.home, "use", "en", "We look at use. You can say no.", reviewed_by="Language office")
        self.twins = {who: Twin() for who in PEOPLE}
        self.runs: list[Run] = []
        self.backup: Backup | None = None
        self.frozen = [self.home.lake.head()]

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def noes(self) -> int:
        return sum(twin.noes for twin in self.twins.values())

    def said(self, who: int, act: Act, relation: Relation, **more: date | None) -> None:
        say(self.home, Said(token(self.home.salt, who), "use", act, relation, **more))

    def relation(self, who: int) -> Relation:
        return Relation.STUDENT if self.twins[who].is_grown(self.day) else Relation.PARENT

    def let_in(self) -> set[int]:
        """Whom a reading that starts now would hold, as the lake itself asks it."""
        bans = bans_of(self.root, lambda: self.home.salt, self.home.today, "cycle")
        barred = frozenset[int]().union(*(ban.of(PEOPLE, None) for ban in bans))
        return {who for who in PEOPLE if self.twins[who].has_rows} - barred

    def read(self, at: int = -1) -> set[int]:
        with self.home.lake.reading(self.frozen[at]) as reading:
            return set(reading.arrow(reading.table("usage").select("person_key"))["person_key"].to_pylist())

    def expected(self) -> set[int]:
        return {who for who, twin in self.twins.items() if twin.has_rows and twin.may_be_read(self.day)}

    @rule(who=WHO, days=st.integers(0, 9))
    def give_or_renew(self, who: int, days: int) -> None:
        STEPS["give"] += 1
        until, twin = self.day + timedelta(days), self.twins[who]
        self.said(who, Act.GIVEN, self.relation(who), valid_until=until)
        if twin.is_grown(self.day):
            twin.own_yes_until, twin.own_no = until, False
        else:
            twin.yes_until, twin.said_no = until, False

    @rule(who=WHO)
    def revoke(self, who: int) -> None:
        STEPS["revoke"] += 1
        twin = self.twins[who]
        self.said(who, Act.REVOKED, self.relation(who))
        twin.noes += 1
        if twin.is_grown(self.day):
            twin.own_no = True
        else:
            twin.said_no = True
        assert who not in self.let_in()

    @rule(who=WHO)
    def a_parent_of_somebody_of_age_is_not_heard(self, who: int) -> None:
        STEPS["not heard"] += 1
        if self.twins[who].is_grown(self.day):
            with pytest.raises(UserFixable, match="PR046"):
                self.said(who, Act.GIVEN, Relation.PARENT)

    @rule(days=st.integers(1, 4))
    def days_pass(self, days: int) -> None:
        STEPS["days"] += 1
        self.day += timedelta(days)

    @precondition(lambda self: any(twin.birthday is None for twin in self.twins.values()))
    @rule(who=WHO, days=st.integers(1, 8))
    def a_birthday_is_known(self, who: int, days: int) -> None:
        STEPS["birthday"] += 1
        twin = self.twins[who]
        if twin.birthday is None:
            until = self.day + timedelta(days)
            self.said(who, Act.GIVEN, Relation.PARENT, valid_until=until, rights_pass_on=until)
            twin.birthday, twin.yes_until, twin.said_no = until, until, False

    @rule(really=RARELY)
    def freeze(self, really: bool) -> None:
        if not really:
            return
        STEPS["freeze"] += 1
        with self.home.records.writing() as writer:
            writer.append("schools", canonical("schools", [{"school_id": f"s{len(self.frozen)}"}]))
            self.frozen.append(writer.publish(as_of=self.day))

    @rule(back=st.integers(0, 3), on_the_lake=RARELY)
    def run(self, back: int, on_the_lake: bool) -> None:
        STEPS["run on the lake" if on_the_lake else "run"] += 1
        at = max(0, len(self.frozen) - 1 - back)
        found = self.read(at) if on_the_lake else self.let_in()
        assert found <= {who for who, twin in self.twins.items() if twin.may_be_read(self.day)}
        assert found == self.expected()
        self.runs.append(Run(Watch(self.home, "cycle"), self.noes()))

    @precondition(lambda self: self.runs)
    @rule()
    def reach_a_checkpoint(self) -> None:
        STEPS["checkpoint"] += 1
        run = self.runs.pop()
        if self.noes() == run.noes:
            run.watch.check()
        else:
            with pytest.raises(Withdrawn):
                run.watch.check()

    @rule(really=RARELY)
    def follow_up(self, really: bool) -> None:
        if not really:
            return
        STEPS["follow"] += 1
        follow(self.home)
        for twin in self.twins.values():
            if twin.took_back(self.day):
                twin.has_rows = False
        self.frozen = [self.home.lake.snapshot(one.id) for one in self.frozen]
        with self.home.records.reading() as reading:
            held = set(reading.arrow(reading.table("usage").select("person_key"))["person_key"].to_pylist())
        assert held == {99} | {who for who, twin in self.twins.items() if twin.has_rows}

    @rule(really=RARELY)
    def back_up(self, really: bool) -> None:
        if not really:
            return
        STEPS["backup"] += 1
        folder = self.folder / "backup"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.root, folder)
        self.backup = Backup(folder, {who: twin.has_rows for who, twin in self.twins.items()})

    @precondition(lambda self: self.backup is not None)
    @rule(really=RARELY)
    def restore(self, really: bool) -> None:
        if not really:
            return
        STEPS["restore"] += 1
        assert self.backup is not None
        kept = self.folder / "kept.jsonl"
        shutil.copy(self.root / PATH, kept)
        shutil.rmtree(self.root)
        shutil.copytree(self.backup.folder, self.root)
        assert mark_restored(self.root)
        with pytest.raises(Conflict, match="PR052"):
            self.home.lake.reading()
        reapply(self.root, kept)
        for who, has_rows in self.backup.rows.items():
            self.twins[who].has_rows = has_rows
        self.frozen, self.runs = [self.home.lake.head()], []
        assert self.read() == self.expected()


def walk(*, examples: int, steps: int) -> int:
    before = sum(STEPS.values())
    run_state_machine_as_test(
        Consent,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck), database=None,
        ),
    )  # fmt: skip
    return sum(STEPS.values()) - before


def test_nobody_without_a_basis_is_read_in_a_short_walk():
    assert walk(examples=2, steps=12)


@pytest.mark.slow
def test_nobody_without_a_basis_is_read_in_five_thousand_steps():
    assert walk(examples=150, steps=60) >= SLOW_STEPS
