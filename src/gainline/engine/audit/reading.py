"""Reading an audit back from its JSON value."""

from __future__ import annotations

from typing import Any

from gainline.engine.audit.check import AuditCheck, Word
from gainline.engine.audit.curse import Compared
from gainline.engine.audit.cycle import FORMAT, Audit, Earlier
from gainline.engine.audit.forking import Look, LookKind
from gainline.engine.audit.goodhart import Tie
from gainline.engine.audit.reach import Relied
from gainline.engine.audit.sides import Side
from gainline.engine.core.errors import UserFixable


def read_audit(value: dict[str, Any]) -> Audit:
    """An audit from its JSON value.

    Raises
    ------
    UserFixable
        AU001 when it is not an audit of ours.
    """
    if value.get("format") != FORMAT:
        raise UserFixable(f"AU001: this is not an audit of the format {FORMAT}", "evaluate the cycle again")
    return Audit(
        **value
        | {
            "checks": tuple(AuditCheck(**row | {"word": Word(row["word"])}) for row in value["checks"]),
            "sides": tuple(Side(**row) for row in value["sides"]),
            "unregistered": tuple(read_look(row) for row in value["unregistered"]),
            "compared": tuple(Compared(**row) for row in value["compared"]),
            "own": read_earlier(value["own"]),
        }
    )


def read_look(row: dict[str, Any]) -> Look:
    """One look from its JSON value."""
    whole = {"kind": LookKind(row["kind"]), "groups": tuple(row["groups"]), "where": tuple(row["where"])}
    return Look(**row | whole)


def read_earlier(row: dict[str, Any]) -> Earlier:
    """What another cycle's audit needs of this one, from its JSON value."""
    tie = Tie(**row["tie"]) if row["tie"] else None
    return Earlier(**row | {"tie": tie, "relied": Relied(**row["relied"])})
