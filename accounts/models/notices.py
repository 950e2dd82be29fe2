"""What somebody is told, and whether it arrived."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Verb, may
from journal.models import XidField
from journal.values import Actor, ActorKind


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, actor: Actor) -> "NoticeQuerySet":
        """A user's own; those to profiles of its platform for a key that delivers them and for
        the staff that watches deliveries. What asks an account about an agency's claims stands in
        the latter: nobody who works for an agency sees them, whatever else they may do."""
        seen = models.Q(pk__in=[])
        if actor.kind is ActorKind.USER:
            seen |= models.Q(recipient_kind=Notice.RecipientKind.USER, recipient=actor.id)
        # A message names an account and not where it is: who is limited to territories sees none.
        if may(actor, Verb.SEE_MESSAGES) and not actor.agency_ids and not actor.territories:
            to_profiles = models.Q(recipient_kind=Notice.RecipientKind.PROFILE)
            if actor.platforms:
                to_profiles &= models.Q(platform__in=actor.platforms)
            seen |= to_profiles
        return self.filter(seen)

    def undelivered(self) -> "NoticeQuerySet":
        return self.filter(delivered_at__isnull=True)


class Notice(models.Model):
    """One thing told to one recipient.

    A notice to a profile is delivered by its platform, which fetches it and acknowledges it;
    `recipient` then reads `<platform>/<external id>`, because profiles live in a higher app. Its
    `delivered_at` is a fact that duties depend on, so `xid` is set again with it. All columns that
    a set-based pass leaves out are filled by the database.
    """

    class RecipientKind(models.TextChoices):
        USER = "user", _("user")
        PROFILE = "profile", _("account")

    class Channel(models.TextChoices):
        IN_APP = "in_app", _("in-app message")
        MAIL = "mail", _("e-mail")

    public_id = models.UUIDField(unique=True, db_default=RandomUUID(), editable=False)
    recipient_kind = models.CharField(_("recipient"), max_length=10, choices=RecipientKind)
    recipient = models.CharField(_("recipient"), max_length=300)
    platform = models.CharField(_("platform"), max_length=30, blank=True, db_default="")
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80)
    body = models.JSONField(_("text"), help_text=_("The text in each language."))
    channel = models.CharField(
        _("channel"), max_length=10, choices=Channel, db_default=Channel.IN_APP
    )
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    delivered_at = models.DateTimeField(_("delivered at"), null=True)
    acknowledged_by = models.CharField(
        _("acknowledged by"), max_length=100, blank=True, db_default=""
    )
    xid = XidField()

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(
                fields=["platform", "id"],
                name="notice_undelivered",
                condition=models.Q(delivered_at__isnull=True),
            ),
            models.Index(fields=["platform", "id"], name="notice_platform"),
            models.Index(fields=["recipient_kind", "recipient", "id"], name="notice_recipient"),
            models.Index(fields=["subject_type", "subject_id"], name="notice_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                name="notice_kinds_known",
                condition=models.Q(recipient_kind__in=["user", "profile"])
                & models.Q(channel__in=["in_app", "mail"]),
            ),
            models.CheckConstraint(
                name="notice_profile_has_platform",
                condition=~models.Q(recipient_kind="profile", platform=""),
            ),
            models.CheckConstraint(
                name="notice_delivered_with_witness",
                condition=models.Q(delivered_at__isnull=True, acknowledged_by="")
                | (models.Q(delivered_at__isnull=False) & ~models.Q(acknowledged_by="")),
            ),
            models.CheckConstraint(
                name="notice_both_languages",
                condition=models.Q(body__has_keys=["en", "zh-Hans"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient}: {self.subject_type} {self.subject_id}"
