from influencers.queries.profiles import entries, line, tier_changes, tier_on

__all__ = ["entries", "line", "tier_changes", "tier_on"]
