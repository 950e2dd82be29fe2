from influencers.queries.profiles import entries, line, tier_changes, tier_on
from influencers.queries.proofs import called, holds, kept_proofs, stray_codes

__all__ = [
    "called",
    "entries",
    "holds",
    "kept_proofs",
    "line",
    "stray_codes",
    "tier_changes",
    "tier_on",
]
