"""The field catalogue: one record per field that may hold anything about a person, and what follows from it."""

from gainline.engine.privacy.catalog.reading import catalogue
from gainline.engine.privacy.catalog.records import (
    Catalogue,
    Element,
    Export,
    FieldRecord,
    Kind,
    Log,
    Scrub,
)

__all__ = ["Catalogue", "Element", "Export", "FieldRecord", "Kind", "Log", "Scrub", "catalogue"]
