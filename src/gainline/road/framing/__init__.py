"""Framing: from a snapshot and a plan to the frame that the evidence engine reads, with its funnel and linkage."""

from gainline.road.framing.build import build_frame
from gainline.road.framing.withdrawn import Framed

__all__ = ["Framed", "build_frame"]
