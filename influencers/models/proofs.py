"""Proof that somebody controls an account: asked for, checked, good for some weeks."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Verb, may
from influencers.models.platforms import Platform
from influencers.models.profiles import Profile
from influencers.models.reach import reached
from journal.models import Moves
from journal.values import Actor

PROOF_MOVES = Moves(
    "proof",
    {
        "asked": ("ready", "proven", "ended"),
        "ready": ("found", "missing", "ended"),
        "found": ("proven", "missing", "ended"),
        "missing": ("ready", "ended"),
        "proven": ("ended",),
        "ended": (),
    },
    first=("asked",),
)


class ControlProofQuerySet(models.QuerySet["ControlProof"]):
    def visible_to(self, actor: Actor) -> "ControlProofQuerySet":
        """For those who look for codes in profile texts, as far as they reach."""
        return self.filter(reached(actor)) if may(actor, Verb.CHECK_PROOFS) else self.none()

    def to_check(self, at: datetime) -> "ControlProofQuerySet":
        """Codes of which somebody says that they stand in the profile text by now."""
        return self.filter(status__in=["ready", "found"], expires_at__gt=at)

    def in_force(self, at: datetime) -> "ControlProofQuerySet":
        return self.filter(status="proven", proven_until__gt=at)


class ControlProof(models.Model):
    """One person's way to show that an account is theirs, without an account here.

    Either a code that they put into the account's profile text, where two people of the platform
    find it one after the other (one alone could speak for any account), or a link in a message that
    the platform delivers to the account. The secret that proves it afterwards lies in a cookie of
    theirs; only hashes are kept. `token_hash` is the link's, `secret_hash` the cookie's. `typed` is
    what whoever asked for a code called the account; until it is proven they see nothing else.
    """

    class Method(models.TextChoices):
        CODE = "code", _("code in the profile text")
        MESSAGE = "message", _("message of the platform")

    class Status(models.TextChoices):
        ASKED = "asked", _("asked for")
        READY = "ready", _("to be checked")
        FOUND = "found", _("found, to be checked by a second person")
        MISSING = "missing", _("code not found")
        PROVEN = "proven", _("proven")
        ENDED = "ended", _("ended")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="proofs")
    method = models.CharField(_("way"), max_length=10, choices=Method)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.ASKED)
    code = models.CharField(_("code"), max_length=12, null=True, unique=True)
    typed = models.CharField(max_length=300, blank=True)
    token_hash = models.CharField(max_length=64, null=True, unique=True)
    secret_hash = models.CharField(max_length=64, null=True, unique=True)
    notice_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("to be answered before"))
    ready_at = models.DateTimeField(_("said to stand there since"), null=True)
    found_at = models.DateTimeField(_("found at"), null=True)
    found_by = models.CharField(max_length=200, blank=True)
    found_name = models.CharField(_("found by"), max_length=200, blank=True)
    checked_at = models.DateTimeField(_("checked at"), null=True)
    checked_by = models.CharField(_("checked by"), max_length=200, blank=True)
    proven_until = models.DateTimeField(_("proven until"), null=True)

    objects = ControlProofQuerySet.as_manager()

    class Meta:
        verbose_name = _("control proof")
        verbose_name_plural = _("control proofs")
        triggers = PROOF_MOVES.triggers()
        constraints = [
            models.CheckConstraint(
                name="proof_by_code_or_message",
                condition=Q(method="code", code__isnull=False) | Q(method="message", code=None),
            ),
            models.CheckConstraint(
                name="proof_of_a_code_by_two",
                condition=~Q(method="code", status="proven")
                | (~Q(found_by="") & ~Q(found_by=F("checked_by"))),
            ),
            models.CheckConstraint(
                name="proof_has_a_witness",
                condition=~Q(status="proven")
                | (
                    Q(
                        checked_at__isnull=False,
                        proven_until__isnull=False,
                        secret_hash__isnull=False,
                    )
                    & ~Q(checked_by="")
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["ready_at", "id"],
                name="proof_to_check",
                condition=Q(status__in=["ready", "found"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.profile_id}: {self.method} {self.status}"

    @property
    def platform(self) -> Platform:
        return self.profile.platform


class StrayCode(models.Model):
    """A code for an account that the register does not keep, or for which nobody may speak.

    It proves nothing and nobody looks for it. Whoever asked sees what they would see for any other
    account: nobody learns by asking which ones the register keeps. Deleted some time after its end.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+")
    typed = models.CharField(max_length=300)
    code = models.CharField(max_length=12)
    secret_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)
    ready_at = models.DateTimeField(null=True)

    status = "asked"

    class Meta:
        verbose_name = _("stray code")
        verbose_name_plural = _("stray codes")

    def __str__(self) -> str:
        return f"{self.platform_id}: {self.typed}"
