"""Quantities: numbers that carry their word."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Share:
    """A part of a whole, 0 to 1; shown with `percent`, never formatted by hand."""

    value: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.value <= 1.0:
            raise ValueError(f"a share lies between 0 and 1, got {self.value!r}")

    def percent(self, places: int = 0) -> str:
        """The share as a percentage for people.

        Examples
        --------
        >>> Share(0.4264).percent()
        '43%'
        """
        return f"{100 * self.value:.{places}f}%"
