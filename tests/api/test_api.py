"""The thread over the API: the same services, the same refusals, nothing of another district."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from builders.thread import a_thread
from gainline.store.words import Role
from gainline.web.api.pace import Pace
from gainline.web.api.site import api

JSON = {"content_type": "application/json"}
LATER = "2031-06-01"


def sent(client, address, **body):
    return client.post(f"/api/v1{address}", body, **JSON)


def begun(client, cast):
    aim = sent(client, "/aims", unit=cast.root.public_id, title="More read well", by_when=LATER).json()
    tool = sent(client, "/tools", key="lumen", name="Lumen").json()
    asked = {"aim": aim["public_id"], "tool": tool["public_id"], "title": "Lumen", "question": "Does it help?"}
    return sent(client, "/cycles", **asked, decide_by=LATER).json()


def test_every_operation_asks_for_a_token():
    paths = [view for router in api._get_bound_routers() for view in router.path_operations.values()]
    operations = [one for view in paths for one in view.operations]
    assert len(operations) > 20
    assert [one.view_func.__name__ for one in operations if not one.auth_callbacks] == []


def test_without_a_living_token_every_address_answers_401_as_a_problem(client, db):
    for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items():
        for method in methods:
            answer = getattr(client, method)(path.replace("{public_id}", "aim_" + "0" * 20))
            assert (answer.status_code, answer.json()["code"]) == (401, "WB050"), (method, path)
            assert answer["WWW-Authenticate"] == "Bearer"


def test_me_says_what_the_token_opens(cast, program):
    told = program(cast["analyst"], may_write=False).get("/api/v1/me").json()
    assert (told["role"], told["may_write"]) == ("analyst", False)
    assert "record.import" in told["permissions"]
    assert "people.write" not in told["permissions"]


def test_a_cycle_grows_from_aim_to_draft_with_its_progress(cast, program):
    lead = program(cast.lead)
    cycle = begun(lead, cast)
    terms = {"starts": "2030-07-01", "ends": "2031-06-30", "price": "1200.50", "seats": 400}
    tool = lead.get("/api/v1/tools").json()[0]
    assert sent(lead, f"/tools/{tool['public_id']}/contracts", **terms).json()["price"] == "1200.50"
    address = f"/api/v1/cycles/{cycle['public_id']}"
    kept = lead.put(f"{address}/draft", {"text": "format = 1"}, **JSON)
    assert kept.json() == {"text": "format = 1", "version": 1}
    assert lead.put(f"{address}/draft", {"text": "else", "version": 0}, **JSON).json()["code"] == "SV010"
    reached = [one["stage"] for one in lead.get(address).json()["progress"] if one["is_reached"]]
    assert reached == ["asked", "planned"]
    assert [one["key"] for one in lead.get("/api/v1/cycles").json()] == [cycle["key"]]


def test_a_stage_that_lacks_its_predecessor_is_refused_with_code_and_remedy(cast, program):
    lead = program(cast.lead)
    address = f"/cycles/{begun(lead, cast)['public_id']}"
    for path, body, code in (
        ("/registrations", {}, "SV021"),
        ("/decisions", {"chosen": "stop", "reasons": "It cost too much"}, "SV021"),
        ("/learnings", {"says": "Time matters"}, "SV021"),
    ):
        answer = sent(lead, address + path, **body)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert answer.json()["remedy"]
        assert answer["Content-Type"] == "application/problem+json"
    look = sent(program(cast["analyst"]), f"{address}/evidence")
    assert (look.status_code, look.json()["code"]) == (409, "SV021")


def test_a_plans_text_is_checked_and_nothing_kept(cast, program):
    told = sent(program(cast["analyst"], may_write=False), "/plans/check", text='format = "gainline-plan/1"\n').json()
    assert not told["may_register"]
    assert told["issues"][0]["code"].startswith("PL")


def test_files_are_received_and_their_job_can_be_followed(cast, program, home):
    analyst = program(cast["analyst"])
    file = SimpleUploadedFile("use.csv", b"student_id,date,minutes\n")
    answer = analyst.post("/api/v1/imports", {"source": "vendor", "files": file})
    assert answer.status_code == 202, answer.content
    job = answer.json()["job"]["public_id"]
    assert analyst.get(f"/api/v1/jobs/{job}").json()["state"] == "waiting"
    one = analyst.get(f"/api/v1/imports/{answer.json()['public_id']}").json()
    assert one == analyst.get("/api/v1/imports").json()[0]
    assert one["files"][0]["name"] == "use.csv"


def test_the_catalogue_of_indicators_is_there(cast, program):
    found = program(cast["auditor"], may_write=False).get("/api/v1/indicators").json()
    assert {"key", "caveat", "minimum_n"} <= set(found[0])


def test_nothing_is_told_of_evidence_that_was_not_released(cast, program):
    lead = program(cast.lead)
    cycle = begun(lead, cast)["public_id"]
    answer = lead.get(f"/api/v1/cycles/{cycle}/evidence")
    assert (answer.status_code, answer.json()["code"]) == (404, "WB054")
    assert lead.get(f"/api/v1/cycles/{cycle}/evidence?audience=analyst").status_code == 422


def test_what_does_not_fit_is_a_fault_that_repeats_no_value(cast, program):
    answer = sent(program(cast.lead), "/tools", key="Not A Key", name="Lumen", who="Ana Ruiz")
    assert (answer.status_code, answer.json()["code"]) == (422, "WB051")
    assert "Ana" not in answer.content.decode()
    assert {fault["where"] for fault in answer.json()["faults"]} == {"body.asked.key", "body.asked.who"}


def test_a_misspelt_filter_does_not_mean_everything(cast, program):
    answer = program(cast.lead).get("/api/v1/aims?limt=3")
    assert (answer.status_code, answer.json()["faults"][0]["where"]) == (422, "query")


def test_a_body_that_is_no_json_is_told_so(cast, program):
    answer = program(cast.lead).post("/api/v1/tools", b"{", **JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "WB053")


def test_a_token_may_do_no_more_than_its_grant(cast, program):
    answer = sent(program(cast["auditor"]), "/tools", key="lumen", name="Lumen")
    assert (answer.status_code, answer.json()["code"]) == (403, "SV001")
    answer = sent(program(cast.lead, may_write=False), "/tools", key="lumen", name="Lumen")
    assert (answer.status_code, answer.json()["code"]) == (403, "SV075")


@pytest.mark.parametrize("role", [Role.EDTECH_LEAD, Role.ANALYST, Role.AUDITOR])
def test_nothing_of_another_district_comes_over_the_api(cast, hillview, program, role):
    rows = a_thread(hillview.district)
    ids = [row.public_id for row in rows.values() if hasattr(row, "public_id")]
    client = program(cast[role])
    for path, methods in client.get("/api/v1/openapi.json").json()["paths"].items():
        for public_id in ids if "{" in path else [""]:
            for method in methods:
                answer = getattr(client, method)(path.replace("{public_id}", public_id), **JSON)
                assert not (answer.status_code < 300 and "{" in path), (method, path)
                assert not any(one in answer.content.decode() for one in ids if one != public_id), (method, path)


def test_a_token_that_asks_too_often_waits(cast, program, settings):
    settings.GAINLINE_API_PER_MINUTE = 3
    client = program(cast.lead)
    assert [client.get("/api/v1/me").status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = client.get("/api/v1/me")
    assert answer.json()["code"] == "WB052"
    assert 1 <= int(answer["Retry-After"]) <= 20
    assert program(cast.lead).get("/api/v1/me").status_code == 200


def test_a_bucket_fills_up_steadily():
    now = [0.0]
    pace = Pace(clock=lambda: now[0])
    assert [pace.wait_of("a", 60) for _ in range(61)] == [0] * 60 + [1]
    now[0] = 2.5
    assert [pace.wait_of("a", 60) for _ in range(3)] == [0, 0, 1]


def test_every_operation_that_reads_a_body_says_what_it_answers_to_one_that_cannot_be_read(client, db):
    told = client.get("/api/v1/openapi.json").json()
    asked = [one for methods in told["paths"].values() for one in methods.values() if "requestBody" in one]
    assert asked
    assert [one["operationId"] for one in asked if "400" not in one["responses"]] == []


def test_the_description_names_every_refusal_as_a_problem(client, db):
    told = client.get("/api/v1/openapi.json").json()
    answers = [one["responses"] for methods in told["paths"].values() for one in methods.values()]
    assert all("application/problem+json" in one["401"]["content"] for one in answers)
    assert json.dumps(told).count("operationId") == len(
        {o["operationId"] for m in told["paths"].values() for o in m.values()}
    )
