"""The cycles' plans as they ship: two for the demo district, one for each public data set."""

from __future__ import annotations

from importlib.resources import files

from gainline.engine.worlds.pilots import LUMEN, QUEST

DEMO_PLANS = (LUMEN, QUEST)
OULAD_PLAN = "oulad-quiz-practice"
K12_PLAN = "k12-online-time"


def plan_text(key: str) -> str:
    """The TOML text of a shipped plan.

    Raises
    ------
    KeyError
        When no plan of this key ships.
    """
    found = files(__package__).joinpath("plans", f"{key}.toml")
    if not found.is_file():
        raise KeyError(key)
    return found.read_text(encoding="utf-8")


def demo_roadmap() -> str:
    """The TOML text of the demo district's roadmap: its 30 schools and two tools, over two years."""
    return files(__package__).joinpath("roadmap", "riverbend.toml").read_text(encoding="utf-8")


def demo_teaching() -> str:
    """The TOML text of the demo district's pedagogy map: its two tools, what they serve, and whom they leave out."""
    return files(__package__).joinpath("roadmap", "riverbend-teaching.toml").read_text(encoding="utf-8")
