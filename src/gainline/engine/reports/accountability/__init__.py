"""Papers that print themselves from the field catalogue: Exhibit B, a DPIA draft, the transparency page."""

from gainline.engine.reports.accountability.assessment import dpia
from gainline.engine.reports.accountability.exhibit import exhibit_b
from gainline.engine.reports.accountability.openly import Breach, Told, is_stale, transparency
from gainline.engine.reports.accountability.paper import Paper, Section

__all__ = ["Breach", "Paper", "Section", "Told", "dpia", "exhibit_b", "is_stale", "transparency"]
