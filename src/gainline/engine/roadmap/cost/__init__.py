"""Cost: what a piece of work costs, who bears it and pays for it, and what is got for it."""

from gainline.engine.roadmap.cost.account import Accounted, settle
from gainline.engine.roadmap.cost.money import Money
from gainline.engine.roadmap.cost.reading import Account, read_account

__all__ = ["Account", "Accounted", "Money", "read_account", "settle"]
