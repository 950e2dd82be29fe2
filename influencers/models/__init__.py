from influencers.models.batches import ImportBatch, ImportProblem
from influencers.models.platforms import Platform, TierScheme
from influencers.models.profiles import (
    Influencer,
    Profile,
    ProfileHandle,
    ProfileStatusChange,
)
from influencers.models.proofs import ControlProof, StrayCode
from influencers.models.series import Observation, TierChange

__all__ = [
    "ControlProof",
    "ImportBatch",
    "ImportProblem",
    "Influencer",
    "Observation",
    "Platform",
    "Profile",
    "ProfileHandle",
    "ProfileStatusChange",
    "StrayCode",
    "TierChange",
    "TierScheme",
]
