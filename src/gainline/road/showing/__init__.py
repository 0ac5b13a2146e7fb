"""Showing: the main job from files to briefs, on a synthetic district or on the Open University's real records."""

from gainline.road.showing.oulad import show_oulad
from gainline.road.showing.riverbend import show_riverbend
from gainline.road.showing.story import Shown

__all__ = ["Shown", "show_oulad", "show_riverbend"]
