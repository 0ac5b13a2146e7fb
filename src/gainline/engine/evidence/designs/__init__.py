"""Designs: from a registered plan and its frame to one analyzed outcome."""
