"""Every address x role x district x method: nothing of another district, and nothing that a grant does not give.

The everyday walk takes two roles over bare rows. The whole one takes everybody over a district in which everything has
happened once: ``pytest tests/pages/test_matrix.py -m "slow or not slow"``, some minutes.
"""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import transaction
from django.test import Client

import gainline.services
from builders.canaries import bare_tables, marked
from builders.rich import MARK, Rich
from builders.thread import a_thread
from gainline.services import people, tokens, working
from gainline.services.permissions import permitted_anywhere, standing_of
from gainline.store.models.audit import AuditEvent
from gainline.store.models.grants import Grant
from gainline.store.tenancy import within
from gainline.store.words import Role
from pages.addresses import (
    ASKED,
    DEMO_ONLY,
    KEYS,
    OF_KIND,
    PARAMETER,
    REACHED_ELSEWHERE,
    ROWS,
    asking,
    filled,
    leads_to,
    ours,
    pages,
)

EVERYBODY = [*Role, None]
EVERYDAY = [Role.EDTECH_LEAD, Role.TEACHER]  # who may most, and who may little
READ = ("get", "head", "options")
NO_PAGE_HAS = ("put", "patch", "delete", "trace")
FOREIGN = {302, 401, 403, 404, 405}  # a redirect leads to a page that is walked by itself
BAD = 500
REFUSED = {403, 404, 405}
MOST_ROWS = 8  # of one kind that an address is tried with


@pytest.fixture
def two(cast):
    """Our district with a row of every table, and another one whose every text bears the mark."""
    from cast import found

    a_thread(cast.district)
    with marked(MARK):
        theirs = found(f"{MARK} Hillview", "hillview.example")
        a_thread(theirs.district)
    return Rich(cast, theirs, None)


def browser(account=None):
    client = Client(raise_request_exception=False)
    if account is not None:
        client.force_login(account)
    return client


def those_who_may(cast, rule):
    """Everybody for whom an address is; nobody at all where no account is asked for."""
    if not rule.needs_account:
        return [None]
    may = {role: permitted_anywhere(standing_of(account)) for role, account in cast.members.items()}
    return [cast[role] for role in may if rule.permission is None or rule.permission in may[role]]


def told_by(answer):
    return b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode(errors="replace")


def undone(ask, *words, **more):
    """Ask, and undo what it wrote, so that the next address finds everything as it was."""
    with transaction.atomic():
        answer = ask(*words, **more)
        answer.told = told_by(answer)
        transaction.set_rollback(True)
    return answer


def test_every_table_with_words_bears_the_mark(two):
    assert bare_tables(MARK) == set()


@pytest.mark.slow
def test_every_address_is_reached_and_none_breaks(rich, settings):
    broken, never = [], []
    for route, rule in pages():
        settings.GAINLINE_IS_DEMO = route.startswith(DEMO_ONLY)
        working.beat()  # or the worker counts as gone, and its health as bad, before the walk ends
        seen = set()
        for account in those_who_may(rich.cast, rule):  # what the first of them may not see, the next one may
            if not seen <= REFUSED:
                break
            for asked, status in reached(browser(account), route, rich.cast.district):
                seen.add(status)
                broken += [(route, asked, status)] if status >= BAD else []
        if seen <= REFUSED:
            never.append(route)
    assert broken == []
    assert set(never) - set(REACHED_ELSEWHERE) == set()


def reached(client, route, district):
    """How a route's rows are answered, asked for and posted to."""
    for address in some(leads_to(route, district)):
        for ask in (client.get, client.post):
            answer = undone(ask, address)
            yield ask.__name__, 403 if is_sent_away(answer) else answer.status_code


