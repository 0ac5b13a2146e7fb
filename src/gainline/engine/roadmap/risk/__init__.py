"""Risks: what could go wrong, by what it would show itself, who acts then, and with what money."""

from gainline.engine.roadmap.risk.contingency import Draw, draw_down
from gainline.engine.roadmap.risk.escalating import holder_of
from gainline.engine.roadmap.risk.reading import read_register
from gainline.engine.roadmap.risk.reviewing import next_review
from gainline.engine.roadmap.risk.sheet import Register, Risk
from gainline.engine.roadmap.risk.watching import Change, Seen, Watch, replay, weeks_to_watch

__all__ = [
    "Change",
    "Draw",
    "Register",
    "Risk",
    "Seen",
    "Watch",
    "draw_down",
    "holder_of",
    "next_review",
    "read_register",
    "replay",
    "weeks_to_watch",
]
