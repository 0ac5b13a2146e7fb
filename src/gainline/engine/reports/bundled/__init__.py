"""Bundled: what describes an evidence bundle to machines and to the person who checks it."""

from gainline.engine.reports.bundled.crate import Described, crate, lineage
from gainline.engine.reports.bundled.how_to import how_to_verify

__all__ = ["Described", "crate", "how_to_verify", "lineage"]
