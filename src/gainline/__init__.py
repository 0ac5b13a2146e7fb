"""Gainline: data-informed improvement cycles for a district's educational technology."""

from gainline.engine.core.version import VERSION as __version__

__all__ = ["__version__"]
