from __future__ import annotations

from frozen_values import loose, values
from gainline.engine import privacy


def test_what_the_rooms_of_privacy_hand_out_cannot_be_changed():
    assert len(list(values(privacy))) > 30
    assert loose(privacy) == ["gainline.engine.privacy.attack.Work"], "a budget is spent; everything else stays"
