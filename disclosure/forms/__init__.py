from disclosure.forms.holders import (
    AfterForm,
    CheckCodeForm,
    ClaimForm,
    DeclareOwnForm,
    FindAccountForm,
    LeaveForm,
    ObjectionForm,
    StatementForm,
)
from disclosure.forms.staff import (
    DeclareForm,
    LiveForm,
    RuleForm,
    WaiveForm,
    WithdrawForm,
    floors_in_use,
)

__all__ = [
    "AfterForm",
    "CheckCodeForm",
    "ClaimForm",
    "DeclareForm",
    "DeclareOwnForm",
    "FindAccountForm",
    "LeaveForm",
    "LiveForm",
    "ObjectionForm",
    "RuleForm",
    "StatementForm",
    "WaiveForm",
    "WithdrawForm",
    "floors_in_use",
]
