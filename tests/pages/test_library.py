"""The library: learnings, playbooks and stories, and what each role reads of them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from builders.thread import a_thread
from gainline.store.models.cycles import Cycle
from gainline.store.models.evidence import Decision, Learning, Playbook
from gainline.store.tenancy import within


@pytest.fixture
def thread(cast):
    return a_thread(cast.district)


def test_empty_shelves_teach(cast, client):
    client.force_login(cast["teacher"])
    for address, words in (
        ("/library/", "Nothing was learned yet"), ("/library/playbooks/", "No playbook yet"),
        ("/library/stories/", "No story yet"),
    ):  # fmt: skip
        assert words in client.get(address).content.decode()


def test_a_story_runs_from_the_question_to_the_learning(cast, client, thread):
    client.force_login(cast["teacher"])
    page = client.get(f"/library/stories/{thread[Cycle].public_id}/").content.decode()
    for words in ("Does it?", "The rule", "Time matters", "It was used", "Snow week"):
        assert words in page


def test_the_board_reads_the_story_without_the_voices(cast, client, thread):
    client.force_login(cast["board_member"])
    page = client.get(f"/library/stories/{thread[Cycle].public_id}/").content.decode()
    assert "Time matters" in page
    assert "It was used" not in page


def test_before_its_decision_a_cycle_has_no_story(cast, client, thread):
    with within(cast.district.pk):
        row = thread[Cycle]
        other = Cycle.objects.create(
            aim=row.aim, tool=row.tool, key="other", title="Other", question="Is it?", decide_by=row.decide_by,
            unit=row.unit,
        )  # fmt: skip
    client.force_login(cast.lead)
    assert client.get(f"/library/stories/{other.public_id}/").status_code == 404


def test_a_playbook_is_written_from_a_decided_cycle(cast, client, thread):
    client.force_login(cast.lead)
    assert "Lumen" in client.get("/library/playbooks/").content.decode()
    address = f"/library/playbooks/new/{thread[Cycle].public_id}/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"title": ""}).status_code == 422
    said = {"title": "How to start", "steps": "Ask\n\nTrain", "needs": "Two hours", "watch": "", "not_tested": ""}
    answer = client.post(address, said)
    assert answer.status_code in {302, 422}
    with within(cast.district.pk):
        shelved = Playbook.objects.filter(title="How to start").first()
    if shelved:  # the thread of rows has a learning, but its stage needs its files, too
        page = client.get(f"/library/playbooks/{shelved.public_id}/").content.decode()
        assert "<li>Train</li>" in page
        assert "take it as untested" in page


def test_more_learnings_ask_no_more_queries(cast, client, thread):
    client.force_login(cast.lead)

    def queries(address):
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    few = queries("/library/")
    with within(cast.district.pk):
        for number in range(30):
            Learning.objects.create(
                cycle=thread[Cycle], decision=thread[Decision], says=f"No. {number}", written_by=cast.lead
            )
    assert queries("/library/") == few
    assert "No. 29" in client.get("/library/").content.decode()
    assert "No. 2<" not in client.get("/library/").content.decode()
