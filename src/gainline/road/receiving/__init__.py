"""Receiving: events that senders post as they happen, kept on disk first and imported soon after."""
