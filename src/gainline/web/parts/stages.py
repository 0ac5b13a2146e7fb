"""A page that grows: stages that are done, stand now, wait for something, or come later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext


class State(StrEnum):
    """How a stage stands; ``blocked`` always says why and what helps."""

    DONE = "done"
    NOW = "now"
    BLOCKED = "blocked"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage with its words.

    Raises
    ------
    ValueError
        When a blocked stage lacks its reason or its remedy.
    """

    key: str
    title: str
    state: State
    sentence: str = ""
    when: str = ""
    reason: str = ""
    remedy: str = ""
    href: str = ""
    act: str = ""
    act_href: str = ""

    def __post_init__(self) -> None:
        if self.state is State.BLOCKED and not (self.reason and self.remedy):
            raise ValueError(f"the stage {self.key!r} is blocked without saying why and what helps")

    @property
    def says_state(self) -> str:
        """The state as a word of the page's language."""
        return {
            State.DONE: gettext("done"),
            State.NOW: gettext("now"),
            State.BLOCKED: gettext("not yet"),
            State.LATER: gettext("later"),
        }[self.state]


def done_of(stages: Iterable[Stage]) -> tuple[int, int]:
    """How many stages are done, of how many; progress is counted, never typed."""
    states = [stage.state for stage in stages]
    return states.count(State.DONE), len(states)
