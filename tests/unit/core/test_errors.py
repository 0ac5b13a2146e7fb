"""An error begins with its code, or has none."""

from __future__ import annotations

import pytest

from gainline.engine.core.errors import Conflict


@pytest.mark.parametrize(
    ("says", "code", "because"),
    [
        ("SV110 this evidence was not audited", "SV110", "this evidence was not audited"),
        ("AU002: the evidence was not audited", "AU002", "the evidence was not audited"),
        ("SV002", "SV002", ""),
        ("the cycle has no evidence yet", "", "the cycle has no evidence yet"),
        ("90 days are too few", "", "90 days are too few"),
        ("", "", ""),
    ],
)
def test_an_error_knows_its_code_and_what_it_says_without_it(says: str, code: str, because: str) -> None:
    error = Conflict(says, "do something")
    assert (error.code, error.because) == (code, because)
