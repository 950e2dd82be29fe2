"""People and organisations, and their accounts ("profile" in code, "account" on pages)."""

import uuid

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Coalesce, Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from influencers.models.platforms import Platform
from influencers.models.reach import reached
from journal.models import Moves, XidField
from journal.values import Actor


class Bigrams(Func):
    """Every two neighbouring characters: what makes a Chinese search of two characters fast."""

    function = "bigrams"
    output_field = ArrayField(models.TextField())


class Influencer(models.Model):
    """A person or an organisation behind accounts, as far as the register needs to know.

    Never a number of an identity document or its digits. For a minor the only thing kept is the
    sealed birthday, deleted when it is no longer needed.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("person")
        ORGANISATION = "organisation", _("organisation")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.PERSON)
    verified_on = models.DateField(_("identity verified on"), null=True, blank=True)
    verified_by = models.CharField(_("verified by"), max_length=200, blank=True)
    minor = models.BooleanField(_("minor"), default=False)
    birthday_sealed = models.BinaryField(null=True, editable=False)

    class Meta:
        verbose_name = _("influencer")
        verbose_name_plural = _("influencers")
        constraints = [
            models.CheckConstraint(
                name="influencer_verified_by_somebody",
                condition=Q(verified_on__isnull=True, verified_by="")
                | (Q(verified_on__isnull=False) & ~Q(verified_by="")),
            ),
            models.CheckConstraint(
                name="influencer_birthday_of_minors_only",
                condition=Q(minor=True) | Q(birthday_sealed__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


PROFILE_MOVES = Moves(
    "profile",
    {
        "active": ("suspended", "revoked", "closed"),
        "suspended": ("active", "revoked", "closed"),
        "revoked": ("active",),
        "closed": ("active",),
    },
    first=("active",),
)


# Who has a public page; a constant because indexes of the register hold exactly these rows.
PUBLIC = Q(tier__gte=1) | Q(tier__isnull=True) | Q(public_anyway=True)


class ProfileQuerySet(models.QuerySet["Profile"]):
    def visible_to(self, actor: Actor) -> "ProfileQuerySet":
        """Staff: all that their grants reach. Others: what `public` shows."""
        if actor.roles:
            return self.filter(reached(actor, ""))
        return self.public()

    def public(self) -> "ProfileQuerySet":
        """At the lowest public tier or above, or named by a higher storey as public anyway.

        `public_anyway` is set by the label pass for accounts below it that have a label, a duty or
        a sanction. An unknown tier is public: the platform publishes no counts.
        """
        return self.filter(PUBLIC)

    def named(self, platform: str, external_id: str) -> "ProfileQuerySet":
        """By permanent id, or a bare handle that no permanent id is known for; best match first."""
        return self.filter(platform__code=platform, external_id=external_id).order_by("provisional")


class Profile(models.Model):
    """One account on one platform.

    `external_id` is the platform's permanent id; of a provisional profile, known by its bare
    handle only, it is that handle. There is no index on anything that an import writes
    (`followers`, `observed_on`, …): it would cost the import its in-place updates.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        REVOKED = "revoked", _("revoked")
        CLOSED = "closed", pgettext_lazy("account status", "closed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="profiles")
    external_id = models.CharField(_("permanent id"), max_length=200)
    provisional = models.BooleanField(default=False, db_default=False)
    handle = models.CharField(_("handle"), max_length=200, blank=True, db_default="")
    display_name = models.CharField(_("name"), max_length=300, blank=True, db_default="")
    content_fields = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("content fields"),
        db_default=[],
        blank=True,
    )
    followers = models.BigIntegerField(_("followers"), null=True)
    at_least = models.BooleanField(_("lower bound"), default=False, db_default=False)
    observed_on = models.DateField(_("observed on"), null=True)
    tier = models.SmallIntegerField(_("tier"), null=True)
    tier_since = models.DateField(_("tier since"), null=True)
    look_again_on = models.DateField(null=True, help_text="a fall may take effect on that day")
    ip_territory = models.CharField(_("IP territory"), max_length=10, blank=True, db_default="")
    ip_territory_on = models.DateField(null=True)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=Status,
        default=Status.ACTIVE,
        db_default="active",
    )
    public_anyway = models.BooleanField(default=False, db_default=False)
    influencer = models.ForeignKey(
        Influencer, on_delete=models.SET_NULL, null=True, related_name="profiles"
    )
    principal_changed_on = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        triggers = PROFILE_MOVES.triggers()
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "external_id", "provisional"], name="profile_once"
            ),
            models.CheckConstraint(
                name="profile_counts",
                condition=Q(followers__gte=0) | Q(followers__isnull=True),
            ),
            models.CheckConstraint(
                name="profile_counted_on_a_day",
                condition=Q(followers__isnull=True) | Q(observed_on__isnull=False),
            ),
            models.CheckConstraint(name="profile_named", condition=~Q(external_id="")),
        ]
        indexes = [
            models.Index(fields=["platform", "-tier", "id"], name="profile_by_tier"),
            # The public register, biggest first, read backwards. None of these names a column that
            # a usual import changes, so that its updates stay in place.
            models.Index(Coalesce("tier", -1), "id", name="profile_public", condition=PUBLIC),
            models.Index(
                "platform",
                Coalesce("tier", -1),
                "id",
                name="profile_public_platform",
                condition=PUBLIC,
            ),
            models.Index(
                "ip_territory",
                Coalesce("tier", -1),
                "id",
                name="profile_public_territory",
                condition=PUBLIC & ~Q(ip_territory=""),
            ),
            models.Index(
                fields=["look_again_on"],
                name="profile_look_again",
                condition=Q(look_again_on__isnull=False),
            ),
            models.Index(fields=["platform", "handle"], name="profile_handle_now"),
            GinIndex(Bigrams(Upper("display_name")), name="profile_name_bigrams"),
            GinIndex(OpClass(Upper("display_name"), "gin_trgm_ops"), name="profile_name_trgm"),
            GinIndex(OpClass(Upper("handle"), "gin_trgm_ops"), name="profile_handle_trgm"),
        ]

    def __str__(self) -> str:
        return self.display_name or self.handle or self.external_id


