"""The audit's pages: a cycle's, and the district's."""

from __future__ import annotations

import pytest

from builders.audits import audited
from builders.evaluated import a_tool, document, evaluated
from gainline.services import aims, audits, cycles
from gainline.store.models.audits import DistrictAudit
from gainline.store.models.evidence import Evidence
from gainline.store.tenancy import within

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle(cast):
    return evaluated(cast, a_tool(cast), document())[0]


def test_the_audit_is_one_page_with_its_flags_first(cast, cycle, client):
    with within(cast.district.pk):
        audited(Evidence.objects.get(), flagged=True)
    client.force_login(cast["principal"])
    page = client.get(f"/cycles/{cycle.public_id}/audit/").content.decode()
    assert "1 thing stands flagged" in page
    assert page.index("Looks beside the registered ones") < page.index("Regression to the mean")
    assert "attendance was measured" in page
    assert audits.told(by=cast["principal"], cycle=cycle, language="es").headline == "Hay 1 cosa señalada"


def test_the_page_of_a_cycle_without_evidence_teaches(cast, client):
    aim = aims.set_aim(by=cast.lead, unit=cast.root, title="More read well", by_when=cast.district.created.date())
    asked = cycles.Asked(title="Lumen", question="Does it help?", decide_by=cast.district.created.date())
    tool = a_tool(cast)
    bare = cycles.start_cycle(by=cast.lead, aim=aim, tool=tool, asked=asked)
    client.force_login(cast.lead)
    page = client.get(f"/cycles/{bare.public_id}/audit/")
    assert page.status_code == 200
    assert "There is no evidence yet" in page.content.decode()


def test_who_may_not_read_evidence_may_not_read_its_audit(cast, cycle, client):
    client.force_login(cast["board_member"])
    assert client.get(f"/cycles/{cycle.public_id}/audit/").status_code == 403


def test_the_district_audit_stands_under_governance(cast, cycle, client):
    client.force_login(cast.lead)
    assert "No audit yet" in client.get("/governance/audits/").content.decode()
    row = {"cycle": cycle.key, "title": "x", "as_of": "2030-03-01", "flags": ["use"], "cannot": ["gap"], "since": [1]}
    with within(cast.district.pk):
        DistrictAudit.objects.create(
            document={"cycles": [row], "lines": {"en": ["60% of the cycles."], "es": ["El 60 %."]}},
            made_on="2030-03-04",
        )
    page = client.get("/governance/audits/").content.decode()
    assert "Use, by group" in page
    assert "60% of the cycles." in page
