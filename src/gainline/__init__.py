"""Gainline: data-informed improvement cycles for a district's educational technology.

The names below are the library's face. They load when they are first used, so that `import gainline` costs nothing.
"""

from __future__ import annotations

from importlib import import_module

from gainline.engine.core.version import VERSION as __version__

_HOME = {
    "Answer": "gainline.notebook.answer",
    "District": "gainline.notebook.district",
    "Evidence": "gainline.engine.evidence",
    "Frame": "gainline.engine.evidence",
    "Plan": "gainline.engine.pilots",
    "Refusal": "gainline.engine.core.refusals",
    "RunContext": "gainline.engine.core.context",
    "Study": "gainline.engine.evidence.synthesis",
    "check_plan": "gainline.engine.pilots",
    "evaluate": "gainline.engine.evidence",
    "open_district": "gainline.notebook.district",
    "parse_plan": "gainline.engine.pilots",
    "synthesize": "gainline.engine.evidence.synthesis",
}

__all__ = ["Answer", "District", "Evidence", "Frame", "Plan", "Refusal", "RunContext", "Study", "__version__"]
__all__ += ["check_plan", "evaluate", "open_district", "parse_plan", "synthesize"]


def __getattr__(name: str) -> object:
    """Load a name of the face on its first use."""
    if name not in _HOME:
        raise AttributeError(f"gainline has no {name}; it has: {', '.join(sorted(_HOME))}")
    value: object = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Every name of the face, loaded or not."""
    return sorted(__all__)
