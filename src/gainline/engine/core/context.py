"""The run context: time and chance come in by the door."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class RunContext:
    """The day a run counts as today and the seed all its chance comes from.

    Examples
    --------
    >>> ctx = RunContext(as_of=date(2026, 5, 1), seed=7)
    >>> ctx.seed_for("assign") == ctx.seed_for("assign"), ctx.seed_for("assign") == ctx.seed_for("match")
    (True, False)
    """

    as_of: date
    seed: int

    def seed_for(self, purpose: str) -> int:
        """A 64-bit seed for one named purpose; adding a purpose never reshuffles another."""
        digest = hashlib.sha256(f"{self.seed}/{purpose}".encode()).digest()
        return int.from_bytes(digest[:8], "big")
