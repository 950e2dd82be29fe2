"""Reads across agencies, contracts and bindings."""

from agencies.queries.managers import Manager, managers

__all__ = ["Manager", "managers"]
