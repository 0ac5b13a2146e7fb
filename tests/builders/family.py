"""A family's link in a district: to a ground that everybody may opt out of, so that nothing else changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import signing

from gainline.engine.privacy.consent import Ground
from gainline.engine.privacy.purposes import Basis, Purpose
from gainline.road import consenting
from gainline.services import clock, consents
from gainline.services.workspaces import folder_of, open_workspace

DIRECTORY = Ground("directory", Purpose.INSTRUCTION, Basis.SCHOOL_OFFICIAL, tables=("incidents",), may_opt_out=True)


def family_link(district: Any) -> str:
    """The signed word of a link that opens today; a forged one where the district has no workspace."""
    if not folder_of(district).is_dir():
        return "forged"
    workspace = open_workspace(district)
    today = clock.today(district)
    consenting.declare(workspace, DIRECTORY)
    says = {"link": "0" * 24, "person": "0" * 32, "grounds": ["directory"], "language": "en", "relation": "parent"}
    says |= {"holder": "", "rights_pass_on": None, "ends": (today + timedelta(days=9)).isoformat()}
    consenting.journal_of(workspace).append(consents.LINK, says, on=today)
    return signing.dumps([district.public_id, says["link"]], salt=consents.SALT)
