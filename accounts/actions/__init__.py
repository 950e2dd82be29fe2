"""Every meaningful write of accounts, by noun: `grants.grant(…)`, `keys.issue(…)`."""

from accounts.actions import files, grants, keys, notices, users

__all__ = ["files", "grants", "keys", "notices", "users"]