class NameHash(Func):
    """A number for a handle on a platform. GiST takes 86 microseconds for a row by text and
    platform, 23 by this number; two handles share one with a chance of 1 in 10^18."""

    function = "hashtextextended"
    output_field = models.BigIntegerField()


class HolderHash(Func):
    """A number for a profile: GiST grows badly under keys that arrive in ascending order."""

    function = "hashint8extended"
    template = "%(function)s(%(expressions)s, 0)"
    output_field = models.BigIntegerField()


class ProfileHandle(models.Model):
    """Which handle a profile had on which days. On a platform a handle is held by one at a time;
    a recycled handle inherits nothing."""

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT)
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="handles")
    handle = models.CharField(max_length=200)
    during = DateRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="handle_held_by_one",
                expressions=[
                    (NameHash("handle", "platform"), RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="handle_one_at_a_time",
                expressions=[
                    (HolderHash("profile"), RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(name="handle_on_some_day", condition=~Q(during__isempty=True)),
        ]
        indexes = [models.Index(fields=["platform", "handle"], name="handle_name")]

    def __str__(self) -> str:
        return f"{self.handle} {self.during}"


class ProfileStatusChange(models.Model):
    """The past of a profile's status, for the label's two clocks. Append-only; a row replaces
    every earlier recorded row of the same or a later `effective_on`."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="status_changes")
    effective_on = models.DateField()
    status = models.CharField(max_length=10, choices=Profile.Status)
    recorded_at = models.DateTimeField(auto_now_add=True)
    xid = XidField()

    def __str__(self) -> str:
        return f"{self.profile_id}: {self.status} from {self.effective_on}"