def some(addresses):
    """The first and the last few: rows in every state, without every job of a year."""
    return addresses if len(addresses) <= MOST_ROWS else [*addresses[: MOST_ROWS // 2], *addresses[-MOST_ROWS // 2 :]]


def is_sent_away(answer):
    """Whether somebody who is signed in was sent to the door instead of the page."""
    return answer.status_code == 302 and answer["Location"].startswith("/accounts/")


def walked(both, role, methods):
    """Every page for a role: its rule, the method, whether the row is another district's, and what came back."""
    client = browser(both.cast[role] if role else None)
    for route, rule in pages():
        own, other = leads_to(route, both.cast.district)[-1:], leads_to(route, both.other.district)[-1:]
        foreign = [one for one in other if one not in {route, *own}]  # a key of `KEYS` is nobody's
        for is_foreign, address in [*((False, one) for one in own), *((True, one) for one in foreign)]:
            for method in methods:
                yield route, rule, method, is_foreign, address, undone(getattr(client, method), address)


def over(both, role, methods):
    """Each answer of the walk that is more than the role may have."""
    may = permitted_anywhere(standing_of(both.cast[role])) if role else frozenset()
    for route, rule, method, is_foreign, address, answer in walked(both, role, methods):
        status, is_open = answer.status_code, not rule.needs_account
        if MARK in answer.told and not (is_open and is_foreign):
            yield "told of another district", route, method
        elif method in NO_PAGE_HAS and status not in {302, 403, 405}:
            yield "method", route, method, status
        elif role is None and not is_open and status not in {302, 405}:
            yield "a stranger", route, method, status
        elif rule.permission and rule.permission not in may and status not in {302, 403, 405}:
            yield "without a grant", route, method, status
        elif is_foreign and not is_open and status not in FOREIGN:
            yield "another district's row", route, method, status, address


@pytest.mark.parametrize("role", EVERYDAY)
def test_nobody_gets_more_than_their_grants_give_on_bare_rows(two, role):
    assert list(over(two, role, ("get", "post", "delete"))) == []


@pytest.mark.slow
@pytest.mark.parametrize("role", EVERYBODY)
def test_nobody_gets_more_than_their_grants_give(rich, role):
    assert list(over(rich, role, (*READ, "post", *NO_PAGE_HAS))) == []


def test_no_question_tells_of_another_districts_row(two):
    client, told = browser(two.cast.lead), []
    for route in ASKED:
        for own in leads_to(route.split("?")[0], two.cast.district)[:1]:
            for address in asking(route, [own.split("?")[0]], two.other.district):
                answer = undone(client.get, address)
                told += [address] if MARK in answer.told else []
    assert told == []


@pytest.mark.slow
@pytest.mark.parametrize("role", list(Role))
def test_nobody_writes_what_their_grants_do_not_give(rich, role):
    client, me = browser(rich.cast[role]), rich.cast[role]
    may, over_them = permitted_anywhere(standing_of(me)), []
    for route, _ in pages():
        for address in leads_to(route, rich.cast.district)[-1:]:
            with transaction.atomic():
                last = newest(rich.cast)
                client.post(address)
                with within(rich.cast.district.pk):
                    verbs = AuditEvent.objects.filter(seq__gt=last, actor=me).values_list("verb", flat=True)
                    over_them += [(address, verb) for verb in verbs if permission_of(verb) not in may]
                transaction.set_rollback(True)
    assert over_them == []


def newest(cast):
    with within(cast.district.pk):
        return AuditEvent.objects.latest("seq").seq


def permission_of(verb):
    room, _, name = verb.partition(".")
    return getattr(import_module(f"{gainline.services.__name__}.{room}"), name).declared.permission


def operations(client):
    for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items():
        yield from ((path, method) for method in methods)


def asked_by_program(both, account, held):
    """Every operation of the API with a token: method, whether the row is another district's, status and text."""
    issued = tokens.issue(by=account, name="script", held=held, days=30, may_write=True)
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {issued.secret}"})
    for path, method in operations(client):
        route = path.replace("{public_id}", "<public_id>")
        for district in (both.cast.district, both.other.district):
            for address in leads_to(route, district)[:1]:
                body = {"data": "{}", "content_type": "application/json"} if method != "get" else {}
                is_foreign = district == both.other.district and address != route
                answer = undone(getattr(client, method), address, **body)
                yield method, is_foreign, address, answer.status_code, answer.told


PROGRAMS = [Role.EDTECH_LEAD, Role.ANALYST, Role.PRIVACY_LEAD, Role.AUDITOR]  # whose grants may issue tokens


@pytest.mark.slow
@pytest.mark.parametrize("role", PROGRAMS)
def test_no_program_reads_or_writes_in_another_district(rich, role):
    account = rich.cast[role]
    held = tokens.own_grants(by=account)[0]
    wrong, reached = [], set()
    for method, is_foreign, address, status, told in asked_by_program(rich, account, held):
        if MARK in told or status >= BAD or (is_foreign and status not in {401, 403, 404, 405, 422}):
            wrong.append((method, address, status))
        if is_foreign and method == "get" and status != 404:
            wrong.append(("not as if it were nothing", method, address, status))
        if not is_foreign and method == "get" and status == 200:
            reached.add(address)
    assert wrong == []
    assert reached, "some operations answer"


@pytest.mark.slow
@pytest.mark.parametrize("role", EVERYBODY)
def test_a_session_opens_no_operation_of_the_api(rich, role):
    client = browser(rich.cast[role] if role else None)
    got = {
        (path, method): getattr(client, method)(path.replace("{public_id}", "x")) for path, method in operations(client)
    }
    assert {one: answer.status_code for one, answer in got.items() if answer.status_code != 401} == {}


def test_methods_that_no_page_has_are_refused_everywhere(cast):
    client = browser(cast.lead)
    for route, _ in pages():
        for method in NO_PAGE_HAS:
            answer = getattr(client, method)(filled(route, "x"))
            assert answer.status_code in {403, 404, 405}, (method, route)


def test_every_parameter_of_an_address_has_rows_to_walk():
    lost = [route for route, _, rule in ours() if rule and PARAMETER.search(route) and not known(route)]
    assert lost == [], "say in ROWS of tests/pages/addresses.py of which table their rows are"


def known(route):
    return all(leads_somewhere(route[: match.start()]) for match in PARAMETER.finditer(route))


def leads_somewhere(before):
    parts = [part for part in before.split("/") if part]
    return any(ends in table for table in (KEYS, OF_KIND, ROWS) for ends in (parts[-1], "/".join(parts[-2:])))


def test_an_account_without_a_grant_gets_nothing_but_the_door(cast):
    person = people.invite(by=cast.lead, name="No Grant", email="none@riverbend.example")
    client = browser(person)
    for route, rule in pages():
        if rule.permission:
            assert client.get(filled(route, "x")).status_code == 403, route


def test_a_grant_that_is_withdrawn_ends_within_the_session(cast):
    client = browser(cast["analyst"])
    assert client.get("/aims/").status_code == 200
    with within(cast.district.pk):
        held = Grant.objects.select_related("unit").get(account=cast["analyst"])
    people.withdraw(by=cast.lead, held=held)
    for route, rule in pages():
        if rule.permission:
            answer = client.get(filled(route, "x"))
            assert answer.status_code == 403 or is_sent_away(answer), route
