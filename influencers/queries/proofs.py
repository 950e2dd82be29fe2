"""Whose account it is: who is called so, and who has proven control of it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from accounts.values import hashed
from influencers.models import ControlProof, Platform, Profile, StrayCode
from influencers.queries.search import understand
from journal.values import Actor, ActorKind


def kept_proofs(secrets: Collection[str]) -> list[ControlProof]:
    """The proofs that these secrets belong to, given or still waited for, newest first. One query.

    Which of them are in force is for the caller to ask.
    """
    hashes = [hashed(secret) for secret in secrets]
    found = ControlProof.objects.filter(secret_hash__in=hashes).exclude(status="ended")
    return list(found.select_related("profile__platform").order_by("-pk"))


def stray_codes(secrets: Collection[str]) -> list[StrayCode]:
    """The codes for accounts that the register does not keep, newest first. One query."""
    hashes = [hashed(secret) for secret in secrets]
    found = StrayCode.objects.filter(secret_hash__in=hashes).select_related("platform")
    return list(found.order_by("-pk"))


def holds(actor: Actor, profile: Profile, at: datetime) -> bool:
    """Whether the actor has proven control of the account, and the proof is in force."""
    if actor.kind is not ActorKind.LINK or actor.agency_ids:
        return False
    try:
        known = UUID(actor.id)
    except ValueError:
        return False
    proofs = ControlProof.objects.in_force(at).filter(public_id=known, profile=profile)
    return proofs.exists()


def called(platform: Platform, text: str, at: datetime) -> Profile | None:
    """The account that is numbered so, or that holds this handle now, by an address too.

    Whoever held a handle before is not found by it: it is not theirs to speak for any more.
    """
    accounts = Profile.objects.select_related("platform")
    today = platform.today(at)
    for name in understand(text, [platform]).names:
        found = accounts.named(platform.code, name).first()
        if found is None:
            held = {"handles__handle": name, "handles__during__contains": today}
            found = accounts.filter(platform=platform, **held).first()
        if found is not None:
            return found
    return None
