"""Names as a roadmap's documents take them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST_KEY = 63


def slug(text: str, taken: Iterable[str] = ()) -> str:
    """A name as a roadmap takes it: lower case, digits and hyphens, beginning with a letter, not yet taken.

    Examples
    --------
    >>> slug("Train: Team A"), slug("2nd wave"), slug("Für alle!"), slug("train", {"train"})
    ('train-team-a', 'x2nd-wave', 'fur-alle', 'train-2')
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: LONGEST_KEY - 5].rstrip("-") or "step"
    name = name if name[0].isalpha() else f"x{name}"
    known, number, made = set(taken), 1, name
    while made in known:
        number += 1
        made = f"{name}-{number}"
    return made
