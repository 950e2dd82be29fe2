"""Observations on their way in: read, understand, stage, tell apart, apply."""

from influencers.imports.runs import do_range, finish, prepare

__all__ = ["do_range", "finish", "prepare"]
