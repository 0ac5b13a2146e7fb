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
    "Layout": "gainline.engine.pilots.power.layout",
    "Lot": "gainline.engine.pilots.assigning.lot",
    "Plan": "gainline.engine.pilots",
    "Procedure": "gainline.engine.pilots.assigning.lot",
    "Refusal": "gainline.engine.core.refusals",
    "RunContext": "gainline.engine.core.context",
    "Spread": "gainline.engine.pilots.power.layout",
    "Study": "gainline.engine.evidence.synthesis",
    "check_plan": "gainline.engine.pilots",
    "components": "gainline.engine.pilots.power.past",
    "confidence_sequence": "gainline.engine.monitoring.confidence_sequence",
    "draw": "gainline.engine.pilots.assigning.draw",
    "evaluate": "gainline.engine.evidence",
    "needed": "gainline.engine.pilots.power.sizing",
    "open_district": "gainline.notebook.district",
    "parse_plan": "gainline.engine.pilots",
    "pick_design": "gainline.notebook.design",
    "reach": "gainline.engine.pilots.power.sizing",
    "synthesize": "gainline.engine.evidence.synthesis",
    "what_helps": "gainline.engine.pilots.power.curves",
}

__all__ = ["Answer", "District", "Evidence", "Frame", "Layout", "Lot", "Plan", "Procedure", "Refusal", "RunContext"]
__all__ += ["Spread", "Study", "__version__", "check_plan", "components", "confidence_sequence", "draw", "evaluate"]
__all__ += ["needed", "open_district", "parse_plan", "pick_design", "reach", "synthesize", "what_helps"]


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
