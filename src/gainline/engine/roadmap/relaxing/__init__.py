"""What no plan can go below: the network with equal nodes merged, as a linear program over weeks."""

from gainline.engine.roadmap.relaxing.weekly import Relaxed, relax

__all__ = ["Relaxed", "relax"]
