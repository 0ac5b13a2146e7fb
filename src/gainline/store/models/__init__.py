"""The tables, one file per aggregate; only the store and the services import from here."""

from gainline.store.models import (
    accounts,
    aims,
    audit,
    audits,
    cycles,
    disclosures,
    districts,
    evidence,
    grants,
    imports,
    notes,
    tokens,
    tools,
)

__all__ = [
    "accounts",
    "aims",
    "audit",
    "audits",
    "cycles",
    "disclosures",
    "districts",
    "evidence",
    "grants",
    "imports",
    "notes",
    "tokens",
    "tools",
]
