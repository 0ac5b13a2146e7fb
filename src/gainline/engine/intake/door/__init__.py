"""Door: one HTTP request with statements or envelopes, judged by the standards; no network stands in here."""

from gainline.engine.intake.door.answers import Answer, Door, Item, Request
from gainline.engine.intake.door.entry import receive

__all__ = ["Answer", "Door", "Item", "Request", "receive"]
