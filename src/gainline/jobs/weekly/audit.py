"""The audit of every district: what stands flagged over all its cycles, and looks that came since."""

from __future__ import annotations

from gainline.services import audits


def run() -> None:
    """Audit every district that has evaluated a cycle."""
    audits.audit_districts()
