"""Monte Carlo: how likely a dated roadmap keeps its dates and its cost, and what would make it likelier."""

from gainline.engine.roadmap.simulation.from_plan import risk_network
from gainline.engine.roadmap.simulation.network import Driver, Link, Milestone, RiskNetwork, Step
from gainline.engine.roadmap.simulation.results import LEVELS, Simulated, Spread
from gainline.engine.roadmap.simulation.shapes import Shape
from gainline.engine.roadmap.simulation.simulating import simulate

__all__ = [
    "LEVELS",
    "Driver",
    "Link",
    "Milestone",
    "RiskNetwork",
    "Shape",
    "Simulated",
    "Spread",
    "Step",
    "risk_network",
    "simulate",
]
