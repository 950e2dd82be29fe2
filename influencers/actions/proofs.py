"""Showing that an account is one's own: asked for, checked in its profile text, or by a message."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Notice
from accounts.permissions import Verb, may
from accounts.values import hashed, new_code, new_token
from influencers.actions.profiles import reaches
from influencers.models import ControlProof, Platform, Profile, StrayCode
from journal import actions as journal
from journal.values import Actor, Audience

OPEN_FOR = timedelta(days=7)
PROVEN_FOR = timedelta(days=30)
# Anybody may ask for one, and the account's holder gets it.
MESSAGES_A_DAY = 3
CODE_LENGTH = 8

# Both languages travel together: the register does not know which one the holder reads.
TOLD = {
    "en": (
        "Somebody, you perhaps, wants to see and answer what the Mingpai register holds about your"
        " account. If it was you, open this address yourself and give it to nobody, also not to an"
        " agency: {link} It can be used once, until {until}. If it was not you, do nothing."
    ),
    "zh-Hans": (
        "有人（可能是您本人）希望查看并答复明牌公示系统中有关您账号的信息。如果是您本人，请自行打开"
        "以下地址，切勿转交他人，包括任何机构：{link} 该地址仅可使用一次，有效期至 {until}。"
        "如非本人操作，请忽略此消息。"
    ),
}


LATE = gettext_lazy("The time to use it is over. Ask for a new one.")


class ProofRefused(ValueError):
    """The proof cannot be given; the text says why, for a person."""


@transaction.atomic
def ask_code(profile: Profile, *, by: Actor, typed: str = "") -> tuple[ControlProof, str]:
    """A code to put into the account's profile text, and the secret that waits for the check.

    `typed`: what whoever asks called the account. Raises ProofRefused for an account that is
    revoked or closed; PermissionError for who works for an agency: it does not prove control of an
    account in its holder's place.
    """
    profile = _open(profile, by)
    secret = new_token()
    proof = ControlProof.objects.create(
        profile=profile,
        method=ControlProof.Method.CODE,
        code=new_code(CODE_LENGTH),
        typed=typed,
        secret_hash=hashed(secret),
        expires_at=timezone.now() + OPEN_FOR,
    )
    _record("proof.asked", proof, by)
    return proof, secret


@transaction.atomic
def ask_stray(platform: Platform, typed: str) -> tuple[StrayCode, str]:
    """As `ask_code`, for an account that nobody can speak for: see StrayCode.

    The journal hears nothing of it, as it is about nothing that the register keeps. Takes those
    away that are over for good.
    """
    now, secret = timezone.now(), new_token()
    StrayCode.objects.filter(expires_at__lt=now - PROVEN_FOR).delete()
    stray = StrayCode.objects.create(
        platform=platform,
        typed=typed,
        code=new_code(CODE_LENGTH),
        secret_hash=hashed(secret),
        expires_at=now + OPEN_FOR,
    )
    return stray, secret


@transaction.atomic
def say_stray_ready(stray: StrayCode) -> None:
    """As `say_ready`."""
    if stray.expires_at <= timezone.now():
        raise ProofRefused(str(LATE))
    StrayCode.objects.filter(pk=stray.pk, ready_at=None).update(ready_at=timezone.now())


@transaction.atomic
def ask_message(profile: Profile, *, by: Actor) -> ControlProof:
    """Lets the platform deliver a link to the account. Who opens it and says so has proven control.

    Raises as `ask_code`, and ProofRefused above MESSAGES_A_DAY: the holder is not to be pestered.
    """
    profile = _open(profile, by)
    now = timezone.now()
    sent = ControlProof.objects.filter(
        profile=profile, method="message", asked_at__gt=now - timedelta(days=1)
    )
    if sent.count() >= MESSAGES_A_DAY:
        raise ProofRefused(_("Enough messages were sent to this account today. Try a code."))
    token = new_token()
    proof = ControlProof.objects.create(
        profile=profile,
        method=ControlProof.Method.MESSAGE,
        token_hash=hashed(token),
        expires_at=now + OPEN_FOR,
    )
    link = f"{settings.PUBLIC_URL}/creator/prove/{token}/"
    until = timezone.localdate(proof.expires_at).isoformat()
    proof.notice_id = Notice.objects.create(
        recipient_kind=Notice.RecipientKind.PROFILE,
        recipient=f"{profile.platform.code}/{profile.external_id}",
        platform=profile.platform.code,
        subject_type="controlproof",
        subject_id=str(proof.pk),
        body={name: text.format(link=link, until=until) for name, text in TOLD.items()},
    ).pk
    proof.save(update_fields=["notice_id"])
    _record("proof.asked", proof, by)
    return proof


@transaction.atomic
def say_ready(proof: ControlProof, *, by: Actor) -> ControlProof:
    """The code stands in the profile text, says who asked for it. Saying it again does nothing."""
    proof = _locked(proof)
    if proof.status in ("asked", "missing") and proof.method == "code":
        _still_open(proof)
        proof.status, proof.ready_at = ControlProof.Status.READY, timezone.now()
        proof.found_at, proof.found_by, proof.found_name = None, "", ""
        proof.save(update_fields=["status", "ready_at", "found_at", "found_by", "found_name"])
        _record("proof.ready", proof, by)
    return proof


@transaction.atomic
def check(proof: ControlProof, *, found: bool, by: Actor) -> ControlProof:
    """Somebody of the platform looked at the profile text.

    Control is proven when a second person has found the code too: whoever looks could have asked
    for it as well. Raises PermissionError for who may not look, ProofRefused for a code that nobody
    waits for, and for one that the same person has found before.
    """
    proof = _locked(proof)
    if not may(by, Verb.CHECK_PROOFS) or not reaches(by, proof.profile) or by.agency_ids:
        raise PermissionError(Verb.CHECK_PROOFS)
    if proof.status not in (ControlProof.Status.READY, ControlProof.Status.FOUND):
        raise ProofRefused(_("This code was checked before."))
    _still_open(proof)
    witness = f"{by.kind}:{by.id}"
    if not found:
        proof.status = ControlProof.Status.MISSING
        proof.checked_at, proof.checked_by = timezone.now(), witness
        proof.save(update_fields=["status", "checked_at", "checked_by"])
        _record("proof.missing", proof, by)
        return proof
    if proof.status == ControlProof.Status.READY:
        proof.status, proof.found_at = ControlProof.Status.FOUND, timezone.now()
        proof.found_by, proof.found_name = witness, by.name
        proof.save(update_fields=["status", "found_at", "found_by", "found_name"])
        _record("proof.found", proof, by)
        return proof
    if proof.found_by == witness:
        raise ProofRefused(_("You found it yourself: another person looks too."))
    return _prove(proof, witness, by)


@transaction.atomic
def redeem(token: str, *, by: Actor) -> tuple[ControlProof, str]:
    """Takes the link of a message: proves control once, for whoever holds the secret returned.

    Raises ProofRefused for a link that is unknown, used or too old; PermissionError as `ask_code`.
    """
    if by.agency_ids:
        raise PermissionError("an agency does not prove control of an account")
    proof = ControlProof.objects.filter(token_hash=hashed(token)).first()
    if proof is None:
        raise ProofRefused(_("Nobody knows this address."))
    proof = _locked(proof)
    if proof.status != ControlProof.Status.ASKED:
        raise ProofRefused(_("This address was used before. It works once."))
    _still_open(proof)
    secret = new_token()
    proof.secret_hash = hashed(secret)
    return _prove(proof, f"message:{proof.notice_id}", by), secret


@transaction.atomic
def grant(profile: Profile, *, witness: str, by: Actor) -> tuple[ControlProof, str]:
    """Control was proven by another message that the platform delivered: `witness` says which.

    For rules of higher storeys, which have seen that message's secret.
    """
    profile = _open(profile, by)
    secret = new_token()
    proof = ControlProof.objects.create(
        profile=profile,
        method=ControlProof.Method.MESSAGE,
        secret_hash=hashed(secret),
        expires_at=timezone.now() + OPEN_FOR,
    )
    return _prove(proof, witness, by), secret


@transaction.atomic
def end(proof: ControlProof, *, by: Actor) -> ControlProof:
    """The secret proves nothing any more, from the next request on."""
    proof = _locked(proof)
    if proof.status != ControlProof.Status.ENDED:
        proof.status = ControlProof.Status.ENDED
        proof.save(update_fields=["status"])
        _record("proof.ended", proof, by)
    return proof


def _prove(proof: ControlProof, witness: str, by: Actor) -> ControlProof:
    now = timezone.now()
    proof.status, proof.checked_at = ControlProof.Status.PROVEN, now
    proof.checked_by, proof.proven_until = witness, now + PROVEN_FOR
    proof.save()
    _record("proof.given", proof, by, {"until": proof.proven_until.isoformat()})
    return proof


def _open(profile: Profile, by: Actor) -> Profile:
    """The profile under its lock, so that what is counted of it stays exact."""
    if by.agency_ids:
        raise PermissionError("an agency does not prove control of an account")
    profile = (
        Profile.objects.select_for_update(no_key=True, of=("self",))
        .select_related("platform")
        .get(pk=profile.pk)
    )
    if profile.status in (Profile.Status.REVOKED, Profile.Status.CLOSED):
        raise ProofRefused(_("This account is revoked or closed."))
    return profile


def _still_open(proof: ControlProof, at: datetime | None = None) -> None:
    if proof.expires_at <= (at or timezone.now()):
        raise ProofRefused(str(LATE))


def _locked(proof: ControlProof) -> ControlProof:
    return (
        ControlProof.objects.select_for_update(no_key=True, of=("self",))
        .select_related("profile__platform")
        .get(pk=proof.pk)
    )


def _record(
    verb: str, proof: ControlProof, by: Actor, changes: dict[str, Any] | None = None
) -> None:
    journal.record(
        verb,
        proof,
        by=by,
        audience=Audience.STAFF,
        platform=proof.profile.platform.code,
        profile_id=proof.profile_id,
        changes={"way": proof.method, **(changes or {})},
    )
