"""The clockwork: what lies in `hourly`, `daily` and `weekly` runs when it is due, once, however often it is asked."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from gainline.jobs import daily, hourly, weekly
from gainline.services import working

LOG = logging.getLogger("gainline.clockwork")
CADENCES: dict[ModuleType, float] = {
    hourly: 3600.0,
    daily: 24 * 3600.0,
    weekly: 7 * 24 * 3600.0,
}  # seconds between two runs


def run_due() -> list[str]:
    """Run what is due, and give the names of what ran."""
    done = []
    for name, seconds in _works():
        silence = working.silence_of(name=name)
        if silence is not None and 0 <= silence < seconds:  # a run that lies ahead was told by a clock that was wrong
            continue
        working.beat(name=name)  # first: a work that fails is tried again when it is due again, not at every beat
        try:
            import_module(f"gainline.jobs.{name}").run()
        except Exception:
            LOG.exception("a work of the clockwork failed", extra={"job": name})
        else:
            done.append(name)
    return done


def _works() -> Iterator[tuple[str, float]]:
    for folder, seconds in CADENCES.items():
        cadence = folder.__name__.rpartition(".")[2]
        for found in iter_modules(folder.__path__):
            yield f"{cadence}.{found.name}", seconds
