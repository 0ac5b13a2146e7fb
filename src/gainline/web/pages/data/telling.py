"""What became of rows, as tables: out of the account that an import left."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gainline.engine.core.issues import Issue, Level
from gainline.web.parts import Cell, Column, Table

KEPT = ("read", "loaded", "repaired", "rejected")


def counted(number: int) -> str:
    """A count with its thousands set apart, in the page's language."""
    return number_format(number, force_grouping=True)


def issues_of(account: list[dict[str, Any]]) -> list[Issue]:
    """Every issue of an import, the worst first."""
    order = [Level.ERROR, Level.FUTURE, Level.WARNING, Level.NOTE]
    found = [Issue(**(one | {"level": Level(one["level"])})) for file in account for one in file.get("issues", [])]
    return sorted(found, key=lambda issue: (order.index(issue.level), issue.file or "", issue.line or 0))


def account_table(account: list[dict[str, Any]]) -> Table:
    """One row per file; read is always loaded, repaired and rejected together."""
    labels = (_("File"), _("Read as"), _("Rows read"), _("Loaded"), _("Repaired"), _("Rejected"), _("People found"))
    columns = tuple(Column(label, is_number=place > 1) for place, label in enumerate(labels))
    return Table(_("What became of every row"), columns, tuple(_row(file) for file in account))


def _row(file: dict[str, Any]) -> tuple[Cell | str, ...]:
    account = file.get("account")
    if account is None:
        says = _("The records hold this file already") if file.get("already") else _("Nothing could be read from it")
        return (Cell(file["name"], under=says), file.get("profile") or "–", "–", "–", "–", "–", "–")
    rows, linkage = account["rows"], account.get("linkage")
    found = "–"
    if linkage and linkage["identities"]:
        found = _("%(matched)s of %(all)s") % {
            "matched": counted(linkage["matched"]), "all": counted(linkage["identities"])
        }  # fmt: skip
    return (file["name"], file["profile"], *(counted(rows[name]) for name in KEPT), found)


def reach_tables(account: list[dict[str, Any]]) -> list[tuple[str, str, Table]]:
    """Per file that says whom it knows: its name, everybody's share, and each group's as far as it may be shown."""
    columns = (Column(_("Students of the roster")), Column(_("Occur in the file"), is_number=True))
    found = []
    for file in account:
        linkage = (file.get("account") or {}).get("linkage") or {}
        rates = [rate for rate in linkage.get("seen", []) if "low" in rate]
        if rates:
            everybody = next((_share(rate) for rate in rates if rate["group"] == "all"), "")
            rows = tuple((_group(rate), _share(rate)) for rate in rates)
            found.append((file["name"], everybody, Table(file["name"], columns, rows)))
    return found


def _group(rate: dict[str, Any]) -> str:
    return _("all") if rate["group"] == "all" else f"{rate['group'].replace('_', ' ')}: {rate['value']}"


def _share(rate: dict[str, Any]) -> str:
    if rate["low"] is None or rate["high"] is None:
        return _("too few to show")
    return f"{rate['low']} %" if rate["low"] == rate["high"] else f"{rate['low']}–{rate['high']} %"
