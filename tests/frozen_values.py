"""Values that nobody can change or hang something on: what the rooms that guard people hand to each other."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import is_dataclass
from types import ModuleType


def loose(room: ModuleType) -> list[str]:
    """The dataclasses of a room that can be changed, or that take attributes which they do not have."""
    return sorted(
        f"{one.__module__}.{one.__qualname__}"
        for one in values(room)
        if not one.__dataclass_params__.frozen or "__slots__" not in vars(one)
    )


def values(room: ModuleType) -> Iterator[type]:
    """Every dataclass of a room's modules."""
    for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        module = importlib.import_module(found.name)
        yield from (one for one in vars(module).values() if isinstance(one, type) and _is_its(one, module))


def _is_its(one: type, module: ModuleType) -> bool:
    return is_dataclass(one) and one.__module__ == module.__name__
