"""Everything that the register holds about one account, for its holder."""

from typing import Any

from accounts.models import Notice
from agencies.models import Binding, Confirmation, Dispute
from disclosure.models import Declaration, Duty
from influencers.models import ControlProof, Observation, Profile, ProfileHandle

NEWEST = 60


def notices(profile: Profile) -> list[Notice]:
    """What the account was told, newest first."""
    to = f"{profile.platform.code}/{profile.external_id}"
    told = Notice.objects.filter(recipient_kind=Notice.RecipientKind.PROFILE, recipient=to)
    return list(told.order_by("-pk")[:NEWEST])


def _disputes(profile: Profile) -> list[Dispute]:
    """What was contested, newest first. What was written without a proof of control is left out: it
    may come from who lost the account to its present holder."""
    said = Dispute.objects.filter(profile=profile).select_related("binding__agency")
    rows = list(said.order_by("-pk")[:NEWEST])
    for each in rows:
        if each.is_objection:
            each.statement = each.answer = each.decision = ""
    return rows


def everything(profile: Profile) -> dict[str, Any]:
    """Rows by kind. What the agencies keep of their contracts for themselves is theirs.

    Nine queries, within a sight (row-level security) of the profile.
    """
    seen = Observation.objects.filter(profile=profile)
    return {
        "handles": list(ProfileHandle.objects.filter(profile=profile).order_by("-during")),
        "observations": list(seen.order_by("-day")[:NEWEST]),
        "observed": seen.count(),
        "bindings": list(
            Binding.objects.filter(profile=profile).select_related("agency").order_by("-pk")
        ),
        "questions": list(
            Confirmation.objects.filter(profile=profile).select_related("agency").order_by("-pk")
        ),
        "disputes": _disputes(profile),
        "declarations": list(Declaration.objects.filter(profile=profile).order_by("-pk")),
        "duties": list(Duty.objects.filter(profile=profile).select_related("rule").order_by("-pk")),
        "proofs": list(ControlProof.objects.filter(profile=profile).order_by("-pk")[:NEWEST]),
        "notices": notices(profile),
    }
