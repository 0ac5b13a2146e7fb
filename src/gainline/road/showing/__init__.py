"""Showing: the main job from files to briefs, on a synthetic district or on real records that are public."""

from gainline.road.showing.k12_online import show_k12_online
from gainline.road.showing.oulad import show_oulad
from gainline.road.showing.riverbend import show_riverbend
from gainline.road.showing.story import Shown

__all__ = ["Shown", "show_k12_online", "show_oulad", "show_riverbend"]
