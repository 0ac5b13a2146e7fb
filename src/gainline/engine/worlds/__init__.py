"""Worlds: synthetic districts whose true effects are known."""

from gainline.engine.worlds.spec import WorldSpec, riverbend, tiny
from gainline.engine.worlds.templates import DEMO_PLANS, K12_PLAN, OULAD_PLAN, plan_text
from gainline.engine.worlds.truth import truth
from gainline.engine.worlds.world import World, build
from gainline.engine.worlds.write import INCOMING, write

__all__ = [
    "DEMO_PLANS",
    "INCOMING",
    "K12_PLAN",
    "OULAD_PLAN",
    "World",
    "WorldSpec",
    "build",
    "plan_text",
    "riverbend",
    "tiny",
    "truth",
    "write",
]
