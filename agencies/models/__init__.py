from agencies.models.admissions import (
    Admission,
    AdmissionCheck,
    AdmissionStop,
    Filing,
)
from agencies.models.agencies import Agency, AgencyName, AgencyNamePast, Group, Membership
from agencies.models.applications import Application, Blacklisted, Evidence, LetIn
from agencies.models.batches import (
    ContractBatch,
    ContractBatchRow,
    ContractHeadings,
    ContractStageRow,
)
from agencies.models.bindings import Binding, BindingPast, Dispute
from agencies.models.confirmations import Confirmation
from agencies.models.contracts import (
    ALL_LINES,
    WORLD,
    BusinessLine,
    Contract,
    ContractPast,
    ContractTerritory,
)
from agencies.models.fields import IntMultirangeField
from agencies.models.ownership import Ownership, OwnershipPast
from agencies.models.reviews import ContractReview, ContractReviewItem, ReviewReceipt

__all__ = [
    "ALL_LINES",
    "WORLD",
    "Admission",
    "AdmissionCheck",
    "AdmissionStop",
    "Agency",
    "AgencyName",
    "AgencyNamePast",
    "Application",
    "Binding",
    "BindingPast",
    "Blacklisted",
    "BusinessLine",
    "Confirmation",
    "Contract",
    "ContractBatch",
    "ContractBatchRow",
    "ContractHeadings",
    "ContractPast",
    "ContractReview",
    "ContractReviewItem",
    "ContractStageRow",
    "ContractTerritory",
    "Dispute",
    "Evidence",
    "Filing",
    "Group",
    "IntMultirangeField",
    "LetIn",
    "Membership",
    "Ownership",
    "OwnershipPast",
    "ReviewReceipt",
]
