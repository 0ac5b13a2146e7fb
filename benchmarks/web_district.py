"""A district as full as after five years, made in minutes: its thread by the services, its records as tables.

Files of 50,000 students would have to be read, linked and checked first, which is what the import's own benchmark
times; here only the pages are, so the tables are written as an import leaves them.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from engine_district import canonical, students_tables
from gainline.engine.worlds.accounts import Accounts, Rostered, build_accounts, build_roster

PASSWORD = "a-long-password-for-the-benchmark"
SEED, TOOLS, PER_AIM, SCHOOLS = 5, 40, 10, 60
UNMATCHED = 400  # accounts of vendors that nobody has tied to a student; of them a quarter are strangers
IMPORTS = 120


def fill(asked: Namespace, tell: Callable[[str], None]) -> list[tuple[str, str]]:
    """Found the district and fill it; gives each person's e-mail address and a session that is signed in."""
    from django.core.management import call_command

    steps: list[tuple[str, Callable[[], Any]]] = [
        ("tables", lambda: call_command("migrate", verbosity=0, interactive=False)),
        ("cache", lambda: call_command("createcachetable", verbosity=0)),
    ]
    for name, step in steps:
        _timed(name, step, tell)
    lead, root, accounts = _timed("people", lambda: _people(asked.users), tell)
    _timed("thread", lambda: _thread(lead, root, asked.cycles), tell)
    _timed("records", lambda: _records(lead, asked.students), tell)
    _timed("imports", lambda: _imports(lead), tell)
    return [(account.email, _session(account)) for account in accounts]


def signed_in(emails: list[str]) -> list[tuple[str, str]]:
    """Each person's e-mail address and a new session, in a district that stood before."""
    from django.core.management import call_command

    from gainline.store.models.accounts import Account

    call_command("migrate", verbosity=0, interactive=False)
    return [(one.email, _session(one)) for one in Account.objects.filter(email__in=emails)]


def _timed(name: str, step: Callable[[], Any], tell: Callable[[str], None]) -> Any:  # noqa: ANN401 - the step's own
    at = time.monotonic()
    done = step()
    tell(f"  {name}: {time.monotonic() - at:.1f} s")
    return done


def _people(users: int) -> tuple[Any, Any, list[Any]]:
    from django.contrib.auth.hashers import make_password

    from gainline.services import people, training
    from gainline.store.words import Role, UnitKind

    lead = people.found_district(
        founding=people.Founding("Benchmark Unified"), lead_name="Dana Lead", lead_email="dana@bench.example"
    )
    root, kept = people.root(by=lead), make_password(PASSWORD)
    for number in range(SCHOOLS):
        people.add_unit(by=lead, kind=UnitKind.SCHOOL, name=f"School {number + 1}", parent=root)
    roles = (Role.ANALYST, Role.PRIVACY_LEAD, Role.COACH, Role.AUDITOR, Role.EDTECH_LEAD)
    accounts = [lead]
    for number in range(users - 1):
        one = people.invite(by=lead, name=f"Person {number}", email=f"person{number}@bench.example")
        people.grant(by=lead, account=one, role=roles[number % len(roles)], unit=root)
        accounts.append(one)
    for one in accounts:
        one.password = kept
        one.save()
        training.take(by=one, answers=training.ANSWERS)
    return lead, root, accounts


