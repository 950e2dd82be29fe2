"""Asking the creator: what is sent, through which channel, and what came back."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agencies.models.agencies import Agency
from influencers.models import Profile
from influencers.models.reach import reached
from journal.models import Moves
from journal.values import Actor, ActorKind

CONFIRMATION_MOVES = Moves(
    "confirmation",
    {"waiting": ("answered", "replaced"), "answered": (), "replaced": ()},
    first=("waiting",),
)


class ConfirmationQuerySet(models.QuerySet["Confirmation"]):
    def visible_to(self, actor: Actor) -> "ConfirmationQuerySet":
        """An agency sees that it asked, never by which link or code."""
        if actor.roles or actor.kind is ActorKind.CLOCK:
            return self.filter(reached(actor))
        return self.filter(agency_id__in=actor.agency_ids)


class Confirmation(models.Model):
    """One question to the holder of one account about the claims of one agency.

    It travels as a Notice that the platform delivers. Only the hash of the link's token is kept;
    the agency never receives, chooses or forwards it. `check_code` stands on the page and can be
    typed at the public address to see that the page is genuine.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting")
        ANSWERED = "answered", _("answered")
        REPLACED = "replaced", _("replaced by a newer one")

    class Reply(models.TextChoices):
        """What the holder of the account may say of one claim."""

        RIGHT = "right", _("right")
        OTHER = "other", _("right, but with other days or scope")
        ENDED = "ended", _("it has ended")
        NOT_AGREED = "not_agreed", _("the account did not agree")
        NOT_MINE = "not_mine", _("not the holder of the account")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="confirmations")
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="confirmations")
    binding_ids = ArrayField(models.BigIntegerField())
    token_hash = models.CharField(max_length=64, unique=True)
    check_code = models.CharField(max_length=12, unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    notice_id = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    objects = ConfirmationQuerySet.as_manager()

    class Meta:
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        triggers = CONFIRMATION_MOVES.triggers()
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "profile"],
                condition=Q(status="waiting"),
                name="confirmation_one_waiting",
            ),
            models.CheckConstraint(
                name="confirmation_answered_at",
                condition=Q(status="answered", answered_at__isnull=False)
                | (~Q(status="answered") & Q(answered_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} asks {self.profile_id}"
