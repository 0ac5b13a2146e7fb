"""A vendor with whom the district has agreed about data, so that its files are taken in."""

from __future__ import annotations

from datetime import date

from gainline.services import agreements, tools

DAYS = (date(2025, 8, 1), date(2026, 7, 31), date(2026, 10, 31))


def vendor_agreed(cast, key, name="Lumen"):
    """A tool with this key, and the agreement with its vendor: grades and use under a pseudonym, to evaluate it."""
    return signed(cast, tools.add_tool(by=cast.lead, key=key, name=name, vendor="Lumen Learning"))


def signed(cast, tool):
    """The agreement with the vendor of a tool that stands."""
    terms = agreements.DataTerms(("evaluating-tools",), ("pseudonym", "grade-level", "use"), (), *DAYS)
    return agreements.add_agreement(by=cast["privacy_lead"], tool=tool, terms=terms)
