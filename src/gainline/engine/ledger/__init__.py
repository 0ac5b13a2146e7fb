"""Ledger: canonical JSON, hashes and the append-only chain."""
