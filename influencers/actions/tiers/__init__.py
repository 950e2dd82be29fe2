"""The tier pass: a run of kind "tiers" (settings.RUNS)."""

from influencers.actions.tiers.passes import do_range, finish, prepare

__all__ = ["do_range", "finish", "prepare"]
