"""Contracts on their way in: read, understand, stage, compare with the register, apply, undo."""

from agencies.imports.runs import do_range, finish, prepare

__all__ = ["do_range", "finish", "prepare"]
