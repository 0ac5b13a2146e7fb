"""The paper that the roadmap is drawn on: a scale of days, and SVG with a title and a description."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from html import escape

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Scale:
    """Days from left to right: the first and last day, and where they lie."""

    first: date
    last: date
    left: float
    right: float

    def x(self, day: date) -> float:
        """Where a day begins."""
        share = (day - self.first).days / max(1, (self.last - self.first).days + 1)
        return round(self.left + min(1.0, max(0.0, share)) * (self.right - self.left), 1)

    def span(self, start: date, finish: date, least: float = 2.0) -> tuple[float, float]:
        """Left edge and width of days, both ends included, never thinner than `least`."""
        left = self.x(start)
        return left, round(max(least, self.x(finish + timedelta(days=1)) - left), 1)


@dataclass(slots=True)
class Sheet:
    """An SVG under way."""

    name: str
    width: float
    parts: list[str] = field(default_factory=list)

    def rect(self, box: tuple[float, float, float, float], shape: str, radius: float = 0) -> None:
        """A rectangle of x, y, width and height."""
        x, y, width, height = box
        rounded = f' rx="{radius:g}"' if radius else ""
        self.parts.append(f'<rect class="{shape}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{rounded}/>')

    def line(self, start: tuple[float, float], end: tuple[float, float], shape: str) -> None:
        """A straight line."""
        self.parts.append(
            f'<line class="{shape}" x1="{start[0]:g}" y1="{start[1]:g}" x2="{end[0]:g}" y2="{end[1]:g}"/>'
        )

    def text(self, at: tuple[float, float], says: str, shape: str) -> None:
        """Words at a place; the class says how."""
        self.parts.append(f'<text class="{shape}" x="{at[0]:g}" y="{at[1]:g}">{escape(says)}</text>')

    def path(self, steps: str, shape: str) -> None:
        """A path."""
        self.parts.append(f'<path class="{shape}" d="{steps}"/>')

    def svg(self, height: float, *, title: str, told: str) -> str:
        """The finished drawing, with the finding as its title and a description for who cannot see it."""
        inner = "".join(self.parts)
        return (
            f'<svg viewBox="0 0 {self.width:g} {height:g}" role="img" aria-labelledby="{self.name}-t {self.name}-d" '
            f'xmlns="http://www.w3.org/2000/svg"><title id="{self.name}-t">{escape(title)}</title>'
            f'<desc id="{self.name}-d">{escape(told)}</desc>{inner}</svg>'
        )


def day(value: date) -> str:
    """A day as people write it.

    Examples
    --------
    >>> day(date(2028, 6, 16))
    'Jun 16, 2028'
    """
    return f"{MONTHS[value.month - 1]} {value.day}, {value.year}"


def month(value: date) -> str:
    """A month and its year."""
    return f"{MONTHS[value.month - 1]} {value.year}"


def span(start: date, finish: date) -> str:
    """Two days as people write them, the year once.

    Examples
    --------
    >>> span(date(2027, 3, 8), date(2027, 5, 7))
    'Mar 8 to May 7, 2027'
    """
    if start.year == finish.year:
        return f"{MONTHS[start.month - 1]} {start.day} to {day(finish)}"
    return f"{day(start)} to {day(finish)}"


def quarters(first: date, last: date) -> list[date]:
    """The first days of January, April, July and October between two days."""
    days = [date(year, number, 1) for year in range(first.year, last.year + 1) for number in (1, 4, 7, 10)]
    return [one for one in days if first <= one <= last]


def listed(names: list[str]) -> str:
    """Names in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', 'none')
    """
    if len(names) < 2:
        return names[0] if names else "none"
    return f"{', '.join(names[:-1])} and {names[-1]}"
