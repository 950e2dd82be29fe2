from influencers.queries.profiles import entries, line, tier_changes, tier_on
from influencers.queries.proofs import called, holds, kept_proofs

__all__ = ["called", "entries", "holds", "kept_proofs", "line", "tier_changes", "tier_on"]
