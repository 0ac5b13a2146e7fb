"""Audit: what could mislead whoever reads a cycle's evidence, looked for every time and told on one page."""

from gainline.engine.audit.check import AuditCheck, Word
from gainline.engine.audit.cycle import Audit, Beside, Earlier, audit_cycle
from gainline.engine.audit.district import DistrictAudit, audit_district
from gainline.engine.audit.forking import Look, LookKind, paths
from gainline.engine.audit.reading import read_audit

__all__ = [
    "Audit",
    "AuditCheck",
    "Beside",
    "DistrictAudit",
    "Earlier",
    "Look",
    "LookKind",
    "Word",
    "audit_cycle",
    "audit_district",
    "paths",
    "read_audit",
]
