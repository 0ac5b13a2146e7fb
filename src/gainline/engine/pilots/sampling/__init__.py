"""Sampling: which schools or sections stand for all of them, who replaces those that decline, and how well they do."""
