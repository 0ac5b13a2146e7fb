"""Ledger: canonical JSON, hashes and the append-only chain."""

from gainline.engine.ledger.canonical import NotCanonical, canonical, digest, settle
from gainline.engine.ledger.chain import Head, Ledger
from gainline.engine.ledger.lines import Entry

__all__ = ["Entry", "Head", "Ledger", "NotCanonical", "canonical", "digest", "settle"]
