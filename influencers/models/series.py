"""Followers over time, and the tiers that follow from them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from influencers.models.platforms import TierScheme
from influencers.models.profiles import Profile
from journal.models import XidField


class Observation(models.Model):
    """Followers of a profile on a day, as somebody reported them. Partitioned by month of `day`.

    `revised` says that a later report of the same day changed the count; the tier pass replays
    such a profile instead of trusting what it saw before.
    """

    class Source(models.TextChoices):
        FILE = "file", _("file")
        API = "api", _("API")

    pk = models.CompositePrimaryKey("profile_id", "day")
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="observations")
    day = models.DateField(_("day"))
    followers = models.BigIntegerField(_("followers"))
    at_least = models.BooleanField(_("lower bound"), default=False)
    views = models.BigIntegerField(_("views"), null=True)
    posts = models.BigIntegerField(_("posts"), null=True)
    engagements = models.BigIntegerField(_("engagements"), null=True)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    batch_id = models.BigIntegerField(null=True)
    revised = models.BooleanField(default=False, db_default=False)
    xid = XidField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="observation_counts",
                condition=Q(followers__gte=0)
                & (Q(views__gte=0) | Q(views__isnull=True))
                & (Q(posts__gte=0) | Q(posts__isnull=True))
                & (Q(engagements__gte=0) | Q(engagements__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} on {self.day}: {self.followers}"


class TierChange(models.Model):
    """From `effective_on` on the profile has `tier`, because of the observation of `cause_day`.

    Append-only. A row replaces every earlier recorded row of the same or a later `effective_on`
    (a corrected count rewrites what follows from it, not what was known before); a row with equal
    tiers says that a change recorded earlier did not happen.
    """

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="tier_changes")
    scheme = models.ForeignKey(TierScheme, on_delete=models.PROTECT)
    effective_on = models.DateField()
    from_tier = models.SmallIntegerField(null=True)
    tier = models.SmallIntegerField(null=True)
    cause_day = models.DateField(null=True)
    cause_followers = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField(db_default=models.functions.Now())
    xid = XidField()

    class Meta:
        indexes = [models.Index(fields=["profile", "-id"], name="tierchange_profile")]
        constraints = [
            models.CheckConstraint(
                name="tierchange_cause_before_effect",
                condition=Q(cause_day__isnull=True) | Q(cause_day__lte=F("effective_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id}: {self.from_tier} to {self.tier} on {self.effective_on}"
