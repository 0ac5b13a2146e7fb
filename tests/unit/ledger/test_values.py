from __future__ import annotations

from frozen_values import loose, values
from gainline.engine import ledger


def test_what_the_ledger_hands_out_cannot_be_changed():
    assert len(list(values(ledger))) > 5
    assert loose(ledger) == []
