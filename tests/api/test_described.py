"""The API keeps to its own description, whatever is sent: no server error, nothing undescribed (schemathesis)."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from gainline.config.wsgi import application
from gainline.services import aims, cycles, tools
from gainline.services.clock import today

EVERYDAY, MANY = 1, 50  # requests for each operation, well-formed and again malformed
HELD = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
)
QUIET = [
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
]


@pytest.fixture
def world(cast, home, settings):
    """A cycle to ask about, and no limit to the pace."""
    settings.GAINLINE_API_PER_MINUTE = 10**9
    day = today(cast.district)
    aim = aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=day)
    tool = tools.add_tool(by=cast.lead, key="lumen", name="Lumen")
    asked = cycles.Asked(title="Lumen", question="Does it help?", decide_by=day)
    cycle = cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=asked)
    return {"aims": aim.public_id, "tools": tool.public_id, "cycles": cycle.public_id}


def described(client):
    schema = schemathesis.openapi.from_dict(client.get("/api/v1/openapi.json").json())
    schema.app = application
    return schema


def hammer(client, secret, world, examples):
    """Ask every operation, half of the time about rows that are there; the answers' statuses, counted."""
    answers = Counter()
    schema = described(client)
    with kept_open():
        for found in schema.get_all_operations():
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                ask_often(found.ok(), mode, {"Authorization": f"Bearer {secret}"}, world, examples, answers)
    return answers


@contextmanager
def kept_open():
    """Keep the test's own transaction: a request past Django's client would close its connection to PostgreSQL."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def ask_often(operation, mode, headers, world, examples, answers):
    row = world.get(operation.path.split("/")[3]) if mode is GenerationMode.POSITIVE else None
    checks = [CHECKS.get_one(name) for name in HELD]

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=QUIET,
        phases=[Phase.explicit, Phase.generate],
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case):
        if row and answers.total() % 2 and case.path_parameters:
            case.path_parameters["public_id"] = row
        answer = case.call(headers=headers)
        answers[answer.status_code] += 1
        case.validate_response(answer, checks, headers=headers, transport_kwargs={"headers": headers})

    try:
        ask()
    except Unsatisfiable:  # nothing malformed can be sent to an address that takes nothing
        assert mode is GenerationMode.NEGATIVE


def test_a_few_requests_to_every_operation(client, cast, world, program):
    answers = hammer(client, program(cast.lead).secret, world, EVERYDAY)
    assert {200, 201, 404, 422} <= set(answers)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["edtech_lead", "analyst", "auditor"])
def test_many_requests_to_every_operation(client, cast, world, program, role):
    answers = hammer(client, program(cast[role]).secret, world, MANY)
    assert answers.total() > 1_000
    assert max(answers) < 500
