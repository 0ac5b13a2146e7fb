"""Where the tests find the real data that lies beside the project, and how they skip where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def shared(path: str) -> Path:
    """The path of one file or folder of the shared data; skips the test, with a reason, where it is absent."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"the shared data has no {path} here")
    return found
