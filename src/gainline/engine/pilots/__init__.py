"""Pilots: the plan that is registered, its checks, and what locking it means."""
