"""Pages: one slice per domain, without tables; each declares its own addresses and their rules."""
