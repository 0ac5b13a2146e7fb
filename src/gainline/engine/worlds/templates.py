"""The cycles' plans as they ship: two for the demo district, one for the Open University data."""

from __future__ import annotations

from importlib.resources import files

from gainline.engine.worlds.pilots import LUMEN, QUEST

DEMO_PLANS = (LUMEN, QUEST)
OULAD_PLAN = "oulad-quiz-practice"


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