def _thread(lead: Any, root: Any, count: int) -> None:  # noqa: ANN401 - rows of the store
    """Aims with measures and drivers, tools with contracts, cycles on them with their drafts and notes."""
    from gainline.services import aims, clock, cycles, notes, tools
    from gainline.store.words import DriverKind, MeasureKind

    today = clock.today(lead.district)
    portfolio = [tools.add_tool(by=lead, key=f"tool-{n}", name=f"Tool {n}", vendor=f"Vendor {n}") for n in range(TOOLS)]
    for tool in portfolio:
        terms = tools.Terms(today - timedelta(days=200), today + timedelta(days=165), today + timedelta(days=75))
        tools.add_contract(by=lead, tool=tool, terms=terms)
    for number in range(max(1, count // PER_AIM)):
        by_when = today + timedelta(days=300 + number)
        aim = aims.set_aim(by=lead, unit=root, title=f"Aim {number}", by_when=by_when)
        measured = aims.Measured(MeasureKind.OUTCOME, f"reading_{number}", "Reading", "points", 5.0)
        aims.add_measure(by=lead, aim=aim, measured=measured)
        aims.add_driver(by=lead, aim=aim, kind=DriverKind.PRIMARY, label="Practice")
        for turn in range(PER_AIM):
            said = cycles.Asked(f"Cycle {number}-{turn}", "Does it help?", today + timedelta(days=30 + turn))
            cycle = cycles.start_cycle(by=lead, aim=aim, tool=portfolio[(number + turn) % TOOLS], asked=said)
            cycles.save_draft(by=lead, cycle=cycle, text='format = "gainline-plan/1"\n')
            notes.pin(by=lead, says="Snow week", cycle=cycle, on=today)


def _records(lead: Any, students: int) -> None:  # noqa: ANN401 - a row of the store
    """The tables of an import, with names and numbers, and vendors' accounts that wait for a person."""
    from gainline.services.workspaces import open_workspace

    keys = (np.arange(1, students + 1, dtype=np.int64) * 2_654_435_761) % 2**62
    roster = build_roster(students, seed=SEED)
    waiting = build_accounts(roster, UNMATCHED * 3 // 4, seed=SEED, strangers=UNMATCHED // 4)
    with open_workspace(lead.district).lake.writing() as writer:
        for name, columns in students_tables(np.random.Generator(np.random.PCG64(SEED)), keys):
            writer.append(name, canonical(name, columns))
        for name, columns in (*_named(roster, keys), ("unmatched", _unmatched(waiting))):
            writer.append(name, canonical(name, columns))
        writer.publish(as_of=date(2026, 2, 1))


def _named(roster: Rostered, keys: np.ndarray) -> list[tuple[str, dict[str, Any]]]:
    many = len(keys)
    held = [("SisSourcedId", roster.sis_id), ("EmailAddress", roster.email)]
    return [
        ("people", {"person_key": keys, "role": ["student"] * many, "given_name": roster.given.tolist(),
                    "family_name": roster.family.tolist(), "email": roster.email.tolist()}),
        *(
            ("identifiers", {"person_key": keys, "source": ["oneroster"] * many, "kind": [kind] * many,
                             "value": values.tolist(), "how": ["exact"] * many})
            for kind, values in held
        ),
    ]  # fmt: skip


def _unmatched(waiting: Accounts) -> dict[str, Any]:
    many = len(waiting)
    return {
        "source": ["generic_usage"] * many, "kind": ["AccountUserName"] * many,
        "value": [f"user{number}" for number in range(many)], "system": ["generic"] * many,
        "school": waiting.school.tolist(), "grade": pa.array([one or None for one in waiting.grade.tolist()]),
        "given_name": waiting.given.tolist(), "family_name": waiting.family.tolist(),
        "rows": np.arange(many) % 40 + 1, "because": ["nobody of the roster goes by it"] * many,
    }  # fmt: skip


def _imports(lead: Any) -> None:  # noqa: ANN401 - a row of the store
    """What the list of imports shows after years."""
    from datetime import UTC, datetime

    from gainline.road.importing import ImportedFile, ImportReport
    from gainline.services import imports
    from gainline.store.tenancy import within

    with within(lead.district_id):
        for number in range(IMPORTS):
            file = ImportedFile(f"week-{number}.csv", "generic_usage", already=True)
            report = ImportReport((file,), (), "0" * 64)
            imports.enter(by=lead, source=f"Week {number}", report=report, at=datetime(2026, 1, 1, tzinfo=UTC))


def _session(account: Any) -> str:  # noqa: ANN401 - a row of the store
    """A signed-in session: fifty people do not type their passwords in the same second."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from gainline.store.models.sessions import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return str(session.session_key)
