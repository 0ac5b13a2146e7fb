"""Framing: from a snapshot and a plan to the frame that the evidence engine reads, with its funnel and linkage."""

from gainline.road.framing.build import Framed, build_frame

__all__ = ["Framed", "build_frame"]
