"""New roadmaps from templates: what districts do often, as text that they then make their own."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

SKELETON = "skeleton"
EARLIEST, LATEST = 1990, 2190


@dataclass(frozen=True, slots=True)
class Template:
    """A common initiative: its key, what it is, the phase that it belongs to, and its TOML text."""

    key: str
    title: str
    phase: str
    steps: int
    text: str


@cache
def templates() -> tuple[Template, ...]:
    """The templates that ship, by key."""
    folder = files("gainline.engine.roadmap").joinpath("templates")
    names = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(_template(name) for name in names if name != SKELETON)


def new_roadmap(keys: Sequence[str], *, year: int) -> str:
    """The TOML text of a new roadmap of two school years, ready to be checked.

    Parameters
    ----------
    keys
        Of the templates to put in; each once.
    year
        In which the first school year begins.

    Raises
    ------
    KeyError
        When there is no such template.
    ValueError
        When a template is named twice or none at all, or the year is out of reach.
    """
    if not keys or len(set(keys)) < len(keys):
        raise ValueError("name one template or more, each once")
    if not EARLIEST <= year <= LATEST:
        raise ValueError(f"{year} is no year that a roadmap could begin in")
    known = {template.key: template for template in templates()}
    chosen = [known[key] for key in keys]
    text = _read(SKELETON).replace("{year}", str(year)).replace("{next}", str(year + 1))
    return "\n".join([text.replace("{after}", str(year + 2)), *(template.text for template in chosen)])


def _template(name: str) -> Template:
    text = _read(name)
    read = tomllib.loads(text)
    first = read["initiatives"][0]
    return Template(name, first["title"], first["phase"], len(read["activities"]), text)


def _read(name: str) -> str:
    return files("gainline.engine.roadmap").joinpath("templates", f"{name}.toml").read_text(encoding="utf-8")
