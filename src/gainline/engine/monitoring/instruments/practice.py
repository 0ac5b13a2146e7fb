"""Practice: levels of use as a trained rater gave them, and innovation configurations that a district wrote itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from gainline.engine.core.refusals import Refusal

LEVELS_OF_USE: Mapping[str, str] = MappingProxyType(
    {
        "0": "non-use",
        "I": "orientation",
        "II": "preparation",
        "III": "mechanical use",
        "IVA": "routine",
        "IVB": "refinement",
        "V": "integration",
        "VI": "renewal",
    }
)
"""The levels in their order; from III on somebody uses it."""

_FIRST_OF_USE = "III"
_IDEAL, _LAST = "a", "e"


@dataclass(frozen=True, slots=True)
class Configuration:
    """How near a lesson came to the ideal.

    Parameters
    ----------
    ideal, acceptable
        Shares of the components rated ``a``, and rated at the district's acceptable letter or better.
    components
        How many were rated.
    """

    ideal: float
    acceptable: float
    components: int


def level_of_use(level: str) -> tuple[int, bool] | Refusal:
    """The place of a level among the eight, from 0, and whether it is use at all.

    Only the level of a trained rater is kept: the interview and its texts belong to their publisher.

    Refuses
    -------
    RK036 no such level.

    Source: Hall, Loucks, Rutherford and Newlove (1975), Journal of Teacher Education 26:52-56.
    """
    order = list(LEVELS_OF_USE)
    if level.upper() not in LEVELS_OF_USE:
        return Refusal("RK036", f"there is no level of use {level}", f"one of: {', '.join(order)}")
    place = order.index(level.upper())
    return place, place >= order.index(_FIRST_OF_USE)


def configuration(ratings: Sequence[str | None], *, acceptable: str = "b") -> Configuration | Refusal:
    """How many components of an innovation configuration were seen as they are meant.

    Parameters
    ----------
    ratings
        A letter per component, ``a`` the ideal; None where the component could not be seen.
    acceptable
        The last letter that the district still accepts.

    Refuses
    -------
    RK037 no component was rated, or a rating is no letter from a to e.

    Source: Hall and Hord (2015), Implementing Change, chapter 3.
    """
    seen = [rating.lower() for rating in ratings if rating is not None]
    if not seen or not all(len(one) == 1 and _IDEAL <= one <= _LAST for one in (*seen, acceptable)):
        return Refusal("RK037", "components are rated a to e, and at least one must be", "mend the ratings")
    ideal, good = (sum(rating <= letter for rating in seen) / len(seen) for letter in (_IDEAL, acceptable))
    return Configuration(ideal, good, len(seen))
