"""How numbers, money and dates are written; no other module formats one.

United States usage in both languages: a comma between thousands, a point before decimals.
"""

from __future__ import annotations

import math
from datetime import date

MINUS = "−"
MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "es": (
        *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
        *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
    ),
}
SIGNS = {"USD": "$", "GBP": "£", "EUR": "€"}


def places_for(low: float, high: float) -> int:
    """Decimal places that show two figures of an interval's width; more would claim what we do not know.

    Examples
    --------
    >>> places_for(2.59, 6.61), places_for(-40, 31), places_for(0.11, 0.29)
    (1, 0, 2)
    """
    width = high - low
    return 1 if width <= 0 else min(3, max(0, 1 - math.floor(math.log10(width))))


def places_of(value: float) -> int:
    """Decimal places of a number that somebody chose: as many as they wrote, at most two.

    Examples
    --------
    >>> places_of(3.0), places_of(2.5)
    (0, 1)
    """
    return next((places for places in (0, 1) if abs(value - round(value, places)) < 1e-9), 2)


def number(value: float, places: int = 0) -> str:
    """A number with a true minus sign; never "−0"."""
    shown = round(value, places)
    return f"{MINUS if shown < 0 else ''}{abs(shown):,.{places}f}"


def signed(value: float, places: int = 0) -> str:
    """A difference, its sign always written.

    Examples
    --------
    >>> signed(4.6, 1), signed(-0.04, 1)
    ('+4.6', '0.0')
    """
    shown = round(value, places)
    return f"+{number(value, places)}" if shown > 0 else number(value, places)


def count(value: int) -> str:
    """How many."""
    return f"{value:,}"


def percent(share: float, places: int = 0) -> str:
    """A share of one as a percentage."""
    return f"{number(100 * share, places)}%"


def probability(value: float) -> str:
    """A chance; the tails are never written as certainty.

    Examples
    --------
    >>> probability(0.999), probability(0.934)
    ('>99%', '93%')
    """
    if value > 0.99:
        return ">99%"
    return "<1%" if value < 0.01 else percent(value)


def p_value(value: float) -> str:
    """A p-value with three decimals."""
    return "<\N{NO-BREAK SPACE}0.001" if value < 0.001 else f"{value:.3f}"


def money(value: float, currency: str | None) -> str:
    """An amount in whole units from ten upward, with cents below."""
    sign = SIGNS.get(currency or "USD")
    places = 0 if abs(value) >= 10 else 2
    return f"{sign}{number(value, places)}" if sign else f"{number(value, places)} {currency}"


def day(iso: str, lang: str) -> str:
    """A date in words.

    Examples
    --------
    >>> day("2026-05-22", "en"), day("2026-05-22", "es")
    ('May 22, 2026', '22 de mayo de 2026')
    """
    when = date.fromisoformat(iso[:10])
    month = MONTHS[lang][when.month - 1]
    return f"{month} {when.day}, {when.year}" if lang == "en" else f"{when.day} de {month} de {when.year}"


def short_hash(digest: str) -> str:
    """The first figures of a digest, enough to compare by eye."""
    return digest[:12]
