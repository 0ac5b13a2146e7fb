"""The catalogue of sentences, one TOML file a language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from gainline.engine.core.errors import Missing

LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class Words:
    """One language's sentences."""

    lang: str
    table: dict[str, str]

    def __call__(self, key: str, **parts: Any) -> str:  # noqa: ANN401 - anything that can be written
        """The sentence with its parts filled in; an unknown key is a defect and raises KeyError."""
        return self.table[key].format(**parts)

    def maybe(self, key: str, otherwise: str) -> str:
        """The sentence where there is one: for words that the evidence engine may extend."""
        return self.table.get(key, otherwise)


@cache
def words(lang: str) -> Words:
    """The catalogue of one language.

    Raises
    ------
    Missing
        RP002 when no catalogue has that language.
    """
    if lang not in LANGUAGES:
        raise Missing(f"RP002: no sentences in the language {lang!r}", f"choose one of: {', '.join(LANGUAGES)}")
    text = resources.files("gainline.engine.reports").joinpath(f"strings/{lang}.toml").read_text("utf-8")
    return Words(lang, _flat(tomllib.loads(text)))


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat
