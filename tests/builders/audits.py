"""An audit beside evidence that a test writes straight into the store, as every evaluation leaves one."""

from __future__ import annotations

from typing import Any

from gainline.engine.audit import Audit, AuditCheck, Earlier, Look, LookKind, Word
from gainline.engine.audit.reach import Relied
from gainline.engine.ledger import settle
from gainline.services import audits


def a_document(cycle: str, *, flagged: bool = False) -> dict[str, Any]:
    """An audit with one check that is clear, one that cannot tell, and one that is flagged where it is asked for."""
    checks = [
        AuditCheck("regression", "Score", Word.CLEAR, why="compared"),
        AuditCheck("missing", "Lunch", Word.CANNOT, why="too_few"),
    ]
    looks = (Look(1, "2030-02-01", LookKind.MEASURED, "attendance", ("grade",)),) if flagged else ()
    if flagged:
        checks.append(AuditCheck("forking", cycle, Word.FLAG, 5.0, unit="count", n=7, null=0.0, limit=2.0))
    own = Earlier("lumen", "reading", "2030-03-01", 0.1, 0.1, None, Relied(cycle, "map", False))
    made = Audit(cycle, cycle, "1" * 64, "2030-03-01", tuple(checks), (), looks, 2, 7, 0.3, (), own)
    return settle(made.to_json_value())


def audited(evidence: Any, *, flagged: bool = False) -> Any:
    """The evidence row, with its audit kept as the services keep it; within the district's scope."""
    audits.keep(evidence, a_document(evidence.cycle.key, flagged=flagged))
    return evidence
